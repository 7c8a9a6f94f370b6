package io.gibbsite.backend;

import io.gibbsite.ising.IsingLattices;
import io.gibbsite.ising.IsingParameters;
import io.gibbsite.ising.IsingShape;
import io.gibbsite.mlp.MlpScalar;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.rbm.GaussianRbmScalar;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.rbm.RbmScalar;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.spin.SpinScalar;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinShape;

/**
 * Plain Java loops in float32: the reference backend, which runs everywhere.
 *
 * <p>It computes on the caller's thread; {@link BackendOptions#threads} is accepted and becomes 1.
 */
public final class ScalarBackend implements Backend {
  /** The name it is asked for by. */
  public static final String NAME = "scalar";

  private final BackendOptions options;

  /**
   * @throws BackendUnavailableException for a precision other than float32
   */
  public ScalarBackend(BackendOptions options) {
    if (options.precision() != Precision.FLOAT32) {
      throw new BackendUnavailableException(
          "backend scalar computes in float32, not " + options.precision().label());
    }
    this.options = new BackendOptions(1, options.precision());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "scalar (single-threaded, float32)";
  }

  @Override
  public BackendOptions options() {
    return options;
  }

  @Override
  public long bytes(MlpShape shape, int rows) {
    return MlpScalar.bytes(shape, rows);
  }

  @Override
  public MlpSession open(MlpShape shape, int rows) {
    return new MlpScalar(shape, rows);
  }

  @Override
  public long bytes(RbmShape shape, int rows) {
    return RbmScalar.bytes(shape, rows);
  }

  @Override
  public RbmSession open(RbmShape shape, int rows) {
    return new RbmScalar(shape, rows);
  }

  @Override
  public long bytes(GaussianRbmShape shape, int rows) {
    return GaussianRbmScalar.bytes(shape, rows);
  }

  @Override
  public GaussianRbmSession open(GaussianRbmShape shape, int rows) {
    return new GaussianRbmScalar(shape, rows);
  }

  @Override
  public long bytes(SpinShape shape, int rows) {
    return SpinScalar.bytes(shape, rows);
  }

  @Override
  public SpinSession open(SpinShape shape, int rows) {
    return new SpinScalar(shape, rows);
  }

  @Override
  public IsingLattices open(IsingShape shape, IsingParameters parameters) {
    return IsingLattices.scalar(shape, parameters);
  }

  @Override
  public void close() {}
}
