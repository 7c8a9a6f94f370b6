package io.gibbsite.objective;

import java.util.Arrays;

/**
 * Score matching, whose trace of the Hessian is taken along random directions, or exactly.
 *
 * <pre>
 *   sliced                    loss = mean_i [ -v^T H v + (v.dE)^2 / 2 ]
 *                             gradient: along v, a = v.dE / N, b = -1 / N
 *   variance-reduced          loss = mean_i [ -v^T H v + |dE|^2 / 2 ]
 *                             gradient: along v, b = -1 / N, and along dE, a = 1 / N
 *   implicit (exact trace)    the same with the sum over the unit vectors for v
 * </pre>
 *
 * <p>The Hessian of the log-density is {@code -H}. Directions have the covariance I, such as
 * standard normal ones; then the first two have the third as their mean. Cost: a directional and a
 * directional parameter-gradient pass; the second form takes two of the latter and an input
 * gradient; the third as many directional ones as there are columns, and so it is for few columns.
 * Sources: Hyvärinen, "Estimation of non-normalized statistical models by score matching", JMLR 6,
 * 2005; Song, Garg, Shi and Ermon, "Sliced score matching", UAI 2019.
 */
public final class SlicedScoreMatching {
  private SlicedScoreMatching() {}

  /**
   * The sliced loss, and its gradient.
   *
   * @param x float[n * d]
   * @param v float[n * d]
   * @param gradient float[P], out, or null for the loss alone
   */
  public static double sliced(EnergyPasses energy, float[] x, int n, float[] v, float[] gradient) {
    float[] slope = new float[n];
    float[] curvature = new float[n];
    energy.directional(x, v, n, null, slope, curvature);
    double loss = 0;
    for (int i = 0; i < n; i++) {
      loss += (0.5 * slope[i] * slope[i] - curvature[i]) / n;
      slope[i] /= n;
      curvature[i] = -1f / n;
    }
    if (gradient != null) {
      energy.directionalParameterGradient(x, v, new float[n], slope, curvature, n, gradient);
    }
    return loss;
  }

  /**
   * The variance-reduced loss, and its gradient.
   *
   * @param x float[n * d]
   * @param v float[n * d]
   * @param gradient float[P], out, or null for the loss alone
   */
  public static double varianceReduced(
      EnergyPasses energy, float[] x, int n, float[] v, float[] gradient) {
    double loss = halfSquare(energy, x, n, gradient);
    return loss + curvature(energy, x, n, v, gradient);
  }

  /**
   * The implicit loss, with the exact trace, and its gradient.
   *
   * @param x float[n * d]
   * @param gradient float[P], out, or null for the loss alone
   */
  public static double implicit(EnergyPasses energy, float[] x, int n, float[] gradient) {
    int d = energy.columns();
    double loss = halfSquare(energy, x, n, gradient);
    float[] unit = new float[n * d];
    for (int c = 0; c < d; c++) {
      for (int i = 0; i < n; i++) {
        unit[i * d + c] = 1;
      }
      loss += curvature(energy, x, n, unit, gradient);
      for (int i = 0; i < n; i++) {
        unit[i * d + c] = 0;
      }
    }
    return loss;
  }

  /** {@code mean |dE|^2 / 2}, its gradient overwritten. */
  private static double halfSquare(EnergyPasses energy, float[] x, int n, float[] gradient) {
    float[] slope = new float[n * energy.columns()];
    energy.inputGradient(x, n, null, slope);
    double sum = 0;
    for (float component : slope) {
      sum += 0.5 * component * component / n;
    }
    if (gradient != null) {
      float[] none = new float[n];
      float[] a = new float[n];
      Arrays.fill(a, 1f / n);
      energy.directionalParameterGradient(x, slope, none, a, none, n, gradient);
    }
    return sum;
  }

  /** {@code -mean v^T H v}, its gradient added. */
  private static double curvature(
      EnergyPasses energy, float[] x, int n, float[] v, float[] gradient) {
    float[] slope = new float[n];
    float[] curvature = new float[n];
    energy.directional(x, v, n, null, slope, curvature);
    double sum = 0;
    for (float value : curvature) {
      sum -= (double) value / n;
    }
    if (gradient != null) {
      float[] none = new float[n];
      float[] b = new float[n];
      Arrays.fill(b, -1f / n);
      float[] part = new float[energy.parameterCount()];
      energy.directionalParameterGradient(x, v, none, none, b, n, part);
      for (int p = 0; p < part.length; p++) {
        gradient[p] += part[p];
      }
    }
    return sum;
  }
}
