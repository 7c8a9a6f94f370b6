package io.gibbsite.bench;

import io.gibbsite.ising.IsingShape;
import java.util.List;

/**
 * Sweeps over units that are up or down, measured in how many of them are drawn a nanosecond; a
 * step is a sweep of every chain.
 */
public interface SpinWork extends Work {
  /** Units of the model, each of which a sweep of a chain draws once. */
  int units();

  /** Units drawn in one step. */
  default double updates() {
    return (double) units() * batch();
  }

  /** Lattices of that side: one where its rows fill words of 64 spins each, else 64 of them. */
  static IsingWork lattices(int size) {
    boolean single = size % (2 * IsingShape.WORD) == 0;
    return new IsingWork(size, single ? 1 : IsingShape.WORD, IsingWork.TEMPERATURE);
  }

  /** The lattices that are timed unless something else is asked for. */
  static List<SpinWork> lattices() {
    return List.of(lattices(64), lattices(1024), lattices(4096));
  }

  /**
   * By name, for JMH.
   *
   * @param shape units of {@code boltzmann}, the side of {@code ising}
   * @param batch chains of {@code boltzmann}
   */
  static SpinWork named(String name, String shape, int batch) {
    int size = Integer.parseInt(shape);
    return name.equals(BoltzmannWork.NAME) ? new BoltzmannWork(size, batch) : lattices(size);
  }
}
