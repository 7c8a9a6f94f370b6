package io.gibbsite.sampler;

import io.gibbsite.backend.Workers;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.Arrays;

/**
 * Points that are moved together, step by step, by a rule over the passes of an {@link
 * EnergyFunction}: Markov chains, one a row, or particles.
 *
 * <p>Row i samples {@code exp(-beta_i E)}. All random numbers have addresses (seed, step, row), so
 * that results depend neither on threads nor on how many rows there are beside. A sampler owns its
 * points, uses the energy function while it steps, and is used by one thread at a time.
 */
public abstract class Sampler {
  private static final int BLOCK = 64;

  final EnergyFunction target;
  final int rows;
  final int columns;
  final long seed;

  /** float[rows * columns]: the points. */
  final float[] x;

  /** float[rows]: their energies. */
  final float[] energy;

  /** float[rows * columns]: dE/dx there, where the rule needs it. */
  final float[] gradient;

  /** float[rows]: inverse temperatures. */
  final float[] beta;

  private final Workers workers;
  private final int chains;
  private final ReplicaExchange exchange;
  private long step;
  private long passes;

  /**
   * Takes the points' first states.
   *
   * @param start float[chains * columns], row-major; copied, for every replica
   * @param chains at least 1; rows are as many for each temperature, the coldest first
   * @param settings temperatures, seed and threads
   * @throws ArithmeticException if an energy there is not finite
   */
  Sampler(EnergyFunction target, float[] start, int chains, SamplerSettings settings) {
    if (chains < 1) {
      throw new IllegalArgumentException("a sampler needs at least one chain, not " + chains);
    }
    int replicas = settings.temperatures().length;
    this.target = target;
    this.chains = chains;
    this.rows = Math.multiplyExact(chains, replicas);
    this.columns = target.columns();
    this.seed = settings.seed();
    this.workers = settings.workers();
    if (start.length < (long) chains * columns) {
      throw new IllegalArgumentException(
          "the start has %d entries, not %d chains of %d".formatted(start.length, chains, columns));
    }
    x = new float[Math.multiplyExact(rows, columns)];
    energy = new float[rows];
    gradient = new float[x.length];
    beta = new float[rows];
    for (int r = 0; r < replicas; r++) {
      System.arraycopy(start, 0, x, r * chains * columns, chains * columns);
      Arrays.fill(beta, r * chains, (r + 1) * chains, 1 / settings.temperatures()[r]);
    }
    exchange = replicas == 1 ? null : new ReplicaExchange(this, chains, replicas);
    gradientAt(x, energy, gradient);
    for (int i = 0; i < rows; i++) {
      if (!Float.isFinite(energy[i])) {
        throw new ArithmeticException(
            "chain " + i + " starts at the energy " + energy[i] + ": begin elsewhere");
      }
    }
  }

  /** Moves all points by one step, whose random numbers have this address. */
  abstract void move(long address);

  /** One step of a warm-up, in which the rule may adapt itself. */
  void adapt(long address) {
    move(address);
  }

  /** Ends a warm-up: from here on the rule stays as it is. */
  void adapted() {}

  /** Makes so many steps. */
  public final void run(int steps) {
    for (int k = 0; k < steps; k++) {
      move(step);
      finishStep();
    }
  }

  /**
   * Makes so many steps in which the step size is adapted, until {@link #endWarmUp} is called after
   * the last of them; where there is nothing to adapt, as {@link #run}. States of a warm-up are no
   * samples.
   */
  public final void warmUp(int steps) {
    for (int k = 0; k < steps; k++) {
      adapt(step);
      finishStep();
    }
  }

  private void finishStep() {
    if (exchange != null) {
      exchange.exchange(step);
    }
    step++;
  }

  /**
   * The share of exchanges that were made between neighbouring temperatures, from the coldest on;
   * empty where there is one temperature.
   */
  public final double[] exchangeRates() {
    return exchange == null ? new double[0] : exchange.rates();
  }

  /** Fixes what {@link #warmUp} has found: call it once, after the last of its steps. */
  public final void endWarmUp() {
    adapted();
  }

  /** The present length of the rule's steps. */
  public abstract float stepSize();

  /** How many points there are, replicas at higher temperatures not counted. */
  public final int chains() {
    return chains;
  }

  /** Copies the states to {@code out}, float[chains * columns]. */
  public final void readChains(float[] out) {
    System.arraycopy(x, 0, out, 0, chains * columns);
  }

  /** Copies the energies to {@code out}, float[chains]. */
  public final void readEnergies(float[] out) {
    System.arraycopy(energy, 0, out, 0, chains);
  }

  /**
   * Copies the probabilities with which the last step's proposals were accepted to {@code out},
   * float[chains].
   *
   * @return whether the rule accepts and rejects at all; if not, nothing is copied
   */
  public boolean readAcceptance(float[] out) {
    return false;
  }

  /** Energies and gradients of single rows so far, those of replicas included. */
  public final long evaluations() {
    return passes * rows;
  }

  /** Steps so far. */
  public final long steps() {
    return step;
  }

  /** Energies and gradients of all rows. */
  final void gradientAt(float[] points, float[] energies, float[] gradients) {
    target.inputGradient(points, rows, energies, gradients);
    passes++;
  }

  /** Energies and gradients of the present points anew: the target is another one from here on. */
  final void refresh() {
    gradientAt(x, energy, gradient);
  }

  /**
   * Row i goes on from row {@code ancestors[i]}.
   *
   * @param ancestors int[rows]
   */
  final void resample(int[] ancestors) {
    float[] before = x.clone();
    for (int i = 0; i < rows; i++) {
      System.arraycopy(before, ancestors[i] * columns, x, i * columns, columns);
    }
    refresh();
  }

  /** Energies of all rows. */
  final void energyAt(float[] points, float[] energies) {
    target.energy(points, rows, energies);
    passes++;
  }

  /** The body of a loop over rows. */
  @FunctionalInterface
  interface RowBody {
    void run(int row);
  }

  /** Runs the body for every row; rows are independent of each other. */
  final void forRows(RowBody body) {
    workers.run(
        (rows + BLOCK - 1) / BLOCK,
        (block, worker) -> {
          int end = Math.min(rows, (block + 1) * BLOCK);
          for (int row = block * BLOCK; row < end; row++) {
            body.run(row);
          }
        });
  }

  /** Writes the row's standard normal numbers of this address to {@code out[row * columns ..]}. */
  final void normals(DrawStream stream, long address, int row, float[] out) {
    Draws.normals(seed, stream, address, row, out, row * columns, columns);
  }

  /** The row's uniform number of a purpose: a component of (ACCEPT, address, row). */
  final float uniform(long address, int row, int component) {
    int[] words = new int[4];
    Draws.words(seed, DrawStream.ACCEPT, address, row, 0, words);
    return Draws.uniform(words[component]);
  }
}
