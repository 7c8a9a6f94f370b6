/**
 * Networks of units -1 and +1 with a quadratic energy: what Hopfield networks and Boltzmann
 * machines share.
 */
package io.gibbsite.spin;
