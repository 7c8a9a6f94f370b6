package io.gibbsite.nativecpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The entry points of {@code rbm_api.h} for one ISA, one typed method each. Sessions are addresses;
 * segments may be of heap arrays. Nothing is checked here.
 */
final class RbmKernels {
  /** The numbers of a session's sets of states. */
  static final int VISIBLE_CHAINS = 0;

  static final int HIDDEN_CHAINS = 1;
  static final int VISIBLE_BATCH = 2;
  static final int HIDDEN_BATCH = 3;

  private final MethodHandle tileRows;
  private final MethodHandle blockTiles;
  private final MethodHandle strip;
  private final MethodHandle visibleStrip;
  private final MethodHandle bytes;
  private final MethodHandle open;
  private final MethodHandle close;
  private final MethodHandle rowValues;
  private final MethodHandle rowBetas;
  private final MethodHandle rowNext;
  private final MethodHandle pack;
  private final MethodHandle setBiases;
  private final MethodHandle clamp;
  private final MethodHandle setBase;
  private final MethodHandle loadStates;
  private final MethodHandle storeStates;
  private final MethodHandle clearHidden;
  private final MethodHandle freeEnergy;
  private final MethodHandle probabilities;
  private final MethodHandle hiddenColumns;
  private final MethodHandle hiddenSums;
  private final MethodHandle visibleSums;
  private final MethodHandle gibbs;
  private final MethodHandle anneal;
  private final MethodHandle temper;

