package io.gibbsite.cli.selftest;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import java.util.List;

/**
 * The steps of {@link io.gibbsite.rbm.GaussianRbm} in plain double loops, and how far a session is
 * from them.
 *
 * <p>A figure is the largest error, relative to the sum of the magnitudes of what is added up; the
 * bound is that of float sums of so many terms, a rounding of 2^-24 for each.
 */
final class GaussianRbmFormulas {
  private static final int ROWS = 40;
  private static final double ROUNDING = 0x1p-24;

  /** Roundings outside of the sums: quotients, products, and the functions of hidden units. */
  private static final int FREE_ROUNDINGS = 16;

  private final GaussianRbmParameters model;
  private final int visible;
  private final int hidden;

  /**
   * The formulas of that model.
   *
   * @param model whose weights fixed point holds exactly
   */
  GaussianRbmFormulas(GaussianRbmParameters model) {
    this.model = model;
    visible = model.shape().visible();
    hidden = model.shape().hidden();
  }

  /** The largest error of a pass, relative to the size of its values; NaN stays. */
  private static final class Largest {
    private double error;

    void add(double got, double expected, double size) {
      error = Math.max(error, Math.abs(got - expected) / size);
    }

    Check within(String name, int terms) {
      return new Check(name, error, (terms + FREE_ROUNDINGS) * ROUNDING);
    }
  }

  /** {@code x_i = v_i / sd_i}. */
  private double x(float[] v, int row, int i) {
    return v[row * visible + i] / (double) model.visibleSd(i);
  }

  /** {@code a_j}. */
  private double input(float[] v, int row, int j) {
    double a = model.hiddenBias(j);
    for (int i = 0; i < visible; i++) {
      a += x(v, row, i) * model.weight(i, j);
    }
    return a;
  }

  /** The magnitudes of its terms, and 1 for what is made of it. */
  private double inputSize(float[] v, int row, int j) {
    double size = 1 + Math.abs(model.hiddenBias(j));
    for (int i = 0; i < visible; i++) {
      size += Math.abs(x(v, row, i) * model.weight(i, j));
    }
    return size;
  }

  private static double sigmoid(double a) {
    return 1 / (1 + Math.exp(-a));
  }

  private static double softplus(double a) {
    return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
  }

  /** {@code F_beta}, and at beta 1 the free energy. */
  private double freeEnergy(float[] v, int row, double beta, float[] base) {
    double energy = 0;
    for (int i = 0; i < visible; i++) {
      double d = x(v, row, i) - model.visibleBias(i) / (double) model.visibleSd(i);
      double e = x(v, row, i) - base[i] / (double) model.visibleSd(i);
      energy += (beta * d * d + (1 - beta) * e * e) / 2;
    }
    for (int j = 0; j < hidden; j++) {
      energy -= softplus(beta * input(v, row, j));
    }
    return energy;
  }

  private double freeEnergySize(float[] v, int row, float[] base) {
    double size = 0;
    for (int i = 0; i < visible; i++) {
      double largest = Math.max(Math.abs(model.visibleBias(i)), Math.abs(base[i]));
      size += Math.pow(Math.abs(x(v, row, i)) + largest / model.visibleSd(i), 2);
    }
    for (int j = 0; j < hidden; j++) {
      size += inputSize(v, row, j);
    }
    return size;
  }

  /** Compares a session that has the model; its chains are replaced. */
  List<Check> checks(GaussianRbmSession session, long seed) {
    float[] v = Samples.normals(ROWS, visible, seed + 3);
    float[] base = Samples.normals(1, visible, seed + 4);
    String name = " against formulas, Gaussian RBM " + model.shape();
    return List.of(
        energies(session, v).within("free energies" + name, visible),
        probabilities(session, v).within("probabilities" + name, visible),
        statistics(session, v).within("statistics" + name, visible + ROWS),
        gains(session, v, base).within("tempering gains" + name, visible),
        hiddenDraws(session, v, seed, "hidden draws" + name),
        visibleDraws(session, seed).within("visible draws" + name, 0));
  }

  private Largest energies(GaussianRbmSession session, float[] v) {
    double[] got = new double[ROWS];
    session.freeEnergy(v, ROWS, got);
    Largest error = new Largest();
    float[] none = model.visibleBias();
    for (int row = 0; row < ROWS; row++) {
      error.add(got[row], freeEnergy(v, row, 1, none), freeEnergySize(v, row, none));
    }
    return error;
  }

