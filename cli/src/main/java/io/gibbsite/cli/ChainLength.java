package io.gibbsite.cli;

/**
 * How many chains there are, and which of their states are written.
 *
 * @param chains at least 1
 * @param steps after burn-in, at least 1
 * @param burnIn steps before the first draw counts, at least 0
 * @param thin the state after every so many steps is written, 1 to {@code steps}
 */
record ChainLength(int chains, int steps, int burnIn, int thin) {
  ChainLength {
    RunOptions.require(chains >= 1, "--chains must be at least 1, not " + chains);
    RunOptions.require(steps >= 1, "--steps must be at least 1, not " + steps);
    RunOptions.require(burnIn >= 0, "--burn-in must be at least 0, not " + burnIn);
    RunOptions.require(thin >= 1 && thin <= steps, "--thin must be from 1 to --steps, not " + thin);
    RunOptions.require(
        burnIn <= Integer.MAX_VALUE - steps, "--burn-in and --steps are too many together");
  }

  /** States written of a chain. */
  int draws() {
    return steps / thin;
  }

  /** Steps of a chain. */
  int total() {
    return burnIn + steps;
  }

  /**
   * Checks that one array holds all draws.
   *
   * @throws IllegalArgumentException if not
   */
  void requireFits(int columns) {
    RunOptions.require(
        (long) chains * draws() * columns <= Integer.MAX_VALUE - 64,
        "%d chains of %d draws of %d columns are too many for one file: raise --thin"
            .formatted(chains, draws(), columns));
  }
}
