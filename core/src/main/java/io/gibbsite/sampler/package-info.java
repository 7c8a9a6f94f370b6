/**
 * Rules that move points so that they become samples of {@code exp(-E / T)}: settings that the
 * sessions of models carry out themselves ({@link io.gibbsite.sampler.Langevin}, {@link
 * io.gibbsite.sampler.Gibbs}), and samplers over the passes of any {@link
 * io.gibbsite.sampler.EnergyFunction}.
 */
package io.gibbsite.sampler;
