package io.gibbsite.mlp;

import io.gibbsite.backend.StageListener;
import io.gibbsite.objective.EnergyPasses;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.Langevin;

/**
 * An MLP energy on a backend: the five passes of {@link MlpEnergy}, score matching, the NCE loss,
 * and Langevin chains that stay where they are computed.
 *
 * <p>Rows come from an array at each call, or are {@link HeldRows}, which stay where the session
 * computes: a pass gives the same bits for both.
 *
 * <p>Arrays belong to the caller, are row-major, and may be longer than needed; outputs are
 * overwritten up to the length stated, and must not be the same array as an input. A session is
 * used by one thread at a time. Every method throws {@link IllegalArgumentException} if an array is
 * too short, {@code rows} is negative or above {@link #rows()} or another session holds the rows,
 * and {@link IllegalStateException} after {@link #close}, before {@link #setParameters}, and of
 * rows that are closed or chains that were not set. {@code d} is the number of inputs, {@code P}
 * that of parameters.
 */
public interface MlpSession extends EnergyPasses, AutoCloseable {
  MlpShape shape();

  @Override
  default int columns() {
    return shape().inputs();
  }

  @Override
  default int parameterCount() {
    return shape().parameterCount();
  }

  /** The most data rows of one call, and the most chains. */
  int rows();

  /** Copies the parameters in. Their shape must be the session's. */
  void setParameters(MlpParameters parameters);

  /**
   * Copies rows in, to be passed over as often as wanted. They take {@code 4 rows d} bytes, a few
   * more on a device, beside what the session took when it was opened.
   *
   * @param x float[rows * d]
   * @return the rows, freed when they or the session are closed
   */
  HeldRows hold(float[] x, int rows);

  /**
   * The chains as rows, without a copy: at each pass, the states that they are in then. Always the
   * same object.
   */
  HeldRows chainRows();

  /**
   * The energy.
   *
   * @param x float[rows * d]
   * @param energy float[rows], out
   */
  @Override
  void energy(float[] x, int rows, float[] energy);

  /** {@link #energy(float[], int, float[])} of rows that the session holds, all of them. */
  void energy(HeldRows x, float[] energy);

  /**
   * The energy and its gradient in x.
   *
   * @param x float[rows * d]
   * @param energy float[rows], out, or null
   * @param gradient float[rows * d], out
   */
  @Override
  void inputGradient(float[] x, int rows, float[] energy, float[] gradient);

  /**
   * {@link #inputGradient(float[], int, float[], float[])} of rows that the session holds, all of
   * them.
   */
  void inputGradient(HeldRows x, float[] energy, float[] gradient);

  /**
   * {@code sum_i w_i dE(x_i)/d theta}.
   *
   * @param x float[rows * d]
   * @param w float[rows]
   * @param gradient float[P], out
   */
  @Override
  void parameterGradient(float[] x, float[] w, int rows, float[] gradient);

  /**
   * {@link #parameterGradient(float[], float[], int, float[])} of rows that the session holds, all
   * of them.
   */
  void parameterGradient(HeldRows x, float[] w, float[] gradient);

  /**
   * The energy and its first and second derivative along v.
   *
   * @param x float[rows * d]
   * @param v float[rows * d]
   * @param energy float[rows], out, or null
   * @param slope float[rows], out: {@code v.dE}
   * @param curvature float[rows], out: {@code v^T H v}
   */
  @Override
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
  @Override
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
  @Override
  double scoreMatching(
      float[] x, float[] target, int columns, float[] scale, int rows, float[] gradient);

  /**
   * The NCE loss with noise drawn at (NCE_NOISE, step, row * k + j), and its gradient.
   *
   * @param logZ {@code c}
   * @param data float[rows * d]
   * @param gradient float[P + 1], out, the last one {@code d loss / dc}; or null for the loss alone
   * @return the loss
   */
  double nce(
      SigmoidNce nce, float logZ, float[] data, int rows, long seed, long step, float[] gradient);

  /**
   * The NCE loss with given noise, and its gradient.
   *
   * @param logZ {@code c}
   * @param data float[rows * d]
   * @param noise float[rows * k * d]: the k noise rows of the first data row, then those of the
   *     next
   * @param gradient float[P + 1], out, the last one {@code d loss / dc}; or null for the loss alone
   * @return the loss
   */
  double nce(SigmoidNce nce, float logZ, float[] data, int rows, float[] noise, float[] gradient);

  /**
   * {@link #nce(SigmoidNce, float, float[], int, long, long, float[])} of data that the session
   * holds, all of it.
   */
  double nce(SigmoidNce nce, float logZ, HeldRows data, long seed, long step, float[] gradient);

  /**
   * {@link #nce(SigmoidNce, float, float[], int, float[], float[])} of data and noise that the
   * session holds.
   *
   * @param noise k rows for each row of the data
   */
  double nce(SigmoidNce nce, float logZ, HeldRows data, HeldRows noise, float[] gradient);

  /**
   * Standard normal rows at (stream, step, row), row = 0 .. rows - 1: the same bits on every
   * backend. Needs no parameters.
   *
   * @param columns of a row, from 1 to d
   * @param out float[rows * columns], out
   */
  void normals(long seed, DrawStream stream, long step, int rows, int columns, float[] out);

  /** Sets the chains' states, float[chains * d]. */
  void setChains(float[] x, int chains);

  /** How many chains there are: 0 before {@link #setChains}. */
  int chains();

  /** Copies the chains' states to {@code x}, float[chains * d]. */
  void readChains(float[] x);

  /** Moves every chain by {@link Langevin#steps} steps. */
  default void langevin(Langevin langevin, long seed) {
    langevin(langevin, seed, null);
  }

  /**
   * Moves every chain by {@link Langevin#steps} steps, and records energies on the way.
   *
   * @param energies float[steps * chains], out, or null: {@code E} of the state that each step
   *     starts from
   */
  void langevin(Langevin langevin, long seed, float[] energies);

  /** Sets or, with null, removes a listener to intermediate results. */
  void listen(StageListener listener);

  /** Frees what the session holds. */
  @Override
  void close();
}
