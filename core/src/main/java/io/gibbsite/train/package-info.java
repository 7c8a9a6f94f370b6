/**
 * Training: optimisers, minibatches, objectives and trainers, checkpoints, and what a trained model
 * is worth.
 */
package io.gibbsite.train;
