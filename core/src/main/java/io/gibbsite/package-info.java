/**
 * Gibbsite: a numeric core for energy-based models, {@code p(x) = exp(-E(x)) / Z}.
 *
 * <p>Low energy is high probability, everywhere. {@code c = log Z}, so that a normalised model is
 * {@code log p(x) = -E(x) - c}.
 */
package io.gibbsite;
