package io.gibbsite.mlp;

import io.gibbsite.backend.Workers;

/**
 * How the losses and gradients of a batch are added up over its blocks: among threads, but with the
 * same bits for any number of them.
 *
 * <p>Of a small network, a thread takes a chunk of blocks and adds each to the chunk's sums while
 * its activations are in cache; which blocks form a chunk depends on the batch and the shape alone.
 * Sums of a large one would not stay in cache, and those of many chunks are slow to add up: there a
 * thread takes a block, whose activations and deltas are kept, and after several blocks a part of
 * the parameters, for which it adds up all rows of these blocks in order.
 */
public final class BatchSums {
  /** The most chunks, and so the most blocks of a sum by parts. */
  public static final int MOST_CHUNKS = 64;

  /** Pays for reading and writing the sums once for them. */
  private static final int FEWEST_BLOCKS = 8;

  /** Takes one block through the network. */
  @FunctionalInterface
  public interface Block {
    /**
     * @param block of the batch
     * @param place whose scratch memory it takes: a worker's, or of a sum by parts, its own
     * @param chunk to whose loss, and sums unless they are made by parts, it is added
     * @param fresh whether it is the first that is added to these sums
     */
    void add(int block, int place, int chunk, boolean fresh);
  }

  /** Adds up one part of the parameters. */
  @FunctionalInterface
  public interface Part {
    /**
     * @param worker who does it: an index for scratch memory
     * @param blocks how many lie in the places from 0 on
     * @param fresh whether they are the batch's first
     */
    void add(int part, int worker, int blocks, boolean fresh);
  }

  private final Workers workers;
  private final int chunkLimit;
  private final int blocksAtOnce;
  private final int parts;
  private final Part part;

  // The loop bodies, made once: a run allocates nothing.
  private final Workers.Body chunkBody = this::addChunk;
  private final Workers.Body blockBody = this::addBlock;
  private final Workers.Body partBody = this::addPart;

  // The batch in progress.
  private Block body;
  private int blocks;
  private int chunks;
  private int chunkBlocks;
  private int first;

  private BatchSums(Workers workers, int chunkLimit, int blocksAtOnce, int parts, Part part) {
    this.workers = workers;
    this.chunkLimit = chunkLimit;
    this.blocksAtOnce = blocksAtOnce;
    this.parts = parts;
    this.part = part;
  }

  /**
   * Chunk by chunk.
   *
   * @param limit on their number
   */
  public static BatchSums byChunks(Workers workers, int limit) {
    return new BatchSums(workers, limit, 0, 0, null);
  }

  /** By so many parts. */
  public static BatchSums byParts(Workers workers, int parts, Part part) {
    return new BatchSums(workers, MOST_CHUNKS, blocksAtOnce(workers.threads()), parts, part);
  }

  /** Blocks of one sum by parts: enough for so many threads. */
  public static int blocksAtOnce(int threads) {
    return Math.clamp(2L * threads, FEWEST_BLOCKS, MOST_CHUNKS);
  }

  /**
   * Takes all blocks of a batch.
   *
   * @param withGradient whether parts are added up
   */
  public void run(int count, Block block, boolean withGradient) {
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

  /** The chunks of the last batch. */
  public int chunks() {
    return chunks;
  }

  /** Blocks of the sum in progress. */
  private int present() {
    return Math.min(blocksAtOnce, blocks - first);
  }

  private void addChunk(int chunk, int worker) {
    int start = chunk * chunkBlocks;
    int end = Math.min(blocks, start + chunkBlocks);
    for (int block = start; block < end; block++) {
      body.add(block, worker, chunk, block == start);
    }
  }

  /** Blocks of one sum by parts are fewer than chunks: each has a chunk's loss to itself. */
  private void addBlock(int unit, int worker) {
    body.add(first + unit, unit, (first + unit) % chunkLimit, false);
  }

  private void addPart(int number, int worker) {
    part.add(number, worker, present(), first == 0);
  }
}
