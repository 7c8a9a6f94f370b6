package io.gibbsite.rbm;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.ParallelTempering;
import io.gibbsite.sampler.Tempering;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * {@link ParallelTempering} of an RBM, whatever its visible units are. All replicas are rows of one
 * session; an exchange leaves the states where they are, and swaps the rows' levels.
 *
 * <pre>
 *   round t    P1  {@code sweeps} sweeps of every row at its level's beta, of addresses t sweeps ..
 *              P2  gain_n = F_beta(v_n) - F_beta'(v_n), beta' the beta of the level it is paired with
 *              rows n and m exchange levels if u &lt; exp(gain_n + gain_m)
 *                  u at (ACCEPT, t, chain, lower level)
 * </pre>
 *
 * <p>{@code F_beta} has the hidden units summed out, so that more exchanges are accepted than by
 * the energy of both sides, for half a sweep in a round. Results are the same bits for any backend
 * and number of threads. Used by one thread at a time; the session stays the caller's.
 */
public abstract sealed class RbmReplicas permits RbmTempering, GaussianRbmTempering {
  private final RbmChains session;
  private final float[] baseBias;
  private final int sweeps;
  private final int chains;
  private final long seed;
  private final float[] betas;
  private final int[] levelOf; // [row]
  private final int[] rowOf; // [chain, level]
  private final float[] rowBetas;
  private final float[] nextBetas;
  private final double[] gains;
  private final float[] uniform;
  private final double[] accepted; // [levels - 1]: sums of acceptance probabilities
  private final long[] proposed;
  private final float[] latest; // [chain, levels - 1]
  private long round;

  /** Replicas of so many chains, each row at the level of its number; states are yet to be set. */
  RbmReplicas(RbmChains session, ParallelTempering options, int chains, long seed) {
    int levels = options.levels();
    if (chains < 1 || (long) chains * levels > session.rows()) {
      throw new IllegalArgumentException(
          "%d chains of %d levels for a session of %d rows"
              .formatted(chains, levels, session.rows()));
    }
    this.session = session;
    this.baseBias = options.baseBias();
    this.sweeps = options.sweeps();
    this.chains = chains;
    this.seed = seed;
    this.betas = options.betas().clone();
    int rows = chains * levels;
    this.levelOf = new int[rows];
    this.rowOf = new int[rows];
    this.rowBetas = new float[rows];
    this.nextBetas = new float[rows];
    this.gains = new double[rows];
    this.uniform = new float[levels - 1];
    this.accepted = new double[levels - 1];
    this.proposed = new long[levels - 1];
    this.latest = new float[chains * (levels - 1)];
    Arrays.fill(latest, Float.NaN);
    for (int row = 0; row < rows; row++) {
      levelOf[row] = row % levels;
      rowOf[row] = row;
    }
  }

  /** How many chains there are. */
  public int chains() {
    return chains;
  }

  /** How many levels each of them has. */
  public int levelCount() {
    return betas.length;
  }

  /** The row of the session where the chain is at the level. */
  final int row(int chain, int level) {
    return rowOf[chain * betas.length + level];
  }

  /** Inverse temperatures of the levels; a copy. */
  public float[] betas() {
    return betas.clone();
  }

  /** Rounds made so far. */
  public long round() {
    return round;
  }

  /** Makes one round. */
  public void step() {
    int levels = betas.length;
    int parity = (int) (round & 1);
    for (int row = 0; row < levelOf.length; row++) {
      int level = levelOf[row];
      int partner = level % 2 == parity ? level + 1 : level - 1;
      rowBetas[row] = betas[level];
      nextBetas[row] = partner < 0 || partner == levels ? betas[level] : betas[partner];
    }
    session.temper(
        new Tempering(rowBetas, nextBetas, baseBias, sweeps, Math.multiplyExact(round, sweeps)),
        seed,
        gains);
    for (int chain = 0; chain < chains; chain++) {
      Draws.uniforms(seed, DrawStream.ACCEPT, round, chain, uniform, 0, levels - 1);
      for (int level = parity; level + 1 < levels; level += 2) {
        double acceptance = exchange(chain * levels + level, level);
        latest[chain * (levels - 1) + level] = (float) acceptance;
      }
    }
    round++;
  }

