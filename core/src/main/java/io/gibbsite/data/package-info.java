/**
 * Data: rows of numbers from files or from built-in densities, and what is done to them before
 * training.
 */
package io.gibbsite.data;
