package io.gibbsite.train;

import io.gibbsite.rbm.RbmShape;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How the statistics of data (d) and model (m) become the gradient of the mean of {@code -log p}.
 *
 * <pre>
 *   ENHANCED   dW = Cov_m(v, h) - Cov_d(v, h)
 *              db = &lt;v&gt;_m - &lt;v&gt;_d - dW (&lt;h&gt;_d + &lt;h&gt;_m) / 2
 *              dc = &lt;h&gt;_m - &lt;h&gt;_d - dW^T (&lt;v&gt;_d + &lt;v&gt;_m) / 2
 *   PLAIN      dW = &lt;v h^T&gt;_m - &lt;v h^T&gt;_d,  db = &lt;v&gt;_m - &lt;v&gt;_d,  dc = &lt;h&gt;_m - &lt;h&gt;_d
 * </pre>
 *
 * <p>The enhanced gradient does not depend on which of a unit's two states is called 1; it is the
 * centred one with offsets halfway between data and model. Sources: Cho, Raiko and Ilin, "Enhanced
 * gradient for training restricted Boltzmann machines", 2013; Melchior, Fischer and Wiskott, "How
 * to center deep Boltzmann machines", 2016.
 */
public enum RbmGradient {
  ENHANCED,
  PLAIN;

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
   */
  void of(RbmShape shape, float[] data, int rows, float[] model, int chains) {
    int count = shape.parameterCount();
    scale(data, count, 1f / rows);
    scale(model, count, 1f / chains);
    if (this == PLAIN) {
      for (int i = 0; i < count; i++) {
        model[i] -= data[i];
      }
    } else {
      enhanced(shape, data, model);
    }
  }

  private static void scale(float[] values, int n, float factor) {
    for (int i = 0; i < n; i++) {
      values[i] *= factor;
    }
  }

  private static void enhanced(RbmShape shape, float[] data, float[] model) {
    int hidden = shape.hidden();
    int b = shape.visibleBiasOffset();
    int c = shape.hiddenBiasOffset();
    float[] shift = new float[hidden]; // dW^T (<v>_d + <v>_m) / 2
    for (int i = 0; i < shape.visible(); i++) {
      float vd = data[b + i];
      float vm = model[b + i];
      float dot = weights(data, model, i * hidden, c, hidden, vd, vm, shift);
      model[b + i] = vm - vd - dot;
    }
    for (int j = 0; j < hidden; j++) {
      model[c + j] -= data[c + j] + shift[j];
    }
  }

  /** A row of dW, its part of {@code shift}, and its product with the mean hidden units. */
  private static float weights(
      float[] data, float[] model, int row, int c, int hidden, float vd, float vm, float[] shift) {
    float v = 0.5f * (vd + vm);
    float dot = 0;
    for (int j = 0; j < hidden; j++) {
      float hd = data[c + j];
      float hm = model[c + j];
      float dw = (model[row + j] - vm * hm) - (data[row + j] - vd * hd);
      model[row + j] = dw;
      shift[j] += v * dw;
      dot += dw * (0.5f * (hd + hm));
    }
    return dot;
  }
}