  private Largest probabilities(GaussianRbmSession session, float[] v) {
    float[] got = new float[ROWS * hidden];
    session.hiddenProbabilities(v, ROWS, got);
    Largest error = new Largest();
    for (int row = 0; row < ROWS; row++) {
      for (int j = 0; j < hidden; j++) {
        error.add(got[row * hidden + j], sigmoid(input(v, row, j)), inputSize(v, row, j));
      }
    }
    return error;
  }

  private Largest statistics(GaussianRbmSession session, float[] v) {
    GaussianRbmShape shape = model.shape();
    float[] got = new float[shape.parameterCount()];
    session.statistics(v, ROWS, got);
    double[] sums = new double[got.length];
    double[] sizes = new double[got.length];
    for (int row = 0; row < ROWS; row++) {
      for (int j = 0; j < hidden; j++) {
        double p = sigmoid(input(v, row, j));
        double size = inputSize(v, row, j);
        for (int i = 0; i < visible; i++) {
          sums[i * hidden + j] += x(v, row, i) * p;
          sizes[i * hidden + j] += Math.abs(x(v, row, i)) * size;
        }
        sums[shape.units().hiddenBiasOffset() + j] += p;
        sizes[shape.units().hiddenBiasOffset() + j] += size;
      }
      for (int i = 0; i < visible; i++) {
        double x = x(v, row, i);
        sums[shape.units().visibleBiasOffset() + i] += x;
        sizes[shape.units().visibleBiasOffset() + i] += Math.abs(x);
        sums[shape.visibleSdOffset() + i] += x * x;
        sizes[shape.visibleSdOffset() + i] += x * x;
      }
    }
    Largest error = new Largest();
    for (int k = 0; k < got.length; k++) {
      error.add(got[k], sums[k], sizes[k]);
    }
    return error;
  }

  private Largest gains(GaussianRbmSession session, float[] v, float[] base) {
    float[] betas = new float[ROWS];
    float[] next = new float[ROWS];
    for (int row = 0; row < ROWS; row++) {
      betas[row] = row % 5 * 0.25f;
      next[row] = row % 3 * 0.5f;
    }
    double[] got = new double[ROWS];
    session.setVisible(v, ROWS);
    session.temper(new Tempering(betas, next, base, 0, 0), 1, got);
    Largest error = new Largest();
    for (int row = 0; row < ROWS; row++) {
      double gain = freeEnergy(v, row, betas[row], base) - freeEnergy(v, row, next[row], base);
      error.add(got[row], gain, freeEnergySize(v, row, base));
    }
    return error;
  }

  /** Counts states that are not what their uniform number says, which it does but for rounding. */
  private Check hiddenDraws(GaussianRbmSession session, float[] v, long seed, String name) {
    byte[] h = new byte[ROWS * hidden];
    session.setVisible(v, ROWS);
    session.gibbs(Gibbs.sweeps(1), seed);
    session.readHidden(h);
    float[] u = new float[hidden];
    int wrong = 0;
    for (int row = 0; row < ROWS; row++) {
      Draws.uniforms(seed, DrawStream.HIDDEN_GIBBS, 0, row, u, 0, hidden);
      for (int j = 0; j < hidden; j++) {
        double above = sigmoid(input(v, row, j)) - u[j];
        double unsure = inputSize(v, row, j) * (visible + FREE_ROUNDINGS) * ROUNDING;
        if (h[row * hidden + j] != (above > 0 ? 1 : 0) && Math.abs(above) > unsure) {
          wrong++;
        }
      }
    }
    return new Check(name, wrong, 0);
  }

  /** Of the sweep that {@link #hiddenDraws} made, given its hidden states. */
  private Largest visibleDraws(GaussianRbmSession session, long seed) {
    float[] got = new float[ROWS * visible];
    byte[] h = new byte[ROWS * hidden];
    session.readVisible(got);
    session.readHidden(h);
    float[] normals = new float[visible];
    Largest error = new Largest();
    for (int row = 0; row < ROWS; row++) {
      Draws.normals(seed, DrawStream.VISIBLE_GIBBS, 0, row, normals, 0, visible);
      for (int i = 0; i < visible; i++) {
        double sum = normals[i];
        double size = Math.abs(normals[i]);
        for (int j = 0; j < hidden; j++) {
          sum += h[row * hidden + j] * model.weight(i, j);
          size += h[row * hidden + j] * Math.abs(model.weight(i, j));
        }
        double sd = model.visibleSd(i);
        double bias = model.visibleBias(i);
        error.add(got[row * visible + i], bias + sd * sum, Math.abs(bias) + sd * size);
      }
    }
    return error;
  }
}
