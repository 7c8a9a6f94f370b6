package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.Workers;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.rbm.GaussianRbmVector;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;

/** Kernels in C++, with rows shared among Java threads. */
final class NativeBackend implements Backend {
  static final String NAME = "native";

  private final BackendOptions options;
  private final Isa isa;
  private final boolean twin;
  private final MlpKernels mlp;
  private final RbmKernels rbm;
  private final Workers workers;

  /**
   * @param isa whose kernels to run, at most the library's best
   * @throws BackendUnavailableException for bf16 without AMX, and for fp16
   */
  NativeBackend(NativeLibrary library, Isa isa, BackendOptions options) {
    if (options.precision() == Precision.FP16X3) {
      throw new BackendUnavailableException(
          "backend native computes in float32 or, with AMX, in bf16x3 and bf16x6, not fp16x3");
    }
    if (options.precision() != Precision.FLOAT32 && isa != Isa.AMX) {
      throw new BackendUnavailableException(
          "backend native computes in %s with AMX alone, and here it runs on %s: take float32"
              .formatted(options.precision().label(), isa.title()));
    }
    this.options = options;
    this.isa = isa;
    twin = isa == Isa.AMX && library.twin();
    Functions functions = new Functions(library.symbols(), isa);
    mlp = new MlpKernels(functions);
    rbm = new RbmKernels(functions);
    workers = new Workers(options.threads(), "gibbsite-native");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "%s (%s, %d %s, %s)"
        .formatted(
            NAME,
            isa.title() + (twin ? " (twin)" : ""),
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
    return MlpNative.bytes(mlp, shape, options.precision(), rows, options.threads());
  }

  @Override
  public MlpSession open(MlpShape shape, int rows) {
    return new MlpNative(mlp, shape, options.precision(), rows, workers);
  }

  @Override
  public long bytes(RbmShape shape, int rows) {
    return RbmNative.bytes(rbm, shape, rows, options.threads());
  }

  @Override
  public RbmSession open(RbmShape shape, int rows) {
    return new RbmNative(rbm, shape, rows, workers);
  }

  @Override
  public long bytes(GaussianRbmShape shape, int rows) {
    requireVectors();
    return GaussianRbmVector.bytes(shape, rows, options.threads());
  }

  /** Real visible units have no kernels in C++: their session is that of the Vector API. */
  @Override
  public GaussianRbmSession open(GaussianRbmShape shape, int rows) {
    requireVectors();
    return new GaussianRbmVector(shape, rows, workers);
  }

  private static void requireVectors() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      throw new BackendUnavailableException(
          "backend native computes RBMs with real visible units on the Vector API: start the JVM with"
              + " --add-modules jdk.incubator.vector");
    }
  }

  @Override
  public void close() {
    workers.close();
  }
}
