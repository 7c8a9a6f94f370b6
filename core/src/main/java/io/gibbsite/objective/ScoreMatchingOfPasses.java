package io.gibbsite.objective;

import java.util.Arrays;

/**
 * {@link EnergyPasses#scoreMatching} by two of the other passes: an input gradient, and a
 * directional parameter gradient along {@code v_i = -s_i r_i / N}, r held fixed.
 *
 * <p>An instance keeps its scratch: it is used by one thread at a time.
 */
public final class ScoreMatchingOfPasses {
  private float[] directions = {};
  private float[] none = {};
  private float[] ones = {};

  /** {@link EnergyPasses#scoreMatching}. */
  public double loss(
      EnergyPasses energy,
      float[] x,
      float[] target,
      int columns,
      float[] scale,
      int n,
      float[] gradient) {
    int d = energy.columns();
    directions = Scratch.atLeast(directions, n * d);
    energy.inputGradient(x, n, null, directions);
    double squares = 0;
    for (int i = 0; i < n; i++) {
      float weight = -scale[i] / n;
      for (int j = 0; j < columns; j++) {
        int k = i * d + j;
        float residual = Math.fma(-scale[i], directions[k], target[i * columns + j]);
        squares += (double) residual * residual;
        directions[k] = weight * residual;
      }
      Arrays.fill(directions, i * d + columns, (i + 1) * d, 0f);
    }
    if (gradient != null) {
      if (ones.length < n) {
        none = new float[n];
        ones = new float[n];
        Arrays.fill(ones, 1f);
      }
      energy.directionalParameterGradient(x, directions, none, ones, none, n, gradient);
    }
    return n == 0 ? 0 : squares / (2.0 * n);
  }
}
