package io.gibbsite.cli;

import io.gibbsite.backend.Workers;
import io.gibbsite.density.Density;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.AnnealedImportance;
import picocli.CommandLine.Option;

/** How log Z is estimated. */
final class LogPartitionOptions {
  private static final int LEAPFROGS = 5;

  @Option(
      names = "--chains",
      paramLabel = "N",
      description = "Chains of annealed importance sampling (default ${DEFAULT-VALUE}).")
  private int chains = 100;

  @Option(
      names = "--temperatures",
      paramLabel = "K",
      description = "Temperatures of its path (default 4000; MLPs 1000).")
  private Integer temperatures;

  @Option(
      names = "--burn-in",
      paramLabel = "K",
      description =
          "Sweeps or HMC transitions before the reverse path, for models without exact samples"
              + " (default 1000; MLPs 200).")
  private Integer burnIn;

  @Option(
      names = "--leapfrog",
      paramLabel = "L",
      description =
          "Of MLPs: leapfrog steps of an HMC transition, 1 for MALA (default " + LEAPFROGS + ").")
  private Integer leapfrogs;

  @Option(
      names = "--base",
      paramLabel = "D",
      converter = NoiseOption.Converter.class,
      description =
          "Of MLPs: where the path starts, normal:MEAN,SD or uniform:LO,HI, which counts what is in"
              + " the box (default: the model's base density, else a Gaussian fitted to --data).")
  private NoiseOption base;

  /** Refuses values out of range, naming the option. */
  void check() {
    RunOptions.require(chains >= 2, "--chains must be at least 2, not " + chains);
    RunOptions.require(
        temperatures == null || temperatures >= 1,
        "--temperatures must be at least 1, not " + temperatures);
    RunOptions.require(
        burnIn == null || burnIn >= 0, "--burn-in must be at least 0, not " + burnIn);
    RunOptions.require(
        leapfrogs == null || leapfrogs >= 1, "--leapfrog must be at least 1, not " + leapfrogs);
  }

  /** From these base rates, for an RBM. */
  AisOptions from(float[] rates, long seed) {
    RunOptions.require(leapfrogs == null, "--leapfrog is of MLPs: an RBM makes Gibbs sweeps");
    RunOptions.require(
        base == null, "--base is of MLPs: an RBM's path starts from the base rates of --data");
    return new AisOptions(
        rates,
        chains,
        temperatures == null ? 4_000 : temperatures,
        burnIn == null ? 1_000 : burnIn,
        seed);
  }

  /** For an MLP energy. */
  AnnealedImportance.Options transitions(long seed, Workers workers) {
    return new AnnealedImportance.Options(
        chains,
        temperatures == null ? 1_000 : temperatures,
        burnIn == null ? 200 : burnIn,
        leapfrogs == null ? LEAPFROGS : leapfrogs,
        seed,
        workers);
  }

  /** {@code --base} for points of that many columns, or null. */
  Density base(int columns) {
    return base == null ? null : base.density(columns);
  }
}
