/**
 * Boltzmann machines with any couplings, with hidden units or without; annealing of spin glasses.
 */
package io.gibbsite.boltzmann;
