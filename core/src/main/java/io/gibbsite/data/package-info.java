<<<<<<< HEAD
/**
 * Data: rows of numbers from files or from built-in densities, and what is done to them before
 * training.
 */
=======
/** Data: rows of numbers from files or from built-in densities, and what is done to them before training. */
>>>>>>> build
package io.gibbsite.data;
