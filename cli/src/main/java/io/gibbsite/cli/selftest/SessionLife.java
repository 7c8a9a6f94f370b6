package io.gibbsite.cli.selftest;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.ScalarBackend;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.HeldRows;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Langevin;
import java.util.List;
import java.util.function.Function;

/**
 * A session from its opening to its close, with every kind of call in between.
 *
 * @param name of the model and the batch
 * @param calls that it makes
 * @param roundings that its results may be off from those of the plain loops, relative to the
 *     largest; 0 for the same bits
 * @param results of all its calls, one after another
 */
record SessionLife(String name, int calls, int roundings, Function<Backend, double[]> results) {
  private static final long SEED = 5;

  /** Lives of both models, of even and of ragged sizes. */
  static List<SessionLife> all() {
    return List.of(
        rbm(new RbmShape(200, 150), 300),
        rbm(new RbmShape(7, 9), 33),
        rbm(new RbmShape(131, 37), 65),
        mlp("2-64-64-1", 257),
        mlp("3-17-5-1", 33),
        mlp("49-40-1", 100),
        mlp("5-1", 3));
  }

  private static SessionLife rbm(RbmShape shape, int rows) {
    return new SessionLife(
        "RBM %s, %d rows".formatted(shape, rows), 8, 0, backend -> rbm(backend, shape, rows));
  }

  private static double[] rbm(Backend backend, RbmShape shape, int rows) {
    float[] values = Samples.normals(1, shape.parameterCount(), SEED);
    for (int k = 0; k < values.length; k++) {
      values[k] *= 0.1f;
    }
    byte[] visible = new byte[rows * shape.visible()];
    byte[] hidden = new byte[rows * shape.hidden()];
    double[] energies = new double[rows];
    float[] sums = new float[values.length];
    float[] chainSums = new float[values.length];
    try (RbmSession session = backend.open(shape, rows)) {
      session.setParameters(new RbmParameters(shape, values));
      session.setVisible(visible, rows);
      session.gibbs(Gibbs.sweeps(3), SEED);
      session.readVisible(visible);
      session.readHidden(hidden);
      session.freeEnergy(visible, rows, energies);
      session.statistics(visible, rows, sums);
      session.chainStatistics(chainSums);
    }
    Joined joined = new Joined(visible.length + hidden.length + rows + 2 * sums.length);
    joined.add(visible);
    joined.add(hidden);
    joined.add(energies);
    joined.add(sums);
    joined.add(chainSums);
    return joined.values;
  }

  private static SessionLife mlp(String text, int rows) {
    MlpShape shape = MlpShape.parse(text, Activation.SILU);
    return new SessionLife(
        "MLP %s, %d rows".formatted(text, rows), 11, 512, backend -> mlp(backend, shape, rows));
  }

  private static double[] mlp(Backend backend, MlpShape shape, int rows) {
    int columns = shape.inputs();
    int parameters = shape.parameterCount();
    float[] x = Samples.normals(rows, columns, SEED);
    float[] w = Samples.normals(rows, 1, SEED + 1);
    float[] energies = new float[rows];
    float[] slopes = new float[rows];
    float[] curvatures = new float[rows];
    float[] inputs = new float[rows * columns];
    float[] chains = new float[rows * columns];
    float[] held = new float[rows];
    float[] moved = new float[rows];
    float[] gradient = new float[parameters];
    float[] directional = new float[parameters];
    float[] score = new float[parameters];
    float[] nce = new float[parameters + 1];
    try (MlpSession session = backend.open(shape, rows)) {
      session.setParameters(MlpParameters.random(shape, null, SEED));
      session.energy(x, rows, energies);
      session.inputGradient(x, rows, null, inputs);
      session.parameterGradient(x, w, rows, gradient);
      session.directional(x, x, rows, null, slopes, curvatures);
      session.directionalParameterGradient(x, x, w, w, w, rows, directional);
      session.scoreMatching(x, x, columns, w, rows, score);
      session.nce(
          new SigmoidNce(2, Gaussian.isotropic(columns, 0, 1)), 0.5f, x, rows, SEED, 3, nce);
      session.setChains(x, rows);
      session.langevin(Langevin.steps(5).stepSize(0.01f), SEED);
      session.readChains(chains);
      session.energy(session.chainRows(), moved);
      try (HeldRows kept = session.hold(x, rows)) {
        session.energy(kept, held);
      }
    }
    Joined joined = new Joined(5 * rows + 2 * inputs.length + 3 * gradient.length + nce.length);
    for (float[] part :
        new float[][] {
          energies,
          held,
          moved,
          slopes,
          curvatures,
          inputs,
          chains,
          gradient,
          directional,
          score,
          nce
        }) {
      joined.add(part);
    }
    return joined.values;
  }

  /** Whether results are those of the plain loops, as near as they have to be. */
  boolean agreesWithPlainLoops(double[] got, Precision precision) {
    double[] plain;
    try (Backend scalar = new ScalarBackend(new BackendOptions(1, Precision.FLOAT32))) {
      plain = results.apply(scalar);
    }
    double largest = 1;
    for (double value : plain) {
      largest = Math.max(largest, Math.abs(value));
    }
    double rounding = precision == Precision.BF16X3 ? 0x1p-17 : 0x1p-24;
    for (int i = 0; i < plain.length; i++) {
      if (!(Math.abs(got[i] - plain[i]) <= roundings * rounding * largest)) {
        return false;
      }
    }
    return true;
  }

  /** Arrays one after another, as doubles, which hold all of them exactly. */
  private static final class Joined {
    final double[] values;
    private int at;

    Joined(int length) {
      values = new double[length];
    }

    void add(byte[] part) {
      for (byte value : part) {
        values[at++] = value;
      }
    }

    void add(float[] part) {
      for (float value : part) {
        values[at++] = value;
      }
    }

    void add(double[] part) {
      for (double value : part) {
        values[at++] = value;
      }
    }
  }
}
