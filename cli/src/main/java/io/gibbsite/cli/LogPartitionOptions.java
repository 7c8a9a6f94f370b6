package io.gibbsite.cli;

import io.gibbsite.rbm.AisOptions;
import picocli.CommandLine.Option;

/** How log Z is estimated. */
final class LogPartitionOptions {
  @Option(
      names = "--chains",
      paramLabel = "N",
      description = "Chains of annealed importance sampling (default ${DEFAULT-VALUE}).")
  private int chains = 100;

  @Option(
      names = "--temperatures",
      paramLabel = "K",
      description = "Temperatures of its path (default ${DEFAULT-VALUE}).")
  private int temperatures = 4_000;

  @Option(
      names = "--burn-in",
      paramLabel = "K",
      description =
          "Sweeps before the reverse path, for models too large for exact samples (default"
              + " ${DEFAULT-VALUE}).")
  private int burnIn = 1_000;

  /** Refuses values out of range, naming the option. */
  void check() {
    RunOptions.require(chains >= 2, "--chains must be at least 2, not " + chains);
    RunOptions.require(temperatures >= 1, "--temperatures must be at least 1, not " + temperatures);
    RunOptions.require(burnIn >= 0, "--burn-in must be at least 0, not " + burnIn);
  }

  /** From these base rates. */
  AisOptions from(float[] base, long seed) {
    return new AisOptions(base, chains, temperatures, burnIn, seed);
  }
}
