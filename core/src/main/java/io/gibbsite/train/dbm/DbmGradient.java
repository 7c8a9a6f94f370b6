package io.gibbsite.train.dbm;

import io.gibbsite.dbm.DbmShape;
import io.gibbsite.train.rbm.RbmGradient;
import java.util.Arrays;

/**
 * {@link RbmGradient} for the layers of a deep Boltzmann machine: with offsets {@code m_l [n_l]},
 * which the rule sets from means as there,
 *
 * <pre>
 *   dW_l = &lt;(x_l-1 - m_l-1)(x_l - m_l)^T&gt;_m - &lt;(x_l-1 - m_l-1)(x_l - m_l)^T&gt;_d
 *   db_l = &lt;x_l&gt;_m - &lt;x_l&gt;_d - dW_l^T m_l-1 - dW_l+1 m_l+1
 * </pre>
 *
 * <p>Centring is what makes the joint training of several layers well conditioned. Source: Montavon
 * and Mueller, "Deep Boltzmann machines and the centering trick", 2012.
 */
final class DbmGradient {
  private DbmGradient() {}

  /**
   * Turns sums into the gradient.
   *
   * @param data float[P], sums over the data rows; those of units become means
   * @param model float[P], sums over the chains; becomes the gradient
   * @param offsets float[units of all layers], which the rule sets; of CENTRED, they are the ones
   *     of the step before, and those of layer 0 stay
   * @param first whether this is the first step, where a sliding mean begins
   */
  static void of(
      RbmGradient rule,
      DbmShape shape,
      float[] data,
      int rows,
      float[] model,
      int chains,
      float[] offsets,
      boolean first) {
    int b = shape.biasOffset(0);
    for (int k = b; k < data.length; k++) {
      data[k] *= 1f / rows;
      model[k] *= 1f / chains;
    }
    rule.setOffsets(shape.visible(), data, model, b, offsets, first);
    float[] correction = new float[offsets.length];
    for (int k = b; k < model.length; k++) {
      model[k] -= data[k];
    }
    for (int l = 1; l <= shape.depth(); l++) {
      weights(shape, l, data, 1f / rows, model, 1f / chains, offsets, correction);
    }
    for (int k = 0; k < correction.length; k++) {
      model[b + k] -= correction[k];
    }
  }

  /** dW_l, and what it takes from the biases of both layers. */
  private static void weights(
      DbmShape shape,
      int l,
      float[] data,
      float ofData,
      float[] model,
      float ofModel,
      float[] offsets,
      float[] correction) {
    int b = shape.biasOffset(0);
    int below = shape.biasOffset(l - 1) - b;
    int above = shape.biasOffset(l) - b;
    int units = shape.units(l);
    // Arrays of their own, over which C2 turns loops into vectors.
    float[] n = Arrays.copyOfRange(offsets, above, above + units);
    float[] dy = Arrays.copyOfRange(model, b + above, b + above + units);
    float[] shift = new float[units];
    float[] dw = new float[units];
    float[] ofRow = new float[units];
    for (int i = 0; i < shape.units(l - 1); i++) {
      int at = shape.weightOffset(l) + i * units;
      float m = offsets[below + i];
      System.arraycopy(model, at, dw, 0, units);
      System.arraycopy(data, at, ofRow, 0, units);
      row(ofRow, ofData, dw, ofModel, model[b + below + i], m, n, dy);
      System.arraycopy(dw, 0, model, at, units);
      addScaled(m, dw, shift);
      correction[below + i] += dot(dw, n);
    }
    for (int j = 0; j < units; j++) {
      correction[above + j] += shift[j];
    }
  }

  /** A row of dW_l, in place of the model's sums. */
  private static void row(
      float[] data,
      float ofData,
      float[] model,
      float ofModel,
      float dx,
      float m,
      float[] n,
      float[] dy) {
    for (int j = 0; j < model.length; j++) {
      model[j] = model[j] * ofModel - data[j] * ofData - dx * n[j] - m * dy[j];
    }
  }

  private static void addScaled(float x, float[] row, float[] sums) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += x * row[j];
    }
  }

  /** In four sums side by side, since one would wait for each addition. */
  private static float dot(float[] a, float[] b) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int j = 0;
    for (; j + 3 < a.length; j += 4) {
      s0 += a[j] * b[j];
      s1 += a[j + 1] * b[j + 1];
      s2 += a[j + 2] * b[j + 2];
      s3 += a[j + 3] * b[j + 3];
    }
    for (; j < a.length; j++) {
      s0 += a[j] * b[j];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
