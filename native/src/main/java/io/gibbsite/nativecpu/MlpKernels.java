package io.gibbsite.nativecpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/**
 * The entry points of {@code mlp_api.h} for one ISA, one typed method each. Addresses are longs, so
 * that a call makes no objects; nothing is checked here.
 */
final class MlpKernels {
  private final MethodHandle mlpBlockRows;
  private final MethodHandle mlpBytes;
  private final MethodHandle mlpOpen;
  private final MethodHandle densityOpen;
  private final MethodHandle close;
  private final MethodHandle mlpParameters;
  private final MethodHandle mlpBuffer;
  private final MethodHandle mlpStage;
  private final MethodHandle mlpSetParameters;
  private final MethodHandle mlpEnergy;
  private final MethodHandle mlpInputGradient;
  private final MethodHandle mlpParameterGradient;
  private final MethodHandle mlpDirectional;
  private final MethodHandle mlpDirectionalParameterGradient;
  private final MethodHandle mlpChunkLimit;
  private final MethodHandle mlpParts;
  private final MethodHandle mlpAddPart;
  private final MethodHandle mlpStretches;
  private final MethodHandle mlpReduce;
  private final MethodHandle mlpUnpack;
  private final MethodHandle mlpStartLosses;
  private final MethodHandle mlpLoss;
  private final MethodHandle mlpWeight;
  private final MethodHandle mlpScoreMatching;
  private final MethodHandle mlpNce;
  private final MethodHandle mlpNceDrawn;
  private final MethodHandle mlpNormals;
  private final MethodHandle mlpSetChains;
  private final MethodHandle mlpReadChains;
  private final MethodHandle mlpLangevinRows;
  private final MethodHandle mlpLangevin;

