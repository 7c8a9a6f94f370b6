package io.gibbsite.cli.selftest;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.rbm.LogPartition;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmScalar;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.LogZEstimate;
import io.gibbsite.sampler.Tempering;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * RBMs on a backend have the bits of {@link RbmScalar} at any number of threads, and AIS on it
 * finds the {@code log Z} that enumeration gives.
 */
public final class RbmChecks {
  private static final int[] THREADS = {1, 2, 5};
  private static final long SEED = 13;

  /** Standard errors that an AIS estimate may be off: a right one is with probability 2e-9. */
  private static final double ERRORS = 6;

  private RbmChecks() {}

  /** Runs the checks. */
  public static List<Check> run(IntFunction<Backend> backendOfThreads) {
    List<Check> checks = new ArrayList<>();
    for (RbmShape shape :
        List.of(new RbmShape(784, 500), new RbmShape(37, 19), new RbmShape(1, 1))) {
      int rows = shape.visible() > 100 ? 67 : 259;
      RbmParameters model = random(shape);
      Results expected;
      try (RbmSession scalar = new RbmScalar(shape, rows)) {
        expected = results(scalar, model, rows);
      }
      for (int threads : THREADS) {
        try (Backend backend = backendOfThreads.apply(threads);
            RbmSession session = backend.open(shape, rows)) {
          Results got = results(session, model, rows);
          String suffix = ", RBM %s, %d threads".formatted(shape, threads);
          checks.add(
              Check.sameBits("same chains as scalar" + suffix, got.chains(), expected.chains()));
          checks.add(
              Check.sameBits("same free energies" + suffix, got.energies(), expected.energies()));
          checks.add(
              Check.sameBits(
                  "same probabilities" + suffix, got.probabilities(), expected.probabilities()));
          checks.add(
              Check.sameBits("same statistics" + suffix, got.statistics(), expected.statistics()));
          checks.add(
              Check.sameBits(
                  "same annealing weights" + suffix, got.logWeights(), expected.logWeights()));
          checks.add(
              Check.sameBits("same tempering gains" + suffix, got.gains(), expected.gains()));
        }
      }
    }
    try (Backend backend = backendOfThreads.apply(1)) {
      checks.add(logZ(backend));
    }
    return checks;
  }

  private static RbmParameters random(RbmShape shape) {
    float[] values = Samples.normals(1, shape.parameterCount(), SEED);
    for (int k = 0; k < shape.weightCount(); k++) {
      values[k] *= (float) (1 / Math.sqrt(shape.visible()));
    }
    return new RbmParameters(shape, values);
  }

  private record Results(
      byte[] chains,
      double[] energies,
      float[] probabilities,
      float[] statistics,
      double[] logWeights,
      double[] gains) {}

  private static Results results(RbmSession session, RbmParameters model, int rows) {
    RbmShape shape = model.shape();
    byte[] v = new byte[rows * shape.visible()];
    byte[] h = new byte[rows * shape.hidden()];
    float[] normals = Samples.normals(rows, shape.visible(), SEED + 1);
    for (int k = 0; k < v.length; k++) {
      v[k] = (byte) (normals[k] > 0 ? 1 : 0);
    }
    session.setParameters(model);
    session.setVisible(v, rows);
    session.gibbs(Gibbs.sweeps(7).temperature(1.25f), SEED);
    session.readVisible(v);
    session.readHidden(h);
    byte[] chains = Arrays.copyOf(v, v.length + h.length);
    System.arraycopy(h, 0, chains, v.length, h.length);
    double[] energies = new double[rows];
    session.freeEnergy(v, rows, energies);
    float[] probabilities = new float[rows * shape.hidden()];
    session.hiddenProbabilities(v, rows, probabilities);
    float[] statistics = new float[shape.parameterCount()];
    session.statistics(v, rows, statistics);
    double[] logWeights = new double[rows];
    float[] base = new float[shape.visible()];
    session.anneal(new Annealing(new float[] {0.25f, 0.5f, 1}, base, 7), SEED, logWeights);
    float[] betas = new float[rows];
    float[] next = new float[rows];
    for (int k = 0; k < rows; k++) {
      betas[k] = k % 5 * 0.25f;
      next[k] = k % 3 * 0.5f;
    }
    double[] gains = new double[rows];
    session.temper(new Tempering(betas, next, base, 2, 9), SEED, gains);
    return new Results(chains, energies, probabilities, statistics, logWeights, gains);
  }

  private static Check logZ(Backend backend) {
    RbmShape shape = new RbmShape(30, 12);
    RbmParameters model = random(shape);
    AisOptions options = new AisOptions(new float[30], 100, 1000, 0, SEED);
    try (Workers workers = new Workers(1, "gibbsite-enumeration");
        RbmSession session = backend.open(shape, options.chains())) {
      double exact = LogPartition.exact(model, workers);
      LogZEstimate ais = LogPartition.ais(session, model, options, done -> {});
      return new Check(
          "AIS against enumeration, RBM " + shape,
          Math.abs(ais.logZ() - exact),
          ERRORS * ais.standardError());
    }
  }
}
