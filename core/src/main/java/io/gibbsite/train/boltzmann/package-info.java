/** Training of Boltzmann machines by maximum likelihood. */
package io.gibbsite.train.boltzmann;
