/**
 * Training: optimisers, minibatches, the NCE trainer, checkpoints, and what a trained model is
 * worth.
 */
package io.gibbsite.train;
