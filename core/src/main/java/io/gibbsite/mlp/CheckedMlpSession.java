package io.gibbsite.mlp;

import io.gibbsite.backend.CheckedSession;
import io.gibbsite.density.GaussianMixture;
import io.gibbsite.objective.ScoreMatchingOfPasses;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import java.util.Arrays;

/**
 * The argument checks that every {@link MlpSession} makes, once. An implementation computes and
 * trusts its arguments: {@code rows} may be 0.
 */
public abstract class CheckedMlpSession extends CheckedSession implements MlpSession {
  private final MlpShape shape;
  private final ScoreMatchingOfPasses scoreMatching = new ScoreMatchingOfPasses();

  /** The caller's arrays of the call in progress. */
  private final CallersArray rowsOfCaller = new CallersArray();

  private final CallersArray noiseOfCaller = new CallersArray();
  private ChainRows chainRows;

  protected CheckedMlpSession(MlpShape shape, int rows) {
    super(rows);
    if ((long) rows * shape.inputs() > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          rows + " rows of " + shape.inputs() + " columns do not fit in one array");
    }
    this.shape = shape;
  }

  protected abstract void computeSetParameters(MlpParameters parameters);

  /** Keeps a copy of rows: in an array, unless the backend has a place that is nearer. */
  protected RowSource computeHold(float[] x, int n) {
    float[] copy = Arrays.copyOf(x, n * shape.inputs());
    return () -> copy;
  }

  /** Frees what {@link #computeHold} made; not called once the session is closed. */
  protected void computeRelease(RowSource held) {}

  /** Where passes find the chains, whenever they are set; called once. */
  protected abstract RowSource computeChainRows();

  protected abstract void computeEnergy(RowSource x, int n, float[] energy);

  protected abstract void computeInputGradient(
      RowSource x, int n, float[] energy, float[] gradient);

  protected abstract void computeParameterGradient(RowSource x, float[] w, int n, float[] gradient);

  protected abstract void computeDirectional(
      float[] x, float[] v, int n, float[] energy, float[] slope, float[] curvature);

  protected abstract void computeDirectionalParameterGradient(
      float[] x, float[] v, float[] w, float[] a, float[] b, int n, float[] gradient);

  /** By the other passes; what overrides it makes the energy and its gradient once. */
  protected double computeScoreMatching(
      float[] x, float[] target, int columns, float[] scale, int n, float[] gradient) {
    return scoreMatching.loss(this, x, target, columns, scale, n, gradient);
  }

  /** {@code noise} is null where the noise is to be drawn at (seed, step). */
  protected abstract double computeNce(
      SigmoidNce nce,
      float logZ,
      RowSource data,
      int n,
      RowSource noise,
      long seed,
      long step,
      float[] gradient);

  /** Draws on the calling thread, one number after another; what overrides it has the same bits. */
  protected void computeNormals(
      long seed, DrawStream stream, long step, int n, int columns, float[] out) {
    for (int i = 0; i < n; i++) {
      Draws.normals(seed, stream, step, i, out, i * columns, columns);
    }
  }

  protected abstract void computeSetChains(float[] x, int n);

  protected abstract void computeReadChains(float[] x, int n);

  protected abstract void computeLangevin(Langevin langevin, long seed, int n, float[] energies);

  @Override
  public final MlpShape shape() {
    return shape;
  }

  @Override
  public final void setParameters(MlpParameters parameters) {
    requireOpen();
    if (!parameters.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "parameters of shape %s (%s) for a session of shape %s (%s)"
              .formatted(
                  parameters.shape(),
                  parameters.shape().activation().label(),
                  shape,
                  shape.activation().label()));
    }
    computeSetParameters(parameters);
    parametersSet(true);
  }

  @Override
  public final HeldRows hold(float[] x, int n) {
    requireOpen();
    requireCount(n);
    requireRows("x", x, n, shape.inputs());
    return new Held(this, computeHold(x, n), n);
  }

  @Override
  public final HeldRows chainRows() {
    requireOpen();
    if (chainRows == null) {
      chainRows = new ChainRows(this, computeChainRows());
    }
    return chainRows;
  }

  /** An array that the caller gave to one pass after another: a call allocates nothing. */
  private static final class CallersArray implements RowSource {
    private float[] array;

    RowSource of(float[] given) {
      array = given;
      return this;
    }

    @Override
    public float[] array() {
      return array;
    }
  }

  /** Rows that were copied in. */
  private static final class Held implements HeldRows {
    final CheckedMlpSession session;
    final int count;

    /** Null once they are closed. */
    RowSource source;

    Held(CheckedMlpSession session, RowSource source, int count) {
      this.session = session;
      this.source = source;
      this.count = count;
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public void close() {
      RowSource freed = source;
      source = null;
      if (freed != null && session.open()) {
        session.computeRelease(freed);
      }
    }
  }

  private record ChainRows(CheckedMlpSession session, RowSource source) implements HeldRows {
    @Override
    public int count() {
      return session.chains();
    }

    @Override
    public void close() {}
  }

  /** The caller's rows of a pass. */
  private RowSource rows(String name, float[] x, int n) {
    requireReady(n);
    requireRows(name, x, n, shape.inputs());
    return rowsOfCaller.of(x);
  }

  /** The held rows of a pass. */
  private RowSource rows(HeldRows x) {
    requireReady(0);
    if (x instanceof Held held && held.session == this) {
      if (held.source == null) {
        throw new IllegalStateException("the rows are closed");
      }
      return held.source;
    }
    if (x == null || x != chainRows) {
      throw new IllegalArgumentException("another session holds the rows: hold them in this one");
    }
    if (chains() == 0) {
      throw new IllegalStateException("the session has no chains: call setChains first");
    }
    return chainRows.source;
  }

  @Override
  public final void energy(float[] x, int n, float[] energy) {
    energy(rows("x", x, n), n, energy);
  }

  @Override
  public final void energy(HeldRows x, float[] energy) {
    energy(rows(x), x.count(), energy);
  }

  private void energy(RowSource x, int n, float[] energy) {
    requireRows("energy", energy, n, 1);
    requireApart(energy, x.array());
    computeEnergy(x, n, energy);
  }

  @Override
  public final void inputGradient(float[] x, int n, float[] energy, float[] gradient) {
    inputGradient(rows("x", x, n), n, energy, gradient);
  }

  @Override
  public final void inputGradient(HeldRows x, float[] energy, float[] gradient) {
    inputGradient(rows(x), x.count(), energy, gradient);
  }

  private void inputGradient(RowSource x, int n, float[] energy, float[] gradient) {
    requireRows("gradient", gradient, n, shape.inputs());
    requireApart(gradient, x.array());
    if (energy != null) {
      requireRows("energy", energy, n, 1);
      requireApart(energy, x.array());
      requireApart(energy, gradient);
    }
    computeInputGradient(x, n, energy, gradient);
  }

  @Override
  public final void parameterGradient(float[] x, float[] w, int n, float[] gradient) {
    parameterGradient(rows("x", x, n), w, n, gradient);
  }

  @Override
  public final void parameterGradient(HeldRows x, float[] w, float[] gradient) {
    parameterGradient(rows(x), w, x.count(), gradient);
  }

  private void parameterGradient(RowSource x, float[] w, int n, float[] gradient) {
    requireRows("w", w, n, 1);
    requireLength("gradient", gradient.length, shape.parameterCount());
    requireApart(gradient, x.array());
    requireApart(gradient, w);
    computeParameterGradient(x, w, n, gradient);
  }

  @Override
  public final void directional(
      float[] x, float[] v, int n, float[] energy, float[] slope, float[] curvature) {
    requireReady(n);
    requireRows("x", x, n, shape.inputs());
    requireRows("v", v, n, shape.inputs());
    requireRows("slope", slope, n, 1);
    requireRows("curvature", curvature, n, 1);
    requireApart(slope, x);
    requireApart(slope, v);
    requireApart(curvature, x);
    requireApart(curvature, v);
    requireApart(slope, curvature);
    if (energy != null) {
      requireRows("energy", energy, n, 1);
      requireApart(energy, x);
      requireApart(energy, v);
      requireApart(energy, slope);
      requireApart(energy, curvature);
    }
    computeDirectional(x, v, n, energy, slope, curvature);
  }

  @Override
  public final void directionalParameterGradient(
      float[] x, float[] v, float[] w, float[] a, float[] b, int n, float[] gradient) {
    requireReady(n);
    requireRows("x", x, n, shape.inputs());
    requireRows("v", v, n, shape.inputs());
    requireRows("w", w, n, 1);
    requireRows("a", a, n, 1);
    requireRows("b", b, n, 1);
    requireLength("gradient", gradient.length, shape.parameterCount());
    requireApart(gradient, x);
    requireApart(gradient, v);
    requireApart(gradient, w);
    requireApart(gradient, a);
    requireApart(gradient, b);
    computeDirectionalParameterGradient(x, v, w, a, b, n, gradient);
  }

  @Override
  public final double scoreMatching(
      float[] x, float[] target, int columns, float[] scale, int n, float[] gradient) {
    requireReady(n);
    if (columns < 1 || columns > shape.inputs()) {
      throw new IllegalArgumentException(
          "targets of %d columns for an energy of %d".formatted(columns, shape.inputs()));
    }
    requireRows("x", x, n, shape.inputs());
    requireRows("target", target, n, columns);
    requireRows("scale", scale, n, 1);
    if (gradient != null) {
      requireLength("gradient", gradient.length, shape.parameterCount());
      requireApart(gradient, x);
      requireApart(gradient, target);
      requireApart(gradient, scale);
    }
    if (n == 0) {
      if (gradient != null) {
        Arrays.fill(gradient, 0, shape.parameterCount(), 0f);
      }
      return 0;
    }
    return computeScoreMatching(x, target, columns, scale, n, gradient);
  }

  @Override
  public final double nce(
      SigmoidNce nce, float logZ, float[] data, int n, long seed, long step, float[] gradient) {
    RowSource rows = rows("data", data, n);
    requireAddress("step", step);
    return nce(nce, logZ, rows, n, null, seed, step, gradient);
  }

  @Override
  public final double nce(
      SigmoidNce nce, float logZ, HeldRows data, long seed, long step, float[] gradient) {
    RowSource rows = rows(data);
    requireAddress("step", step);
    return nce(nce, logZ, rows, data.count(), null, seed, step, gradient);
  }

  @Override
  public final double nce(
      SigmoidNce nce, float logZ, float[] data, int n, float[] noise, float[] gradient) {
    RowSource rows = rows("data", data, n);
    requireLength("noise", noise.length, (long) noiseRows(nce, n) * shape.inputs());
    return nce(nce, logZ, rows, n, noiseOfCaller.of(noise), 0, 0, gradient);
  }

  @Override
  public final double nce(
      SigmoidNce nce, float logZ, HeldRows data, HeldRows noise, float[] gradient) {
    RowSource rows = rows(data);
    RowSource noiseRows = rows(noise);
    int needed = noiseRows(nce, data.count());
    if (noise.count() != needed) {
      throw new IllegalArgumentException(
          "noise of %d rows for %d rows of data with k = %d: %d are needed"
              .formatted(noise.count(), data.count(), nce.k(), needed));
    }
    return nce(nce, logZ, rows, data.count(), noiseRows, 0, 0, gradient);
  }

  private static int noiseRows(SigmoidNce nce, int n) {
    if ((long) n * nce.k() > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          n + " rows with k = " + nce.k() + " are too many noise rows");
    }
    return n * nce.k();
  }

  /** With given noise, or where that is null with noise drawn at (seed, step). */
  private double nce(
      SigmoidNce nce,
      float logZ,
      RowSource data,
      int n,
      RowSource noise,
      long seed,
      long step,
      float[] gradient) {
    noiseRows(nce, n);
    if (nce.noise().columns() != shape.inputs()) {
      throw new IllegalArgumentException(
          "noise of " + nce.noise().columns() + " columns for an energy of " + shape.inputs());
    }
    if (nce.noise() instanceof GaussianMixture) {
      throw new IllegalArgumentException(
          "a session takes Gaussian or uniform noise, not a "
              + nce.noise().description()
              + ": use NceOfPasses");
    }
    if (!Float.isFinite(logZ)) {
      throw new IllegalArgumentException("log Z must be finite, not " + logZ);
    }
    if (gradient != null) {
      requireLength("gradient", gradient.length, shape.parameterCount() + 1L);
      requireApart(gradient, data.array());
      if (noise != null) {
        requireApart(gradient, noise.array());
      }
      if (n == 0) {
        Arrays.fill(gradient, 0, shape.parameterCount() + 1, 0f);
      }
    }
    return n == 0 ? 0 : computeNce(nce, logZ, data, n, noise, seed, step, gradient);
  }

  @Override
  public final void normals(
      long seed, DrawStream stream, long step, int n, int columns, float[] out) {
    requireOpen();
    requireCount(n);
    requireAddress("step", step);
    if (columns < 1 || columns > shape.inputs()) {
      throw new IllegalArgumentException(
          "normals of %d columns in a session of %d".formatted(columns, shape.inputs()));
    }
    requireRows("out", out, n, columns);
    computeNormals(seed, stream, step, n, columns, out);
  }

  @Override
  public final void setChains(float[] x, int n) {
    requireOpen();
    requireCount(n);
    requireRows("x", x, n, shape.inputs());
    computeSetChains(x, n);
    chainsSet(n);
  }

  @Override
  public final void readChains(float[] x) {
    requireOpen();
    requireRows("x", x, chains(), shape.inputs());
    computeReadChains(x, chains());
  }

  @Override
  public final void langevin(Langevin langevin, long seed, float[] energies) {
    requireReady(0);
    requireAddress("step", langevin.firstStep() + langevin.steps());
    if (energies != null) {
      requireLength("energies", energies.length, (long) langevin.steps() * chains());
    }
    if (chains() > 0 && langevin.steps() > 0) {
      computeLangevin(langevin, seed, chains(), energies);
    }
  }

  private static void requireRows(String name, float[] array, int n, int columns) {
    requireLength(name, array.length, (long) n * columns);
  }

  private static void requireApart(float[] output, float[] input) {
    if (output == input) {
      throw new IllegalArgumentException("an output array is also an input or another output");
    }
  }
}
