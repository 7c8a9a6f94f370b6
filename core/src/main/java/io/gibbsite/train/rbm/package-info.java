/**
 * Training of restricted Boltzmann machines, with binary or real visible units, by contrastive
 * divergence and stochastic maximum likelihood: the trainers and their gradient.
 */
package io.gibbsite.train.rbm;
