package io.gibbsite.objective;

import io.gibbsite.sampler.EnergyFunction;

/**
 * An energy with parameters and all its passes: what an objective turns into a loss and its
 * gradient, by nothing but weights and directions.
 *
 * <p>{@code P} is the number of parameters, {@code d} that of columns.
 */
public interface EnergyPasses extends EnergyFunction {
  /** P. */
  int parameterCount();

  /**
   * {@code sum_i w_i dE(x_i)/d theta}.
   *
   * @param x float[rows * d]
   * @param w float[rows]
   * @param gradient float[P], out
   */
  void parameterGradient(float[] x, float[] w, int rows, float[] gradient);

  /**
   * The energy and its first and second derivative along v.
   *
   * @param x float[rows * d]
   * @param v float[rows * d]
   * @param energy float[rows], out, or null
   * @param slope float[rows], out: {@code v.dE}
   * @param curvature float[rows], out: {@code v^T H v}
   */
  void directional(
      float[] x, float[] v, int rows, float[] energy, float[] slope, float[] curvature);

  /**
   * {@code sum_i [ w_i dE + a_i d(v_i.dE) + b_i d(v_i^T H_i v_i) ] / d theta}.
   *
   * @param x float[rows * d]
   * @param v float[rows * d]
   * @param w float[rows]
   * @param a float[rows]
   * @param b float[rows]
   * @param gradient float[P], out
   */
  void directionalParameterGradient(
      float[] x, float[] v, float[] w, float[] a, float[] b, int rows, float[] gradient);

  /**
   * Score matching to given targets, or its loss alone: {@code r_i = t_i - s_i dE(x_i)/dx} in the
   * first so many columns, {@code loss = mean_i |r_i|^2 / 2}. Further columns are conditions, such
   * as a level of noise. Source: explicit score matching in Vincent, "A connection between score
   * matching and denoising autoencoders", Neural Computation 23, 2011.
   *
   * @param x float[rows * d]
   * @param target float[rows * columns]: t
   * @param columns from 1 to d
   * @param scale float[rows]: s
   * @param gradient float[P], out, or null for the loss alone
   * @return the loss, 0 of no rows
   */
  default double scoreMatching(
      float[] x, float[] target, int columns, float[] scale, int rows, float[] gradient) {
    return new ScoreMatchingOfPasses().loss(this, x, target, columns, scale, rows, gradient);
  }
}
