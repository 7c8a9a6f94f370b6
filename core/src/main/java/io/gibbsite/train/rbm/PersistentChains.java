package io.gibbsite.train.rbm;

import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmTempering;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.ParallelTempering;
import io.gibbsite.train.UnitStates;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A negative phase of persistent chains: Gibbs sweeps in a step, or, where they are tempered, a
 * round of parallel tempering, of whose states those at the model itself count.
 *
 * <p>They move in a session, which may be closed and be followed by another; in between, a
 * checkpoint has what it had last.
 */
public final class PersistentChains {
  private final int chains;
  private final int levels;
  private final int sweeps;
  private final int visible;
  private final long seed;
  private final float[] savedStates; // [chains * levels * visible]
  private final float[] savedLevels; // [chains * levels]
  private final byte[] states; // [chains * levels * visible]
  private RbmSession session; // or null
  private RbmTempering tempering; // or null

  /**
   * @param chains at least 1
   * @param levels of parallel tempering, evenly spaced; 1 for plain Gibbs chains
   * @param sweeps in a step, at least 1
   * @param visible units
   * @param seed of their draws
   */
  public PersistentChains(int chains, int levels, int sweeps, int visible, long seed) {
    this.chains = chains;
    this.levels = levels;
    this.sweeps = sweeps;
    this.visible = visible;
    this.seed = seed;
    this.savedLevels = new float[Math.multiplyExact(chains, levels)];
    this.savedStates = new float[Math.multiplyExact(savedLevels.length, visible)];
    this.states = new byte[savedStates.length];
  }

  /** Rows that they take in a session: a chain has one for each level. */
  public int replicas() {
    return savedLevels.length;
  }

  /**
   * Sets every replica of a chain to the same state.
   *
   * @param opened session of at least {@link #replicas} rows, with parameters
   * @param start byte[chains * visible]
   * @param base float[visible], log-odds of the lowest level's visible units; not used by plain
   *     chains
   */
  public void begin(RbmSession opened, byte[] start, float[] base) {
    session = opened;
    if (levels == 1) {
      session.setVisible(start, chains);
    } else {
      ParallelTempering path = ParallelTempering.even(levels, base).sweeps(sweeps);
      tempering = new RbmTempering(session, path, start, chains, seed);
    }
  }

  /** Goes on after so many steps, with the refilled arrays of {@link #state}. */
  public void resume(RbmSession opened, float[] base, long steps) {
    byte[] replicas = UnitStates.bytes(savedStates);
    begin(opened, Arrays.copyOf(replicas, chains * visible), base);
    if (tempering != null) {
      int[] whole = new int[savedLevels.length];
      for (int row = 0; row < whole.length; row++) {
        whole[row] = (int) savedLevels[row];
      }
      tempering.resume(replicas, whole, steps);
    }
  }

  /** Leaves the session. */
  public void end() {
    session = null;
    tempering = null;
  }

  /**
   * Moves the chains, and sums their statistics; returns how many they are of.
   *
   * @param step from 0
   * @param sums float[P], out
   */
  public int statistics(long step, float[] sums) {
    if (tempering == null) {
      session.gibbs(Gibbs.sweeps(0).from(step * sweeps, sweeps), seed);
      session.chainStatistics(sums);
    } else {
      tempering.step();
      tempering.readVisible(states);
      session.statistics(states, chains, sums);
    }
    return chains;
  }

  /** {@code chains}, and of tempered ones their {@code levels}: the arrays themselves. */
  public Map<String, float[]> state() {
    if (session != null) {
      session.readVisible(states);
      UnitStates.toFloats(states, savedStates);
    }
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("chains", savedStates);
    if (levels > 1) {
      if (tempering != null) {
        int[] now = tempering.levels();
        for (int row = 0; row < now.length; row++) {
          savedLevels[row] = now[row];
        }
      }
      state.put("levels", savedLevels);
    }
    return state;
  }
}
