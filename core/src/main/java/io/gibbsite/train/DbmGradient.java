package io.gibbsite.train;

import io.gibbsite.dbm.DbmShape;

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
  /** The share of a step's mean in the sliding one. */
  private static final float SLIDING = 0.01f;

  private DbmGradient() {}

  /**
   * Turns sums into the gradient.
   *
   * @param data float[P], sums over the data rows; becomes their means
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
    for (int k = 0; k < data.length; k++) {
      data[k] *= 1f / rows;
      model[k] *= 1f / chains;
    }
    int b = shape.biasOffset(0);
    float share = first ? 1f : SLIDING;
    for (int k = 0; k < offsets.length; k++) {
      switch (rule) {
        case PLAIN -> offsets[k] = 0;
        case ENHANCED -> offsets[k] = 0.5f * (data[b + k] + model[b + k]);
        case CENTRED -> offsets[k] += k < shape.visible() ? 0 : share * (data[b + k] - offsets[k]);
      }
    }
    float[] correction = new float[offsets.length];
    for (int k = b; k < model.length; k++) {
      model[k] -= data[k];
    }
    for (int l = 1; l <= shape.depth(); l++) {
      weights(shape, l, data, model, offsets, correction);
    }
    for (int k = 0; k < correction.length; k++) {
      model[b + k] -= correction[k];
    }
  }

  /** dW_l, and what it takes from the biases of both layers. */
  private static void weights(
      DbmShape shape, int l, float[] data, float[] model, float[] offsets, float[] correction) {
    int b = shape.biasOffset(0);
    int below = shape.biasOffset(l - 1) - b;
    int above = shape.biasOffset(l) - b;
    int units = shape.units(l);
    for (int i = 0; i < shape.units(l - 1); i++) {
      int row = shape.weightOffset(l) + i * units;
      float dx = model[b + below + i];
      float m = offsets[below + i];
      float dot = 0;
      for (int j = 0; j < units; j++) {
        float n = offsets[above + j];
        float dw = model[row + j] - data[row + j] - dx * n - m * model[b + above + j];
        model[row + j] = dw;
        correction[above + j] += m * dw;
        dot += dw * n;
      }
      correction[below + i] += dot;
    }
  }
}
