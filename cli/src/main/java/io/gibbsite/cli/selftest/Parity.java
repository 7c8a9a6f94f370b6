package io.gibbsite.cli.selftest;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Precision;
import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpDouble;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpScalar;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Every pass of a backend against {@link MlpDouble}.
 *
 * <p>The bound is twice the error of the plain float loops, but no more than 512 roundings, plus 16
 * roundings, relative to the size of what is summed. A rounding is 2^-24; 2^-17 with three bf16
 * products.
 */
public final class Parity implements AutoCloseable {
  private static final int MOST_ROUNDINGS = 512;
  private static final int FREE_ROUNDINGS = 16;
  private static final int K = 2;
  private static final float LOG_Z = 0.5f;
  private static final long SEED = 11;
  private static final Langevin LANGEVIN = Langevin.steps(5).stepSize(0.02f);

  private final List<Check> checks = new ArrayList<>();
  private final String model;
  private final int rows;
  private final int columns;
  private final int parameters;
  private final MlpSession tested;
  private final MlpSession plain;
  private final MlpDouble exact;
  private final double rounding;
  private final float[] x;
  private final float[] v;
  private final float[] w;
  private final float[] a;
  private final float[] b;

  private Parity(Backend backend, MlpParameters model, int rows) {
    MlpShape shape = model.shape();
    this.model =
        " %s %s%s, %d rows"
            .formatted(
                shape, shape.activation().label(), model.base() == null ? "" : " with base", rows);
    this.rows = rows;
    columns = shape.inputs();
    parameters = shape.parameterCount();
    boolean rough = backend.options().precision() == Precision.BF16X3;
    rounding = rough ? 0x1p-17 : 0x1p-24;
    x = Samples.normals(rows, columns, SEED);
    v = Samples.normals(rows, columns, SEED + 1);
    w = Samples.normals(rows, 1, SEED + 2);
    a = Samples.normals(rows, 1, SEED + 3);
    b = Samples.normals(rows, 1, SEED + 4);
    exact = new MlpDouble(model);
    tested = backend.open(shape, rows);
    plain = new MlpScalar(shape, rows);
    tested.setParameters(model);
    plain.setParameters(model);
  }

  /** Runs the checks. */
  public static List<Check> run(Backend backend) {
    List<Check> checks = new ArrayList<>();
    checks.addAll(run(backend, random("2-128-128-1", Activation.SILU, false), 255));
    checks.addAll(run(backend, random("784-64-1", Activation.SILU, false), 17));
    for (Activation activation : Activation.values()) {
      checks.addAll(run(backend, random("5-33-17-1", activation, true), 33));
    }
    checks.addAll(run(backend, random("3-1", Activation.SILU, false), 1));
    return checks;
  }

  private static MlpParameters random(String shape, Activation activation, boolean base) {
    MlpShape layers = MlpShape.parse(shape, activation);
    Gaussian density = base ? Gaussian.isotropic(layers.inputs(), 0.25f, 1.5f) : null;
    return MlpParameters.random(layers, density, SEED);
  }

  private static List<Check> run(Backend backend, MlpParameters model, int rows) {
    try (Parity parity = new Parity(backend, model, rows)) {
      parity.passes();
      parity.directional();
      parity.scoreMatching();
      parity.nce();
      parity.langevin();
      return parity.checks;
    }
  }

  /** A pass of a session that writes one array. */
  private interface Pass {
    void run(MlpSession session, float[] out);
  }

  private void passes() {
    double[] energy = new double[rows];
    double[] inputs = new double[rows * columns];
    exact.inputGradient(Samples.wide(x), rows, energy, inputs);
    compare("energy", (s, out) -> s.energy(x, rows, out), energy, size(energy));
    compare(
        "input gradient", (s, out) -> s.inputGradient(x, rows, null, out), inputs, size(inputs));
    double[] gradient = new double[parameters];
    exact.parameterGradient(Samples.wide(x), Samples.wide(w), rows, gradient);
    compare(
        "parameter gradient",
        (s, out) -> s.parameterGradient(x, w, rows, out),
        gradient,
        summed((i, g) -> exact.parameterGradient(row(x, i), one(w, i), 1, g), parameters));
  }

  private void directional() {
    double[] slope = new double[rows];
    double[] curvature = new double[rows];
    exact.directional(Samples.wide(x), Samples.wide(v), rows, null, slope, curvature);
    float[] other = new float[rows];
    // Both are sums over the columns of v, and of products of two of them.
    compare(
        "slope along v",
        (s, out) -> s.directional(x, v, rows, null, out, other),
        slope,
        Math.sqrt(columns) * size(slope));
    compare(
        "curvature along v",
        (s, out) -> s.directional(x, v, rows, null, other, out),
        curvature,
        columns * size(curvature));
    double[] gradient = new double[parameters];
    exact.directionalParameterGradient(
        Samples.wide(x),
        Samples.wide(v),
        Samples.wide(w),
        Samples.wide(a),
        Samples.wide(b),
        rows,
        gradient);
    compare(
        "directional parameter gradient",
        (s, out) -> s.directionalParameterGradient(x, v, w, a, b, rows, out),
        gradient,
        summed(
            (i, g) ->
                exact.directionalParameterGradient(
                    row(x, i), row(v, i), one(w, i), one(a, i), one(b, i), 1, g),
            parameters));
  }

