/**
 * Objectives: rules that turn the results of passes into weights, and so into a loss and its
 * gradient.
 */
package io.gibbsite.objective;