  RbmKernels(Functions functions) {
    tileRows = functions.of("rbm_tile_rows", JAVA_INT);
    blockTiles = functions.of("rbm_block_tiles", JAVA_INT);
    strip = functions.of("rbm_strip", JAVA_INT);
    visibleStrip = functions.of("rbm_visible_strip", JAVA_INT);
    bytes = functions.of("rbm_bytes", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    open =
        functions.of(
            "rbm_open", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    close = functions.of("close", null, JAVA_LONG);
    rowValues = functions.of("rbm_row_values", JAVA_LONG, JAVA_LONG);
    rowBetas = functions.of("rbm_row_betas", JAVA_LONG, JAVA_LONG);
    rowNext = functions.of("rbm_row_next", JAVA_LONG, JAVA_LONG);
    pack = functions.onHeap("rbm_pack", null, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS);
    setBiases =
        functions.onHeap(
            "rbm_set_biases", null, JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_INT);
    clamp = functions.onHeap("rbm_clamp", null, JAVA_LONG, ADDRESS);
    setBase = functions.onHeap("rbm_set_base", null, JAVA_LONG, ADDRESS);
    loadStates =
        functions.onHeap(
            "rbm_load_states", null, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    storeStates =
        functions.onHeap(
            "rbm_store_states", null, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    clearHidden = functions.of("rbm_clear_hidden", null, JAVA_LONG, JAVA_INT, JAVA_INT);
    freeEnergy = functions.of("rbm_free_energy", null, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT);
    probabilities =
        functions.onHeap(
            "rbm_probabilities",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            ADDRESS);
    hiddenColumns =
        functions.of("rbm_hidden_columns", null, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    hiddenSums =
        functions.onHeap("rbm_hidden_sums", null, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    visibleSums =
        functions.onHeap(
            "rbm_visible_sums",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            JAVA_INT);
    gibbs =
        functions.of(
            "rbm_gibbs",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_FLOAT,
            JAVA_LONG);
    anneal =
        functions.of(
            "rbm_anneal",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_FLOAT,
            JAVA_FLOAT,
            JAVA_LONG,
            JAVA_LONG);
    temper =
        functions.of(
            "rbm_temper",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG);
  }

  private static IllegalStateException unexpected(Throwable e) {
    return new IllegalStateException("a native call failed", e);
  }

  /** Rows in a tile. */
  int tileRows() {
    try {
      return (int) tileRows.invokeExact();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The most tiles of one call. */
  int blockTiles() {
    try {
      return (int) blockTiles.invokeExact();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Outputs that {@link #pack} packs in one call. */
  int strip() {
    try {
      return (int) strip.invokeExact();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Visible units that {@link #visibleSums} sums for in one call. */
  int visibleStrip() {
    try {
      return (int) visibleStrip.invokeExact();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Bytes that a session takes. */
  long bytes(int visible, int hidden, int rows, int workers) {
    try {
      return (long) bytes.invokeExact(visible, hidden, rows, workers);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address of a session, or 0 where there is not enough memory. */
  long open(int visible, int hidden, int visibleStream, int hiddenStream, int rows, int workers) {
    try {
      return (long) open.invokeExact(visible, hidden, visibleStream, hiddenStream, rows, workers);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Frees a session. */
  void close(long session) {
    try {
      close.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address of double[rows]: free energies, log weights or gains. */
  long rowValues(long session) {
    try {
      return (long) rowValues.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address of float[rows]: each chain's beta for {@link #temper}. */
  long rowBetas(long session) {
    try {
      return (long) rowBetas.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address of float[rows]: where each chain is weighed by {@link #temper}. */
  long rowNext(long session) {
    try {
      return (long) rowNext.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Q: packs the weights into a strip of one side's units; q is int[visible][hidden]. */
  void pack(long session, int toHidden, int strip, MemorySegment q) {
    try {
      pack.invokeExact(session, toHidden, strip, q);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The biases and the scale of q; {@code inLimbs} is 1 if sums may leave 32 bits. */
  void setBiases(
      long session, MemorySegment values, int visibleAt, int hiddenAt, float scale, int inLimbs) {
    try {
      setBiases.invokeExact(session, values, visibleAt, hiddenAt, scale, inLimbs);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Holds the visible units whose byte is 1. */
  void clamp(long session, MemorySegment held) {
    try {
      clamp.invokeExact(session, held);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The visible biases of the model without weights, or NULL for sweeps off that path. */
  void setBase(long session, MemorySegment base) {
    try {
      setBase.invokeExact(session, base);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Packs rows of bytes into tiles. */
  void loadStates(long session, int states, int firstTile, int tiles, MemorySegment rows, int n) {
    try {
      loadStates.invokeExact(session, states, firstTile, tiles, rows, n);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Unpacks tiles into rows of bytes. */
  void storeStates(long session, int states, int firstTile, int tiles, MemorySegment rows, int n) {
    try {
      storeStates.invokeExact(session, states, firstTile, tiles, rows, n);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Makes the chains' hidden states 0. */
  void clearHidden(long session, int firstTile, int tiles) {
    try {
      clearHidden.invokeExact(session, firstTile, tiles);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** F1, F2 of a batch's tiles, to the row values. */
  void freeEnergy(long session, int worker, int firstTile, int tiles) {
    try {
      freeEnergy.invokeExact(session, worker, firstTile, tiles);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** G1 to G4 of a batch's tiles. */
  void probabilities(
      long session, int worker, int ofHidden, int firstTile, int tiles, int n, MemorySegment out) {
    try {
      probabilities.invokeExact(session, worker, ofHidden, firstTile, tiles, n, out);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** S1 of some tiles. */
  void hiddenColumns(long session, int worker, int states, int firstTile, int tiles) {
    try {
      hiddenColumns.invokeExact(session, worker, states, firstTile, tiles);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** S2 of the hidden biases. */
  void hiddenSums(long session, int worker, int n, MemorySegment sums, int hiddenAt) {
    try {
      hiddenSums.invokeExact(session, worker, n, sums, hiddenAt);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** S2 of a strip of visible units. */
  void visibleSums(
      long session, int worker, int states, int strip, int n, MemorySegment sums, int visibleAt) {
    try {
      visibleSums.invokeExact(session, worker, states, strip, n, sums, visibleAt);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** G1 to G5 of some tiles of chains. */
  void gibbs(
      long session,
      int worker,
      int firstTile,
      int tiles,
      int sweeps,
      long firstSweep,
      float beta,
      long seed) {
    try {
      gibbs.invokeExact(session, worker, firstTile, tiles, sweeps, firstSweep, beta, seed);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** A1, A2 of some tiles of chains; the row values are log weights, accumulated. */
  void anneal(
      long session,
      int worker,
      int firstTile,
      int tiles,
      float beta,
      float next,
      long sweep,
      long seed) {
    try {
      anneal.invokeExact(session, worker, firstTile, tiles, beta, next, sweep, seed);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** P1, P2 of some tiles of chains, to the row values. */
  void temper(
      long session, int worker, int firstTile, int tiles, int sweeps, long firstSweep, long seed) {
    try {
      temper.invokeExact(session, worker, firstTile, tiles, sweeps, firstSweep, seed);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
