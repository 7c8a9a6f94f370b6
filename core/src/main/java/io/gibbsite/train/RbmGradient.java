package io.gibbsite.train;

import io.gibbsite.rbm.RbmShape;
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
   * Turns sums into the gradient.
   *
   * @param data float[P], the sums of {@code v p^T}, {@code v} and {@code p} over the data rows;
   *     becomes their means
   * @param model float[P], those over the chains; becomes the gradient
   * @param offsets float[visible + hidden], {@code mu} and {@code lambda}, which the rule sets; of
   *     CENTRED, they are the ones of the step before, and {@code mu} stays
   * @param first whether this is the first step, where a sliding mean begins
   */
  void of(
      RbmShape shape,
      float[] data,
      int rows,
      float[] model,
      int chains,
      float[] offsets,
      boolean first) {
    int count = shape.parameterCount();
    scale(data, count, 1f / rows);
    scale(model, count, 1f / chains);
    int b = shape.visibleBiasOffset();
    switch (this) {
      case ENHANCED -> {
        for (int k = 0; k < offsets.length; k++) {
          offsets[k] = 0.5f * (data[b + k] + model[b + k]);
        }
      }
      case CENTRED -> {
        float share = first ? 1f : SLIDING;
        for (int k = shape.visible(); k < offsets.length; k++) {
          offsets[k] += share * (data[b + k] - offsets[k]);
        }
      }
      case PLAIN -> Arrays.fill(offsets, 0f);
    }
    difference(shape, data, model, offsets);
  }

  private static void scale(float[] values, int n, float factor) {
    for (int i = 0; i < n; i++) {
      values[i] *= factor;
    }
  }

  private static void difference(RbmShape shape, float[] data, float[] model, float[] offsets) {
    int visible = shape.visible();
    int hidden = shape.hidden();
    int b = shape.visibleBiasOffset();
    for (int k = b; k < shape.parameterCount(); k++) {
      model[k] -= data[k];
    }
    float[] shift = new float[hidden]; // dW^T mu
    for (int i = 0; i < visible; i++) {
      model[b + i] -= weights(data, model, i, shape, offsets, shift);
    }
    for (int j = 0; j < hidden; j++) {
      model[b + visible + j] -= shift[j];
    }
  }

  /** Row i of dW, its part of {@code shift}, and its product with lambda. */
  private static float weights(
      float[] data, float[] model, int i, RbmShape shape, float[] offsets, float[] shift) {
    int row = i * shape.hidden();
    int b = shape.visibleBiasOffset();
    int c = shape.hiddenBiasOffset();
    float dv = model[b + i]; // <v>_m - <v>_d
    float mu = offsets[i];
    float dot = 0;
    for (int j = 0; j < shape.hidden(); j++) {
      float lambda = offsets[shape.visible() + j];
      float dw = model[row + j] - data[row + j] - dv * lambda - mu * model[c + j];
      model[row + j] = dw;
      shift[j] += mu * dw;
      dot += dw * lambda;
    }
    return dot;
  }
}
