package io.gibbsite.train.rbm;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How the statistics of data (d) and model (m) become a direction that lowers the mean of {@code
 * -log p}. All rules are one formula, with offsets {@code mu [visible]} and {@code lambda
 * [hidden]}:
 *
 * <pre>
 *   dW = &lt;(v - mu)(h - lambda)^T&gt;_m - &lt;(v - mu)(h - lambda)^T&gt;_d
 *   db = &lt;v&gt;_m - &lt;v&gt;_d - dW lambda
 *   dc = &lt;h&gt;_m - &lt;h&gt;_d - dW^T mu
 *
 *   ENHANCED   mu = (&lt;v&gt;_d + &lt;v&gt;_m) / 2, lambda = (&lt;h&gt;_d + &lt;h&gt;_m) / 2: dW = Cov_m - Cov_d
 *   CENTRED    mu the mean of all data, lambda the sliding mean of &lt;h&gt;_d
 *   PLAIN      mu = 0, lambda = 0: the gradient itself
 * </pre>
 *
 * <p>For given offsets this is the plain gradient of the centred machine {@code E = -b'.(v - mu) -
 * c'.(h - lambda) - (v - mu)^T W (h - lambda)}, whose {@code b' = b + W lambda} and {@code c' = c +
 * W^T mu}, carried back to {@code W, b, c}. So its product with the gradient is the squared norm of
 * the centred machine's gradient: it descends. With offsets that follow the units' means it does
 * not depend on which of a unit's two states is called 1.
 *
 * <p>Sources: Cho, Raiko and Ilin, "Enhanced gradient for training restricted Boltzmann machines",
 * 2013; Montavon and Mueller, "Deep Boltzmann machines and the centering trick", 2012; Melchior,
 * Fischer and Wiskott, "How to center deep Boltzmann machines", 2016.
 */
public enum RbmGradient {
  ENHANCED,
  CENTRED,
  PLAIN;

  /** The share of a step's mean in the sliding one, as Melchior et al. have it. */
  private static final float SLIDING = 0.01f;

  /** The name in options: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The rule of that label.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static RbmGradient of(String label) {
    for (RbmGradient rule : values()) {
      if (rule.label().equals(label)) {
        return rule;
      }
    }
    throw new IllegalArgumentException(
        "unknown gradient '%s': %s"
            .formatted(
                label,
                Arrays.stream(values()).map(RbmGradient::label).collect(Collectors.joining(", "))));
  }

  /**
   * Sets the offsets, {@code mu} and {@code lambda}.
   *
   * @param visible units
   * @param data holds the means of all units, visible and hidden, over the data
   * @param model the same over the chains
   * @param at where in both these begin
   * @param offsets float[visible + hidden]; of CENTRED, those of the step before, and {@code mu}
   *     stays
   * @param first whether this is the first step, where a sliding mean begins
   */
  public void setOffsets(
      int visible, float[] data, float[] model, int at, float[] offsets, boolean first) {
    switch (this) {
      case ENHANCED -> {
        for (int k = 0; k < offsets.length; k++) {
          offsets[k] = 0.5f * (data[at + k] + model[at + k]);
        }
      }
      case CENTRED -> {
        float share = first ? 1f : SLIDING;
        for (int k = visible; k < offsets.length; k++) {
          offsets[k] += share * (data[at + k] - offsets[k]);
        }
      }
      case PLAIN -> Arrays.fill(offsets, 0f);
    }
  }
}
