package io.gibbsite.backend;

import io.gibbsite.ising.IsingLattices;
import io.gibbsite.ising.IsingParameters;
import io.gibbsite.ising.IsingShape;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinShape;

/**
 * A way to compute. A backend may be shared between threads; the sessions it opens may run side by
 * side, each used by one thread at a time. Closing it ends its threads; close its sessions first.
 */
public interface Backend extends AutoCloseable {
  /** Such as {@code vector}. */
  String name();

  /**
   * Name, width, threads and precision on one line, such as {@code vector (512-bit, 2 threads,
   * float32)}.
   */
  String description();

  BackendOptions options();

  /**
   * Runs a loop of the caller's on the threads that this backend computes with, which are idle
   * between calls; on the caller's alone if it has none.
   *
   * @param units how many, 0 and up
   * @param body what to do for each; it must not depend on which worker does it
   */
  default void run(int units, Workers.Body body) {
    for (int unit = 0; unit < units; unit++) {
      body.run(unit, 0);
    }
  }

  /** Bytes that {@link #open(MlpShape, int)} will take for this shape and this many rows. */
  long bytes(MlpShape shape, int rows);

  /**
   * Opens a session for an MLP energy.
   *
   * @param shape the layers
   * @param rows the most data rows of one call, and the most chains
   */
  MlpSession open(MlpShape shape, int rows);

  /** Bytes that {@link #open(RbmShape, int)} will take for this shape and this many rows. */
  long bytes(RbmShape shape, int rows);

  /**
   * Opens a session for a restricted Boltzmann machine.
   *
   * @param shape the units
   * @param rows the most data rows of one call, and the most chains
   */
  RbmSession open(RbmShape shape, int rows);

  /** Bytes that {@link #open(GaussianRbmShape, int)} will take for this shape and these rows. */
  default long bytes(GaussianRbmShape shape, int rows) {
    throw withoutGaussianRbm();
  }

  /**
   * Opens a session for a Gaussian-Bernoulli RBM.
   *
   * @param shape the units
   * @param rows the most data rows of one call, and the most chains
   * @throws BackendUnavailableException if this backend has none
   */
  default GaussianRbmSession open(GaussianRbmShape shape, int rows) {
    throw withoutGaussianRbm();
  }

  private BackendUnavailableException withoutGaussianRbm() {
    return new BackendUnavailableException(
        "backend %s has no Gaussian-Bernoulli RBM: take vector or scalar".formatted(name()));
  }

  /** Bytes that {@link #open(SpinShape, int)} will take for this shape and these chains. */
  default long bytes(SpinShape shape, int rows) {
    throw withoutSpins();
  }

  /**
   * Opens a session for a network of units -1 and +1.
   *
   * @param shape the units
   * @param rows the most chains
   * @throws BackendUnavailableException if this backend has none
   */
  default SpinSession open(SpinShape shape, int rows) {
    throw withoutSpins();
  }

  private BackendUnavailableException withoutSpins() {
    return new BackendUnavailableException(
        "backend %s has no networks of units -1 and +1: take vector or scalar".formatted(name()));
  }

  /**
   * Opens Ising lattices, by multi-spin coding where this backend has it, else as an RBM.
   *
   * @throws BackendUnavailableException if they have more sites than an RBM is made for
   */
  default IsingLattices open(IsingShape shape, IsingParameters parameters) {
    return IsingLattices.rbm(shape, parameters, this);
  }

  @Override
  void close();
}
