/**
 * Training of MLP energies: the trainer, the objectives that it minimises, and where contrastive
 * divergence has its negatives from.
 */
package io.gibbsite.train.mlp;
