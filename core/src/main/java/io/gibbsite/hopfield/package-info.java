/** Hopfield networks: storage and recall of patterns, classical and dense. */
package io.gibbsite.hopfield;
