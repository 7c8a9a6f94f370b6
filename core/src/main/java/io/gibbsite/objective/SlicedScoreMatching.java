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
 * directional parameter-gradient pass; the second form takes {@link EnergyPasses#scoreMatching}
 * besides; the third as many directional ones as there are columns, and so it is for few columns.
 * An instance keeps its scratch: it is used by one thread at a time. Sources: Hyvärinen,
 * "Estimation of non-normalized statistical models by score matching", JMLR 6, 2005; Song, Garg,
 * Shi and Ermon, "Sliced score matching", UAI 2019.
 */
public final class SlicedScoreMatching {
  private float[] direction = {};
  private float[] slope = {};
  private float[] curvature = {};
  private float[] none = {};
  private float[] zeros = {};
  private float[] ones = {};
  private float[] part = {};

  /**
   * The sliced loss, and its gradient.
   *
   * @param x float[n * d]
   * @param v float[n * d]
   * @param gradient float[P], out, or null for the loss alone
   */
  public double sliced(EnergyPasses energy, float[] x, int n, float[] v, float[] gradient) {
    derivatives(energy, x, n, v);
    double loss = 0;
    for (int i = 0; i < n; i++) {
      loss += (0.5 * slope[i] * slope[i] - curvature[i]) / n;
      slope[i] /= n;
      curvature[i] = -1f / n;
    }
    if (gradient != null) {
      energy.directionalParameterGradient(x, v, none, slope, curvature, n, gradient);
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
  public double varianceReduced(
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
  public double implicit(EnergyPasses energy, float[] x, int n, float[] gradient) {
    int d = energy.columns();
    double loss = halfSquare(energy, x, n, gradient);
    direction = Scratch.atLeast(direction, n * d);
    Arrays.fill(direction, 0, n * d, 0);
    for (int c = 0; c < d; c++) {
      for (int i = 0; i < n; i++) {
        direction[i * d + c] = 1;
      }
      loss += curvature(energy, x, n, direction, gradient);
      for (int i = 0; i < n; i++) {
        direction[i * d + c] = 0;
      }
    }
    return loss;
  }

  /** {@code mean |dE|^2 / 2}, its gradient overwritten: score matching to 0. */
  private double halfSquare(EnergyPasses energy, float[] x, int n, float[] gradient) {
    int d = energy.columns();
    zeros = Scratch.atLeast(zeros, n * d);
    ones = Scratch.atLeast(ones, n);
    Arrays.fill(ones, 0, n, 1f);
    return energy.scoreMatching(x, zeros, d, ones, n, gradient);
  }

  /** {@code -mean v^T H v}, its gradient added. */
  private double curvature(EnergyPasses energy, float[] x, int n, float[] v, float[] gradient) {
    derivatives(energy, x, n, v);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum -= (double) curvature[i] / n;
    }
    if (gradient != null) {
      Arrays.fill(curvature, 0, n, -1f / n);
      part = Scratch.atLeast(part, energy.parameterCount());
      energy.directionalParameterGradient(x, v, none, none, curvature, n, part);
      Scratch.add(part, gradient, energy.parameterCount());
    }
    return sum;
  }

  /** {@code v.dE} to the slopes, {@code v^T H v} to the curvatures. */
  private void derivatives(EnergyPasses energy, float[] x, int n, float[] v) {
    slope = Scratch.atLeast(slope, n);
    curvature = Scratch.atLeast(curvature, n);
    none = Scratch.atLeast(none, n);
    energy.directional(x, v, n, null, slope, curvature);
  }
}
