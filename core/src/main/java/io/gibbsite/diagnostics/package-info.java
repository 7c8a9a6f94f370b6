/**
 * What the draws of Markov chains are worth: convergence, effective sample size, Monte Carlo error,
 * and distances between samples, or between a sample and a density.
 */
package io.gibbsite.diagnostics;