  MlpKernels(Functions functions) {
    mlpBlockRows = functions.of("mlp_block_rows", JAVA_INT, JAVA_LONG);
    mlpBytes =
        functions.of(
            "mlp_bytes",
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);
    mlpOpen =
        functions.of(
            "mlp_open",
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);
    densityOpen =
        functions.of(
            "density_open",
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_DOUBLE,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG);
    close = functions.of("close", null, JAVA_LONG);
    mlpParameters = functions.of("mlp_parameters", JAVA_LONG, JAVA_LONG);
    mlpBuffer = functions.of("mlp_buffer", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT);
    mlpStage =
        functions.of(
            "mlp_stage", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    mlpSetParameters = functions.of("mlp_set_parameters", null, JAVA_LONG, JAVA_LONG);
    mlpEnergy = functions.of("mlp_energy", null, JAVA_LONG, JAVA_INT, JAVA_INT);
    mlpInputGradient = functions.of("mlp_input_gradient", null, JAVA_LONG, JAVA_INT, JAVA_INT);
    mlpParameterGradient =
        functions.of(
            "mlp_parameter_gradient", null, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    mlpDirectional = functions.of("mlp_directional", null, JAVA_LONG, JAVA_INT, JAVA_INT);
    mlpDirectionalParameterGradient =
        functions.of(
            "mlp_directional_parameter_gradient",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);
    mlpChunkLimit = functions.of("mlp_chunk_limit", JAVA_INT, JAVA_LONG);
    mlpParts = functions.of("mlp_parts", JAVA_INT, JAVA_LONG);
    mlpAddPart =
        functions.of("mlp_add_part", null, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    mlpStretches = functions.of("mlp_stretches", JAVA_INT, JAVA_LONG);
    mlpReduce = functions.of("mlp_reduce", null, JAVA_LONG, JAVA_INT, JAVA_INT);
    mlpUnpack = functions.of("mlp_unpack", null, JAVA_LONG);
    mlpStartLosses = functions.of("mlp_start_losses", null, JAVA_LONG);
    mlpLoss = functions.of("mlp_loss", JAVA_DOUBLE, JAVA_LONG, JAVA_INT);
    mlpWeight = functions.of("mlp_weight", JAVA_DOUBLE, JAVA_LONG, JAVA_INT);
    mlpScoreMatching =
        functions.of(
            "mlp_score_matching",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);
    mlpNce =
        functions.of(
            "mlp_nce",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_DOUBLE,
            JAVA_INT);
    mlpNceDrawn =
        functions.of(
            "mlp_nce_drawn",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_DOUBLE,
            JAVA_INT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_INT);
    mlpNormals =
        functions.of(
            "mlp_normals",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG);
    mlpSetChains = functions.of("mlp_set_chains", null, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT);
    mlpReadChains = functions.of("mlp_read_chains", null, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT);
    mlpLangevinRows = functions.of("mlp_langevin_rows", JAVA_INT, JAVA_LONG);
    mlpLangevin =
        functions.of(
            "mlp_langevin",
            null,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_FLOAT,
            JAVA_FLOAT,
            JAVA_FLOAT,
            JAVA_FLOAT,
            JAVA_FLOAT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG);
  }

  private static IllegalStateException unexpected(Throwable e) {
    return new IllegalStateException("a native call failed", e);
  }

  /** Rows in a block: the most of one call. */
  int mlpBlockRows(long session) {
    try {
      return (int) mlpBlockRows.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Bytes that a session takes. */
  long mlpBytes(
      long widths, int layers, int activation, int terms, int rows, int threads, int blocks) {
    try {
      return (long) mlpBytes.invokeExact(widths, layers, activation, terms, rows, threads, blocks);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address of a session, or 0 where there is not enough memory. */
  long mlpOpen(
      long widths, int layers, int activation, int terms, int rows, int threads, int blocks) {
    try {
      return (long) mlpOpen.invokeExact(widths, layers, activation, terms, rows, threads, blocks);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address of a density, or 0 where there is not enough memory. */
  long densityOpen(
      int kind, int columns, double constant, long location, long whitening, long factor) {
    try {
      return (long) densityOpen.invokeExact(kind, columns, constant, location, whitening, factor);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Frees a session or a density. */
  void close(long opened) {
    try {
      close.invokeExact(opened);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address of float[P]: parameters in, gradients out. */
  long mlpParameters(long session) {
    try {
      return (long) mlpParameters.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address of a worker's buffer: 0 and 1 for rows, 2 to 4 for a column each. */
  long mlpBuffer(long session, int worker, int buffer) {
    try {
      return (long) mlpBuffer.invokeExact(session, worker, buffer);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address of the tiles of one part of a stage. */
  long mlpStage(long session, int worker, int letter, int number, int layer, int part) {
    try {
      return (long) mlpStage.invokeExact(session, worker, letter, number, layer, part);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Packs the parameters; {@code base} is 0 where there is none. */
  void mlpSetParameters(long session, long base) {
    try {
      mlpSetParameters.invokeExact(session, base);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** F: x in buffer 0, E to buffer 2. */
  void mlpEnergy(long session, int worker, int rows) {
    try {
      mlpEnergy.invokeExact(session, worker, rows);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** F and B: x in buffer 0, the gradient to buffer 1, E to buffer 2. */
  void mlpInputGradient(long session, int worker, int rows) {
    try {
      mlpInputGradient.invokeExact(session, worker, rows);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** F and B: x in buffer 0, w in buffer 2, into the chunk's sums, or to be summed by parts. */
  void mlpParameterGradient(long session, int worker, int rows, int chunk, int fresh) {
    try {
      mlpParameterGradient.invokeExact(session, worker, rows, chunk, fresh);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** T: x and v in buffers 0 and 1, E, slope and curvature to buffers 2, 3 and 4. */
  void mlpDirectional(long session, int worker, int rows) {
    try {
      mlpDirectional.invokeExact(session, worker, rows);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** T and D: x and v in buffers 0 and 1, w, a and b in 2 to 4, as above. */
  void mlpDirectionalParameterGradient(long session, int worker, int rows, int chunk, int fresh) {
    try {
      mlpDirectionalParameterGradient.invokeExact(session, worker, rows, chunk, fresh);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The most chunks of a sum over a batch. */
  int mlpChunkLimit(long session) {
    try {
      return (int) mlpChunkLimit.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Units of {@link #mlpAddPart}, or 0 where sums are made chunk by chunk. */
  int mlpParts(long session) {
    try {
      return (int) mlpParts.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Adds one part of the sums over the blocks that the first workers hold. */
  void mlpAddPart(long session, int worker, int part, int blocks, int fresh) {
    try {
      mlpAddPart.invokeExact(session, worker, part, blocks, fresh);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Units of {@link #mlpReduce}. */
  int mlpStretches(long session) {
    try {
      return (int) mlpStretches.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Adds up one stretch of the chunks' sums. */
  void mlpReduce(long session, int chunks, int stretch) {
    try {
      mlpReduce.invokeExact(session, chunks, stretch);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Writes the reduced sums as a gradient to {@link #mlpParameters}. */
  void mlpUnpack(long session) {
    try {
      mlpUnpack.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Makes the losses and weights of all chunks zero. */
  void mlpStartLosses(long session) {
    try {
      mlpStartLosses.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The sum of the chunks' losses. */
  double mlpLoss(long session, int chunks) {
    try {
      return (double) mlpLoss.invokeExact(session, chunks);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The sum of the chunks' row weights. */
  double mlpWeight(long session, int chunks) {
    try {
      return (double) mlpWeight.invokeExact(session, chunks);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * One block of score matching: x in buffer 0, targets in buffer 1, scales in buffer 2; sums as
   * above.
   */
  void mlpScoreMatching(
      long session,
      int worker,
      int rows,
      int columns,
      int batch,
      int chunk,
      int fresh,
      int withGradient) {
    try {
      mlpScoreMatching.invokeExact(
          session, worker, rows, columns, batch, chunk, fresh, withGradient);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** One block of NCE with rows in buffer 0. */
  void mlpNce(
      long session,
      int worker,
      int rows,
      int chunk,
      int fresh,
      int withGradient,
      long noise,
      int isNoise,
      double offset,
      int dataRows) {
    try {
      mlpNce.invokeExact(
          session, worker, rows, chunk, fresh, withGradient, noise, isNoise, offset, dataRows);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** One block of NCE with noise drawn at (stream, step, first ..). */
  void mlpNceDrawn(
      long session,
      int worker,
      int rows,
      int chunk,
      int fresh,
      int withGradient,
      long noise,
      double offset,
      int dataRows,
      long seed,
      int stream,
      long step,
      int first) {
    try {
      mlpNceDrawn.invokeExact(
          session,
          worker,
          rows,
          chunk,
          fresh,
          withGradient,
          noise,
          offset,
          dataRows,
          seed,
          stream,
          step,
          first);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Chains from buffer 0. */
  void mlpSetChains(long session, int worker, int firstRow, int rows) {
    try {
      mlpSetChains.invokeExact(session, worker, firstRow, rows);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Normals of so many columns at (stream, step, firstRow ..) to buffer 0. */
  void mlpNormals(
      long session,
      int worker,
      int firstRow,
      int rows,
      int columns,
      long seed,
      int stream,
      long step) {
    try {
      mlpNormals.invokeExact(session, worker, firstRow, rows, columns, seed, stream, step);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Chains to buffer 0. */
  void mlpReadChains(long session, int worker, int firstRow, int rows) {
    try {
      mlpReadChains.invokeExact(session, worker, firstRow, rows);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Chains that move in one call. */
  int mlpLangevinRows(long session) {
    try {
      return (int) mlpLangevinRows.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * So many steps of Langevin dynamics; energies go to buffer 2, {@link #mlpLangevinRows} a step.
   */
  void mlpLangevin(
      long session,
      int worker,
      int firstRow,
      int rows,
      int steps,
      int record,
      float stepSize,
      float noise,
      float clip,
      float low,
      float high,
      long seed,
      int stream,
      long firstStep) {
    try {
      mlpLangevin.invokeExact(
          session, worker, firstRow, rows, steps, record, stepSize, noise, clip, low, high, seed,
          stream, firstStep);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
