package io.gibbsite.nativecpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.gibbsite.backend.Workers;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The losses and gradients of a batch as sums over its blocks, with the same bits for any number of
 * threads.
 *
 * <p>Of a small network, a thread takes a chunk of blocks and adds each to the chunk's sums while
 * its activations are in cache; the chunks are then added up in a fixed tree. Sums of a large one
 * would not stay in cache, and those of many chunks are slow to add up: there a thread takes a
 * block, whose activations and deltas are kept, and after several blocks a part of the parameters,
 * for which it adds up all rows of these blocks in order.
 */
final class BatchSums {
  /** Takes one block through the network. */
  @FunctionalInterface
  interface Block {
    /**
     * @param block of the batch
     * @param worker whose buffers it takes
     * @param chunk to whose loss and sums it is added
     * @param fresh 1 if it is the first that is added to these sums, else 0
     */
    void add(int block, int worker, int chunk, int fresh);
  }

  private final MlpKernels kernels;
  private final long session;
  private final Workers workers;
  private final int chunkLimit;
  private final int stretches;
  private final int parts;
  private final int blocksAtOnce;

  // The loop bodies, made once: a run allocates nothing.
  private final Workers.Body chunkBody = this::addChunk;
  private final Workers.Body stretchBody = this::addStretch;
  private final Workers.Body blockBody = this::addBlock;
  private final Workers.Body partBody = this::addPart;

  // The batch in progress.
  private Block body;
  private int blocks;
  private int chunks;
  private int chunkBlocks;
  private int first;

  BatchSums(MlpKernels kernels, long session, Workers workers) {
    this.kernels = kernels;
    this.session = session;
    this.workers = workers;
    chunkLimit = kernels.mlpChunkLimit(session);
    stretches = kernels.mlpStretches(session);
    parts = kernels.mlpParts(session);
    blocksAtOnce = Math.min(kernels.mlpTeam(session), chunkLimit);
  }

  /**
   * Takes all blocks of a batch.
   *
   * @param withGradient whether their gradient is wanted, or only what they add to the losses
   */
  void run(int count, Block block, boolean withGradient) {
    blocks = count;
    body = block;
    if (parts == 0) {
      chunkBlocks = Math.max(1, (count + chunkLimit - 1) / chunkLimit);
      chunks = (count + chunkBlocks - 1) / chunkBlocks;
      workers.run(chunks, chunkBody);
      return;
    }
    chunks = Math.min(count, chunkLimit);
    for (first = 0; first < count; first += blocksAtOnce) {
      workers.run(present(), blockBody);
      if (withGradient) {
        workers.run(parts, partBody);
      }
    }
  }

  /** Blocks of the sum in progress. */
  private int present() {
    return Math.min(blocksAtOnce, blocks - first);
  }

  private void addChunk(int chunk, int worker) {
    int start = chunk * chunkBlocks;
    int end = Math.min(blocks, start + chunkBlocks);
    for (int block = start; block < end; block++) {
      body.add(block, worker, chunk, block == start ? 1 : 0);
    }
  }

  /** Each block of a sum by parts has a worker's buffers and a chunk's loss to itself. */
  private void addBlock(int unit, int worker) {
    body.add(first + unit, unit, (first + unit) % chunkLimit, 0);
  }

  private void addPart(int part, int worker) {
    kernels.mlpAddPart(session, worker, part, present(), first == 0 ? 1 : 0);
  }

  private void addStretch(int stretch, int worker) {
    kernels.mlpReduce(session, chunks, stretch);
  }

  /** The batch's gradient, to the first {@code count} entries; zero if there was no block. */
  void gradient(MemorySegment parameters, float[] gradient, int count) {
    if (blocks == 0) {
      Arrays.fill(gradient, 0, count, 0f);
      return;
    }
    if (parts == 0) {
      workers.run(stretches, stretchBody);
    }
    kernels.mlpUnpack(session);
    MemorySegment.copy(parameters, JAVA_FLOAT, 0, gradient, 0, count);
  }

  /** The sum of the losses. */
  double loss() {
    return kernels.mlpLoss(session, chunks);
  }

  /** The sum of all row weights. */
  double weight() {
    return kernels.mlpWeight(session, chunks);
  }
}