  /** Proposes to exchange the levels of two rows; returns the probability that they do. */
  private double exchange(int at, int level) {
    int low = rowOf[at];
    int high = rowOf[at + 1];
    // StrictMath has the same bits everywhere.
    double acceptance = StrictMath.exp(Math.min(0, gains[low] + gains[high]));
    accepted[level] += acceptance;
    proposed[level]++;
    if (uniform[level] < acceptance) {
      rowOf[at] = high;
      rowOf[at + 1] = low;
      levelOf[high] = level;
      levelOf[low] = level + 1;
    }
    return acceptance;
  }

  /**
   * Makes rounds of burn-in, of which the first half moves the levels to where exchanges are
   * equally likely ({@link #respace}), after a sixteenth, an eighth, a quarter and a half of them.
   *
   * @param progress is told the rounds made so far
   */
  public void burnIn(int rounds, LongConsumer progress) {
    for (int done = 1; done <= rounds; done++) {
      step();
      progress.accept(done);
      if (done >= 2 * betas.length
          && (done == rounds / 16
              || done == rounds / 8
              || done == rounds / 4
              || done == rounds / 2)) {
        respace();
      }
    }
    resetAcceptance();
  }

  /**
   * Moves the inner levels to where all exchanges are equally likely to fail, as far as the rounds
   * since the last call tell: the failures' sum along the ladder, joined by straight lines, is cut
   * into equal parts. Then counts anew. Samples are those of the model again once replicas have
   * settled at their new levels.
   *
   * <p>Source: Syed, Bouchard-Cote, Deligiannidis and Doucet, "Non-reversible parallel tempering: a
   * scalable highly parallel MCMC scheme", 2022.
   */
  public void respace() {
    int last = betas.length - 1;
    double[] failures = new double[betas.length];
    double[] acceptance = acceptance();
    for (int k = 0; k < last; k++) {
      // The least keeps levels apart where nothing fails.
      failures[k + 1] = failures[k] + Math.max(1 - acceptance[k], 1e-3);
    }
    resetAcceptance();
    float[] moved = betas.clone();
    int piece = 0;
    for (int k = 1; k < last; k++) {
      double cut = failures[last] * k / last;
      while (failures[piece + 1] < cut) {
        piece++;
      }
      double share = (cut - failures[piece]) / (failures[piece + 1] - failures[piece]);
      moved[k] = (float) (betas[piece] + share * (betas[piece + 1] - (double) betas[piece]));
      if (!(moved[k] > moved[k - 1] && moved[k] < 1)) {
        return; // Closer than float32 tells apart, or not measured yet.
      }
    }
    System.arraycopy(moved, 0, betas, 0, betas.length);
  }

  private void resetAcceptance() {
    Arrays.fill(accepted, 0);
    Arrays.fill(proposed, 0);
  }

  /**
   * The mean probability that levels k and k + 1 exchange, double[levels - 1], over the rounds
   * since burn-in; NaN where none was proposed.
   */
  public double[] acceptance() {
    double[] means = new double[accepted.length];
    for (int k = 0; k < means.length; k++) {
      means[k] = accepted[k] / proposed[k];
    }
    return means;
  }

  /**
   * Copies the probability of every chain's latest exchange of levels k and k + 1 to {@code out},
   * float[chains * (levels - 1)]; NaN where none was proposed.
   */
  public void readLatestAcceptance(float[] out) {
    System.arraycopy(latest, 0, out, 0, latest.length);
  }

  /** The level of every row of the session, int[chains * levels]; a copy. */
  public int[] levels() {
    return levelOf.clone();
  }

  /**
   * The rows at the levels, int[chains, levels], of rows at these ones.
   *
   * @throws IllegalArgumentException if two rows of a chain have the same
   */
  final int[] rowsAt(int[] levels) {
    int count = betas.length;
    int[] rows = new int[rowOf.length];
    Arrays.fill(rows, -1);
    for (int row = 0; row < rows.length; row++) {
      int level = levels[row];
      if (level < 0 || level >= count || rows[row / count * count + level] >= 0) {
        throw new IllegalArgumentException(
            "row %d has level %d, which is no level or another row's".formatted(row, level));
      }
      rows[row / count * count + level] = row;
    }
    return rows;
  }

  /** Takes up a run of which the states are set. */
  final void resumeAt(int[] rows, int[] levels, long rounds) {
    System.arraycopy(rows, 0, rowOf, 0, rows.length);
    System.arraycopy(levels, 0, levelOf, 0, rows.length);
    round = rounds;
    resetAcceptance();
  }
}