  private void scoreMatching() {
    double[] gradient = new double[parameters];
    double[] loss = {exact.scoreMatching(x, v, columns, w, rows, gradient)};
    compare(
        "score matching loss",
        (s, out) -> out[0] = (float) s.scoreMatching(x, v, columns, w, rows, null),
        loss,
        size(loss));
    double each =
        summed(
            (i, g) ->
                exact.scoreMatching(
                    some(x, i, columns), some(v, i, columns), columns, some(w, i, 1), 1, g),
            parameters);
    compare(
        "score matching gradient",
        (s, out) -> s.scoreMatching(x, v, columns, w, rows, out),
        gradient,
        Math.max(1, each / rows));
  }

  private void nce() {
    Density density = Gaussian.isotropic(columns, 0.1f, 1.2f);
    SigmoidNce nce = new SigmoidNce(K, density);
    float[] noise = new float[rows * K * columns];
    for (int i = 0; i < rows * K; i++) {
      density.sample(SEED, DrawStream.NCE_NOISE, 1, i, noise, i * columns);
    }
    double[] gradient = new double[parameters + 1];
    double[] loss = {exact.nce(nce, LOG_Z, x, rows, noise, gradient)};
    // The loss is a mean of terms of the energies' and log-densities' size.
    double terms = (K + 1) * (size(loss) + columns);
    double each =
        summed((i, g) -> exact.parameterGradient(row(x, i), new double[] {1}, 1, g), parameters);
    double scale = (K + 1) * Math.max(1, each / rows);
    compare(
        "NCE loss, given noise",
        (s, out) -> out[0] = (float) s.nce(nce, LOG_Z, x, rows, noise, null),
        loss,
        terms);
    compare(
        "NCE loss, drawn noise",
        (s, out) -> out[0] = (float) s.nce(nce, LOG_Z, x, rows, SEED, 1, null),
        loss,
        terms);
    compare(
        "NCE gradient, given noise",
        (s, out) -> s.nce(nce, LOG_Z, x, rows, noise, out),
        gradient,
        scale);
    compare(
        "NCE gradient, drawn noise",
        (s, out) -> s.nce(nce, LOG_Z, x, rows, SEED, 1, out),
        gradient,
        scale);
  }

  private void langevin() {
    double[] state = Samples.wide(x);
    double[] gradient = new double[rows * columns];
    float[] normals = new float[columns];
    for (int step = 0; step < LANGEVIN.steps(); step++) {
      exact.inputGradient(state, rows, null, gradient);
      for (int i = 0; i < rows; i++) {
        Draws.normals(SEED, DrawStream.LANGEVIN, step, i, normals, 0, columns);
        for (int j = 0; j < columns; j++) {
          int at = i * columns + j;
          state[at] += (double) LANGEVIN.noise() * normals[j] - LANGEVIN.stepSize() * gradient[at];
        }
      }
    }
    compare(
        "Langevin chains",
        (s, out) -> {
          s.setChains(x, rows);
          s.langevin(LANGEVIN, SEED);
          s.readChains(out);
        },
        state,
        size(state));
  }

  private void compare(String pass, Pass run, double[] reference, double scale) {
    double plainError = error(run, plain, reference);
    double figure = error(run, tested, reference);
    double twice = 2 * Math.min(plainError, MOST_ROUNDINGS * 0x1p-24 * scale);
    checks.add(new Check(pass + model, figure, twice + FREE_ROUNDINGS * rounding * scale));
  }

  /** The largest error; NaN where a value was not written. */
  private static double error(Pass run, MlpSession session, double[] reference) {
    float[] out = new float[reference.length];
    Arrays.fill(out, Float.NaN);
    run.run(session, out);
    double error = 0;
    for (int i = 0; i < out.length; i++) {
      error = Math.max(error, Math.abs(out[i] - reference[i]));
    }
    return error;
  }

  private interface RowGradient {
    void of(int row, double[] gradient);
  }

  /** The sum over rows of their largest gradient entry: the size of what a gradient sums. */
  private double summed(RowGradient pass, int length) {
    double sum = 1;
    double[] gradient = new double[length];
    for (int i = 0; i < rows; i++) {
      pass.of(i, gradient);
      sum += size(gradient);
    }
    return sum;
  }

  /** The largest magnitude, at least 1. */
  private static double size(double[] values) {
    double size = 1;
    for (double value : values) {
      size = Math.max(size, Math.abs(value));
    }
    return size;
  }

  private double[] row(float[] values, int i) {
    return Samples.wide(some(values, i, columns));
  }

  private static float[] some(float[] values, int i, int width) {
    return Arrays.copyOfRange(values, i * width, (i + 1) * width);
  }

  private static double[] one(float[] values, int i) {
    return new double[] {values[i]};
  }

  @Override
  public void close() {
    tested.close();
    plain.close();
  }
}
