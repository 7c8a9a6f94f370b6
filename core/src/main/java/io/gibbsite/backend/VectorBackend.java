package io.gibbsite.backend;

import io.gibbsite.ising.IsingLattices;
import io.gibbsite.ising.IsingParameters;
import io.gibbsite.ising.IsingShape;
import io.gibbsite.math.Lanes;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.mlp.MlpVector;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.rbm.GaussianRbmVector;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.rbm.RbmVector;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinShape;
import io.gibbsite.spin.SpinVector;

/** The Java Vector API: blocked and fused, with rows shared among threads. */
final class VectorBackend implements Backend {
  static final String NAME = "vector";

  private final BackendOptions options;
  private final Workers workers;

  VectorBackend(BackendOptions options) {
    this.options = options;
    this.workers = new Workers(options.threads(), "gibbsite-vector");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "%s (%d-bit, %d %s, %s)"
        .formatted(
            NAME,
            Lanes.FLOAT.vectorBitSize(),
            options.threads(),
            options.threads() == 1 ? "thread" : "threads",
            options.precision().label());
  }

  @Override
  public BackendOptions options() {
    return options;
  }

  @Override
  public void run(int units, Workers.Body body) {
    workers.run(units, body);
  }

  @Override
  public long bytes(MlpShape shape, int rows) {
    return MlpVector.bytes(shape, rows, options.threads());
  }

  @Override
  public MlpSession open(MlpShape shape, int rows) {
    return new MlpVector(shape, rows, workers);
  }

  @Override
  public long bytes(RbmShape shape, int rows) {
    return RbmVector.bytes(shape, rows, options.threads());
  }

  @Override
  public RbmSession open(RbmShape shape, int rows) {
    return new RbmVector(shape, rows, workers);
  }

  @Override
  public long bytes(GaussianRbmShape shape, int rows) {
    return GaussianRbmVector.bytes(shape, rows, options.threads());
  }

  @Override
  public GaussianRbmSession open(GaussianRbmShape shape, int rows) {
    return new GaussianRbmVector(shape, rows, workers);
  }

  @Override
  public long bytes(SpinShape shape, int rows) {
    return SpinVector.bytes(shape, rows, options.threads());
  }

  @Override
  public SpinSession open(SpinShape shape, int rows) {
    return new SpinVector(shape, rows, workers);
  }

  @Override
  public IsingLattices open(IsingShape shape, IsingParameters parameters) {
    return IsingLattices.vector(shape, parameters, workers);
  }

  @Override
  public void close() {
    workers.close();
  }
}
