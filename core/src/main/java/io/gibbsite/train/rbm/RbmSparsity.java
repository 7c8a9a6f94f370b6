package io.gibbsite.train.rbm;

import io.gibbsite.rbm.RbmShape;

/**
 * Draws the mean activation of every hidden unit towards a small target, so that each stands for
 * something that few rows have.
 *
 * <pre>
 *   q_j   the sliding mean of p(h_j = 1 | v) over the data, with decay 0.9
 *   added to the gradient: cost (q_j - target) to dc_j, and cost (q_j - target) &lt;v_i&gt;_d to dW_ij
 * </pre>
 *
 * <p>This is the derivative of the cross-entropy between target and activation by the unit's total
 * input, applied to biases and weights alike, since biases alone would sink while weights grow.
 *
 * <p>Sources: Lee, Ekanadham and Ng, "Sparse deep belief net model for visual area V2", 2008;
 * Hinton, "A practical guide to training restricted Boltzmann machines", 2010, section 11.
 *
 * @param target mean activation, between 0 and 1
 * @param cost how strongly, at least 0; 0 for not at all
 */
public record RbmSparsity(float target, float cost) {
  /** Hidden units as active as the likelihood has them. */
  public static final RbmSparsity NONE = new RbmSparsity(0.1f, 0);

  private static final float DECAY = 0.9f;

  public RbmSparsity {
    if (!(target > 0 && target < 1)) {
      throw new IllegalArgumentException(
          "the sparsity target must be between 0 and 1, not " + target);
    }
    if (!(cost >= 0 && Float.isFinite(cost))) {
      throw new IllegalArgumentException("the sparsity cost must be at least 0, not " + cost);
    }
  }

  /** Whether there is a cost. */
  boolean isActive() {
    return cost > 0;
  }

  /**
   * Adds the penalty's gradient.
   *
   * @param means float[P], of the statistics over the data rows
   * @param q float[hidden], the sliding means of the step before; moved on
   * @param first whether this is the first step, where the sliding mean begins
   * @param gradient float[P], accumulated
   */
  void add(RbmShape shape, float[] means, float[] q, boolean first, float[] gradient) {
    int hidden = shape.hidden();
    int b = shape.visibleBiasOffset();
    int c = shape.hiddenBiasOffset();
    float share = first ? 1 : 1 - DECAY;
    float[] force = new float[hidden];
    for (int j = 0; j < hidden; j++) {
      q[j] += share * (means[c + j] - q[j]);
      force[j] = cost * (q[j] - target);
      gradient[c + j] += force[j];
    }
    for (int i = 0; i < shape.visible(); i++) {
      float v = means[b + i];
      for (int j = 0; j < hidden; j++) {
        gradient[i * hidden + j] += force[j] * v;
      }
    }
  }

  @Override
  public String toString() {
    return isActive() ? target + " at cost " + cost : "none";
  }
}
