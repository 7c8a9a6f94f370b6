package io.gibbsite.cli.selftest;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmScalar;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.rbm.LogPartition;
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
 * Gaussian-Bernoulli RBMs on a backend have the bits of {@link GaussianRbmScalar} at any number of
 * threads and however rows and sweeps are split into calls, agree with {@link GaussianRbmFormulas},
 * and their AIS finds the {@code log Z} that enumeration gives.
 */
public final class GaussianRbmChecks {
  private static final int[] THREADS = {1, 2, 5};
  private static final int PART = 33;
  private static final int SWEEPS = 7;
  private static final long SEED = 13;

  /** Standard errors that an AIS estimate may be off: a right one is with probability 2e-9. */
  private static final double ERRORS = 6;

  private GaussianRbmChecks() {}

  /**
   * Runs the checks.
   *
   * @throws io.gibbsite.backend.BackendUnavailableException if the backend has no such RBM
   */
  public static List<Check> run(IntFunction<Backend> backendOfThreads) {
    List<Check> checks = new ArrayList<>();
    for (GaussianRbmShape shape :
        List.of(
            GaussianRbmShape.of(300, 150),
            GaussianRbmShape.of(37, 19),
            GaussianRbmShape.of(1, 1))) {
      int rows = shape.visible() > 100 ? 67 : 259;
      GaussianRbmParameters model = random(shape);
      Results expected;
      try (GaussianRbmSession scalar = new GaussianRbmScalar(shape, rows)) {
        expected = Results.of(scalar, model, rows, rows);
      }
      for (int threads : THREADS) {
        try (Backend backend = backendOfThreads.apply(threads);
            GaussianRbmSession session = backend.open(shape, rows)) {
          String name = ", Gaussian RBM %s, %d threads".formatted(shape, threads);
          Results.of(session, model, rows, rows).compare(expected, name, checks);
        }
      }
      try (Backend backend = backendOfThreads.apply(2);
          GaussianRbmSession session = backend.open(shape, rows)) {
        String name = ", Gaussian RBM %s, in parts".formatted(shape);
        Results.of(session, model, rows, PART).compare(expected, name, checks);
        checks.addAll(new GaussianRbmFormulas(model).checks(session, SEED));
      }
    }
    try (Backend backend = backendOfThreads.apply(1)) {
      checks.add(logZ(backend));
    }
    return checks;
  }

  /** Weights are multiples of 2^-12, which fixed point holds exactly. */
  private static GaussianRbmParameters random(GaussianRbmShape shape) {
    float[] values = Samples.normals(1, shape.parameterCount(), SEED);
    for (int k = 0; k < shape.units().weightCount(); k++) {
      values[k] = (float) Math.rint(values[k] / Math.sqrt(shape.visible()) * 4096) / 4096;
    }
    for (int k = shape.visibleSdOffset(); k < values.length; k++) {
      values[k] = (float) Math.exp(0.4 * values[k]);
    }
    return new GaussianRbmParameters(shape, values);
  }

  /** What a session gives for fixed inputs. */
  private record Results(
      float[] visible,
      byte[] hidden,
      double[] energies,
      float[] probabilities,
      float[] means,
      float[] statistics,
      double[] logWeights,
      double[] gains) {

    /**
     * With {@code part} below {@code rows}, passes take so many rows at a time, and chains move by
     * a sweep a call.
     */
    static Results of(GaussianRbmSession session, GaussianRbmParameters model, int rows, int part) {
      GaussianRbmShape shape = model.shape();
      float[] v = Samples.normals(rows, shape.visible(), SEED + 1);
      float[] normals = Samples.normals(rows, shape.hidden(), SEED + 2);
      byte[] h = new byte[rows * shape.hidden()];
      for (int k = 0; k < h.length; k++) {
        h[k] = (byte) (normals[k] > 0 ? 1 : 0);
      }
      session.setParameters(model);
      double[] energies = new double[rows];
      float[] probabilities = new float[rows * shape.hidden()];
      float[] means = new float[rows * shape.visible()];
      for (int first = 0; first < rows; first += part) {
        int n = Math.min(part, rows - first);
        float[] someV =
            Arrays.copyOfRange(v, first * shape.visible(), (first + n) * shape.visible());
        byte[] someH = Arrays.copyOfRange(h, first * shape.hidden(), (first + n) * shape.hidden());
        double[] energy = new double[n];
        session.freeEnergy(someV, n, energy);
        System.arraycopy(energy, 0, energies, first, n);
        float[] probability = new float[n * shape.hidden()];
        session.hiddenProbabilities(someV, n, probability);
        System.arraycopy(probability, 0, probabilities, first * shape.hidden(), probability.length);
        float[] mean = new float[n * shape.visible()];
        session.visibleMeans(someH, n, mean);
        System.arraycopy(mean, 0, means, first * shape.visible(), mean.length);
      }
      float[] statistics = new float[shape.parameterCount()];
      session.statistics(v, rows, statistics);
      session.setVisible(v, rows);
      int sweeps = part < rows ? 1 : SWEEPS;
      for (int done = 0; done < SWEEPS; done += sweeps) {
        session.gibbs(Gibbs.sweeps(0).temperature(1.25f).from(done, sweeps), SEED);
      }
      float[] visible = new float[v.length];
      byte[] hidden = new byte[h.length];
      session.readVisible(visible);
      session.readHidden(hidden);
      double[] logWeights = new double[rows];
      float[] base = Samples.normals(1, shape.visible(), SEED + 3);
      session.anneal(new Annealing(new float[] {0.25f, 0.5f, 1}, base, 7), SEED, logWeights);
      float[] betas = new float[rows];
      float[] next = new float[rows];
      for (int k = 0; k < rows; k++) {
        betas[k] = k % 5 * 0.25f;
        next[k] = k % 3 * 0.5f;
      }
      double[] gains = new double[rows];
      session.temper(new Tempering(betas, next, base, 2, 9), SEED, gains);
      return new Results(
          visible, hidden, energies, probabilities, means, statistics, logWeights, gains);
    }

    void compare(Results expected, String name, List<Check> checks) {
      checks.add(Check.sameBits("same chains as scalar" + name, visible, expected.visible));
      checks.add(Check.sameBits("same hidden states" + name, hidden, expected.hidden));
      checks.add(Check.sameBits("same free energies" + name, energies, expected.energies));
      checks.add(
          Check.sameBits("same probabilities" + name, probabilities, expected.probabilities));
      checks.add(Check.sameBits("same means" + name, means, expected.means));
      checks.add(Check.sameBits("same statistics" + name, statistics, expected.statistics));
      checks.add(Check.sameBits("same annealing weights" + name, logWeights, expected.logWeights));
      checks.add(Check.sameBits("same tempering gains" + name, gains, expected.gains));
    }
  }

  private static Check logZ(Backend backend) {
    GaussianRbmShape shape = GaussianRbmShape.of(30, 12);
    GaussianRbmParameters model = random(shape);
    AisOptions options = new AisOptions(model.visibleBias(), 100, 1000, 0, SEED);
    try (Workers workers = new Workers(1, "gibbsite-enumeration");
        GaussianRbmSession session = backend.open(shape, options.chains())) {
      double exact = LogPartition.exact(model, workers);
      LogZEstimate ais = LogPartition.ais(session, model, options, done -> {});
      return new Check(
          "AIS against enumeration, Gaussian RBM " + shape,
          Math.abs(ais.logZ() - exact),
          ERRORS * ais.standardError());
    }
  }
}
