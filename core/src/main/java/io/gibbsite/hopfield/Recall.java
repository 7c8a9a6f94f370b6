package io.gibbsite.hopfield;

import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinSession;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** R2: letting states settle, and what they settle in. */
public final class Recall {
  /** Sweeps after which a state that still changes is left: far more than any descent takes. */
  public static final int SWEEP_LIMIT = 10_000;

  private Recall() {}

  /**
   * States that settled.
   *
   * @param y byte[rows * n]
   * @param sweeps of each row until it changed no more
   * @param energy of each row at the end
   */
  public record Settled(byte[] y, int[] sweeps, double[] energy) {}

  /**
   * R2: sweeps until no row changes.
   *
   * @param session with the network's parameters, and room for the rows; its chains are overwritten
   * @param y byte[rows * n]
   * @param scan the order of the updates
   */
  public static Settled settle(SpinSession session, byte[] y, int rows, Scan scan, long seed) {
    session.setStates(y, rows);
    int[] changes = new int[rows];
    int[] sweeps = new int[rows];
    boolean moving = rows > 0;
    for (int t = 0; moving && t < SWEEP_LIMIT; t++) {
      session.descend(1, scan, t, seed, changes);
      moving = false;
      for (int row = 0; row < rows; row++) {
        if (changes[row] > 0) {
          sweeps[row] = t + 1;
          moving = true;
        }
      }
    }
    double[] energy = new double[rows];
    session.energies(energy);
    byte[] settled = new byte[rows * session.shape().units()];
    session.readStates(settled);
    return new Settled(settled, sweeps, energy);
  }

  /**
   * The distinct fixed points among states that settled.
   *
   * @param patterns distinct ones that are patterns
   * @param negatives distinct ones that are a pattern's negative, and no pattern
   * @param spurious distinct others
   * @param spuriousRows rows that ended in one of these
   */
  public record FixedPoints(int patterns, int negatives, int spurious, int spuriousRows) {}

  /** Sorts states that settled, byte[rows * n]. */
  public static FixedPoints fixedPoints(Patterns patterns, byte[] y, int rows) {
    int n = patterns.units();
    Set<ByteBuffer> stored = new HashSet<>();
    Set<ByteBuffer> negatives = new HashSet<>();
    for (int m = 0; m < patterns.count(); m++) {
      byte[] pattern = Arrays.copyOfRange(patterns.y(), m * n, (m + 1) * n);
      stored.add(ByteBuffer.wrap(pattern));
      byte[] negative = new byte[n];
      for (int i = 0; i < n; i++) {
        negative[i] = (byte) -pattern[i];
      }
      negatives.add(ByteBuffer.wrap(negative));
    }
    Set<ByteBuffer> found = new HashSet<>();
    int[] distinct = new int[3];
    int spuriousRows = 0;
    for (int row = 0; row < rows; row++) {
      ByteBuffer state = ByteBuffer.wrap(Arrays.copyOfRange(y, row * n, (row + 1) * n));
      int kind = stored.contains(state) ? 0 : negatives.contains(state) ? 1 : 2;
      spuriousRows += kind == 2 ? 1 : 0;
      distinct[kind] += found.add(state) ? 1 : 0;
    }
    return new FixedPoints(distinct[0], distinct[1], distinct[2], spuriousRows);
  }
}
