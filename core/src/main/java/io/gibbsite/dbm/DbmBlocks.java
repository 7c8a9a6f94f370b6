package io.gibbsite.dbm;

import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmShape;
import java.util.Arrays;

/**
 * R: a deep Boltzmann machine as one restricted Boltzmann machine, whose visible units are the even
 * layers and whose hidden units are the odd ones, so that it runs on every backend.
 */
public final class DbmBlocks {
  private DbmBlocks() {}

  /** The RBM's parameters: blocks of weights, 0 between layers that do not touch. */
  public static RbmParameters join(DbmParameters parameters) {
    DbmShape shape = parameters.shape();
    RbmParameters rbm = new RbmParameters(shape.rbm(), new float[shape.rbm().parameterCount()]);
    join(parameters, rbm);
    return rbm;
  }

  /** The same into parameters that this method has filled before. */
  public static void join(DbmParameters parameters, RbmParameters rbm) {
    copy(parameters.shape(), parameters.values(), rbm.values(), true);
  }

  /**
   * Takes the blocks out of the RBM's parameters, statistics or gradient; what lies between layers
   * that do not touch is left out.
   *
   * @param rbm float[P of the RBM]
   * @param values float[P], out
   */
  public static void split(DbmShape shape, float[] rbm, float[] values) {
    copy(shape, values, rbm, false);
  }

  private static void copy(DbmShape shape, float[] values, float[] rbm, boolean join) {
    int stride = shape.rbm().hidden();
    for (int l = 1; l <= shape.depth(); l++) {
      int below = shape.units(l - 1);
      int above = shape.units(l);
      boolean direct = l % 2 == 1;
      int even = shape.sideOffset(direct ? l - 1 : l);
      int odd = shape.sideOffset(direct ? l : l - 1);
      for (int i = 0; i < below; i++) {
        int at = shape.weightOffset(l) + i * above;
        int block = direct ? (even + i) * stride + odd : even * stride + odd + i;
        int step = direct ? 1 : stride;
        for (int j = 0; j < above; j++) {
          if (join) {
            rbm[block + j * step] = values[at + j];
          } else {
            values[at + j] = rbm[block + j * step];
          }
        }
      }
    }
    for (int l = 0; l <= shape.depth(); l++) {
      int side = l % 2 == 0 ? shape.rbm().visibleBiasOffset() : shape.rbm().hiddenBiasOffset();
      int from = shape.biasOffset(l);
      int to = side + shape.sideOffset(l);
      if (join) {
        System.arraycopy(values, from, rbm, to, shape.units(l));
      } else {
        System.arraycopy(rbm, to, values, from, shape.units(l));
      }
    }
  }

  /**
   * One even layer's states out of the RBM's visible ones.
   *
   * @param states byte[rows * even units]
   * @return byte[rows * units(layer)]
   */
  public static byte[] layer(DbmShape shape, int layer, byte[] states, int rows) {
    int units = shape.units(layer);
    int stride = shape.rbm().visible();
    byte[] part = new byte[Math.multiplyExact(rows, units)];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(states, r * stride + shape.sideOffset(layer), part, r * units, units);
    }
    return part;
  }

  /**
   * The RBM's visible states of rows whose hidden even layers are 1 where {@code mu} exceeds a
   * half.
   *
   * @param v byte[rows * visible]
   * @param mu float[rows * hidden]
   */
  public static byte[] evenStates(DbmShape shape, byte[] v, float[] mu, int rows) {
    int stride = shape.rbm().visible();
    byte[] states = new byte[Math.multiplyExact(rows, stride)];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(v, r * shape.visible(), states, r * stride, shape.visible());
      for (int l = 2; l <= shape.depth(); l += 2) {
        int to = r * stride + shape.sideOffset(l);
        int from = r * shape.hidden() + shape.hiddenOffset(l);
        for (int i = 0; i < shape.units(l); i++) {
          states[to + i] = (byte) (mu[from + i] > 0.5f ? 1 : 0);
        }
      }
    }
    return states;
  }

  /**
   * The RBM that is left of the hidden layers once the visible units are known: its free energy
   * sums over them is what {@code v} has. Its biases of layer 1 are {@code b_1 + W_1^T v}.
   *
   * @param v byte[visible] from {@code at} on
   */
  public static RbmParameters given(DbmParameters parameters, byte[] v, int at) {
    DbmShape shape = parameters.shape();
    RbmParameters whole = join(parameters);
    int n = shape.visible();
    int odd = shape.rbm().hidden();
    int even = shape.rbm().visible() - n;
    float[] hiddenBias =
        Arrays.copyOfRange(
            whole.values(), shape.rbm().hiddenBiasOffset(), shape.rbm().parameterCount());
    for (int i = 0; i < n; i++) {
      for (int j = 0; v[at + i] == 1 && j < odd; j++) {
        hiddenBias[j] += whole.weight(i, j);
      }
    }
    return RbmParameters.of(
        new RbmShape(even, odd),
        Arrays.copyOfRange(whole.values(), n * odd, (n + even) * odd),
        Arrays.copyOfRange(whole.visibleBias(), n, n + even),
        hiddenBias);
  }
}
