package io.gibbsite.bench;

import io.gibbsite.backend.Workers;
import io.gibbsite.ising.IsingLattices;
import io.gibbsite.ising.IsingParameters;
import io.gibbsite.ising.IsingShape;

/**
 * The speed of heat-bath sweeps over Ising lattices at T = 2.269, where they are slowest to decide.
 *
 * @param workload {@code ising}
 * @param shape such as {@code 1024x1024}
 * @param threads on the processor
 * @param seconds median of one sweep
 * @param flipsPerNs updates of a spin a nanosecond
 */
public record IsingBench(
    String workload, String shape, int threads, double seconds, double flipsPerNs) {
  private static final double TEMPERATURE = 2.269;
  private static final int BURN_IN = 20;

  /** Sweeps of one call that is timed: as many as make it long beside the clock's resolution. */
  private static final double UPDATES = 4e6;

  /** Times sweeps of these lattices, from fair spins. */
  public static IsingBench measure(IsingShape shape, int threads, Timing timing) {
    try (Workers workers = new Workers(threads, "gibbsite-ising")) {
      IsingLattices lattices =
          IsingLattices.of(shape, IsingParameters.ferromagnet(TEMPERATURE), workers);
      lattices.random(0);
      lattices.sweep(BURN_IN, 0, 0);
      double spins = (double) shape.sites() * shape.lattices();
      int sweeps = (int) Math.max(1, UPDATES / spins);
      long[] done = {BURN_IN};
      Runnable call =
          () -> {
            lattices.sweep(sweeps, done[0], 0);
            done[0] += sweeps;
          };
      timing.warmUp(call);
      double seconds = Samples.of(timing.times(call, 1)).median() / sweeps;
      return new IsingBench("ising", shape.toString(), threads, seconds, spins / seconds / 1e9);
    }
  }
}
