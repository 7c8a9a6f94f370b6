package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinShape;
import io.gibbsite.spin.SpinStates;

/**
 * Sequential Gibbs sweeps of a Boltzmann machine, unit after unit, at temperature 1: couplings
 * normal of variance {@code 1 / units}, no biases, first states by fair coins.
 *
 * @param workload {@code boltzmann}
 * @param units of the network
 * @param chains swept side by side
 * @param backend that computed
 * @param threads it was given
 * @param seconds median of a sweep of all chains
 * @param sweepsPerS sweeps of one chain a second, over all chains
 * @param updatesPerS units drawn a second
 */
public record SpinSweeps(
    String workload,
    int units,
    int chains,
    String backend,
    int threads,
    double seconds,
    double sweepsPerS,
    double updatesPerS) {
  private static final long SEED = 1;

  /** The network that is timed. */
  static SpinParameters network(int units) {
    SpinShape shape = new SpinShape(units);
    float[] values = new float[shape.parameterCount()];
    float[] normals = new float[units];
    float sd = (float) (1 / Math.sqrt(units));
    for (int i = 1; i < units; i++) {
      Draws.normals(SEED, DrawStream.COUPLINGS, 0, i, normals, 0, i);
      for (int j = 0; j < i; j++) {
        values[i * units + j] = sd * normals[j];
        values[j * units + i] = sd * normals[j];
      }
    }
    return new SpinParameters(shape, values);
  }

  /** Times a network of that many units. */
  public static SpinSweeps measure(int units, int chains, Backend backend, Timing timing) {
    SpinParameters network = network(units);
    try (SpinSession session = backend.open(network.shape(), chains)) {
      session.setParameters(network);
      session.setStates(SpinStates.random(units, chains, SEED), chains);
      Gibbs gibbs = Gibbs.sweeps(1);
      Runnable sweep = () -> session.gibbs(gibbs, Scan.SEQUENTIAL, SEED);
      timing.warmUp(sweep);
      double seconds = Samples.of(timing.times(sweep, 1)).median();
      return new SpinSweeps(
          "boltzmann",
          units,
          chains,
          backend.name(),
          backend.options().threads(),
          seconds,
          chains / seconds,
          (double) chains * units / seconds);
    }
  }
}
