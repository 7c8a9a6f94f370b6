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
}
