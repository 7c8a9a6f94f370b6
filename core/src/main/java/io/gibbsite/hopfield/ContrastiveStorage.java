package io.gibbsite.hopfield;

import io.gibbsite.backend.Backend;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import java.util.Arrays;

/**
 * H3: storage by optimisation. Every epoch all patterns, and corrupted copies of them drawn afresh,
 * evolve a few sweeps, and one step of gradient descent is made.
 */
public final class ContrastiveStorage implements AutoCloseable {
  /**
   * How to optimise.
   *
   * @param rate {@code eta}, positive
   * @param flip the probability that a unit of a copy is flipped, in [0, 1]
   * @param copies corrupted copies of each pattern, at least 0
   * @param sweeps of the evolution, at least 1
   * @param seed of the corruption
   */
  public record Options(float rate, float flip, int copies, int sweeps, long seed) {
    public Options {
      if (!(rate > 0) || !Float.isFinite(rate)) {
        throw new IllegalArgumentException("the learning rate must be positive, not " + rate);
      }
      if (!(flip >= 0 && flip <= 1)) {
        throw new IllegalArgumentException("the share to flip must be in [0, 1], not " + flip);
      }
      if (copies < 0 || sweeps < 1) {
        throw new IllegalArgumentException(
            "copies must be at least 0 and sweeps at least 1, not %d and %d"
                .formatted(copies, sweeps));
      }
    }
  }

  private final Patterns patterns;
  private final Options options;
  private final SpinSession session;
  private final SpinParameters parameters;
  private final int[] ofPatterns;
  private final int[] reached;
  private final int rows;
  private int epochs;

  /** Begins with H1. */
  public ContrastiveStorage(Patterns patterns, Options options, Backend backend) {
    this.patterns = patterns;
    this.options = options;
    this.rows = Math.multiplyExact(patterns.count(), options.copies() + 1);
    this.parameters = StorageRule.hebbian(patterns, backend);
    this.session = backend.open(parameters.shape(), rows);
    this.ofPatterns = new int[parameters.shape().parameterCount()];
    this.reached = new int[ofPatterns.length];
    session.setParameters(parameters);
    session.setStates(patterns.y(), patterns.count());
    session.statistics(ofPatterns);
  }

  /** Epochs made. */
  public int epochs() {
    return epochs;
  }

  /** The couplings so far; a copy. */
  public SpinParameters parameters() {
    return new SpinParameters(parameters.shape(), parameters.values().clone());
  }

  /**
   * Takes up a run.
   *
   * @param values what {@link #parameters} had after so many epochs; copied
   */
  public void resume(float[] values, int epochsMade) {
    System.arraycopy(values, 0, parameters.values(), 0, parameters.values().length);
    epochs = epochsMade;
  }

  /**
   * Makes one epoch.
   *
   * @return the mean overlap of what was reached with the patterns; at 1 nothing has changed, and
   *     this epoch's copies are all recalled
   */
  public double epoch() {
    int p = patterns.count();
    int n = patterns.units();
    byte[] y = Arrays.copyOf(patterns.y(), rows * n);
    for (int copy = 1; copy <= options.copies(); copy++) {
      long trial = (long) epochs * options.copies() + copy;
      byte[] corrupted = patterns.corrupted(options.flip(), trial, options.seed());
      System.arraycopy(corrupted, 0, y, copy * p * n, p * n);
    }
    session.setParameters(parameters);
    session.setStates(y, rows);
    session.descend(options.sweeps(), Scan.SEQUENTIAL, 0, options.seed(), new int[rows]);
    session.statistics(reached);
    step(n);
    session.readStates(y);
    epochs++;
    double overlap = 0;
    for (int row = 0; row < rows; row++) {
      overlap += patterns.overlap(row % p, y, row);
    }
    return overlap / rows;
  }

  private void step(int n) {
    float[] values = parameters.values();
    double rate = (double) options.rate() / n;
    double p = patterns.count();
    for (int k = 0; k < values.length; k++) {
      // The diagonal's means are both 1: it stays 0.
      values[k] += (float) (rate * (ofPatterns[k] / p - (double) reached[k] / rows));
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
