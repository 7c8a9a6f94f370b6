package io.gibbsite.backend;

/**
 * Sees the intermediate results of a session by their card labels, so that a mismatch between
 * backends can be placed. For tests: it is slow.
 */
@FunctionalInterface
public interface StageListener {
  /**
   * Called for each block of rows; blocks may come in any order, but never at the same time.
   *
   * @param label the step of the maths card, such as {@code F2}
   * @param layer the step's {@code l} on the card: L - 1 for F4 and B1, 0 for B5
   * @param firstRow the block's first row in the batch
   * @param values float[rows of the block][columns]; a step with several results has them side by
   *     side, in the card's order
   */
  void stage(String label, int layer, int firstRow, float[][] values);
}
