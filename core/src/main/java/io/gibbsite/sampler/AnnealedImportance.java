package io.gibbsite.sampler;

import io.gibbsite.backend.Workers;
import io.gibbsite.density.Density;
import io.gibbsite.math.LogWeights;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.function.LongConsumer;

/**
 * {@code log Z} of any energy on real vectors by annealed importance sampling (AIS) and its
 * reverse, many chains at once.
 *
 * <pre>
 *   A0  E_b = (1 - b) E_0 + b E,  0 = b_0 &lt; .. &lt; b_K = 1             E_0 = -log p_0, normalised
 *   A1  log w += (b_{k-1} - b_k) (E(x) - E_0(x))                        from x ~ p_0
 *   A2  x &lt;- an HMC transition that keeps exp(-E_{b_k})                 exact acceptance
 *   log Z = log mean w,  reverse: -log mean w along b_K .. b_0 from samples of exp(-E)
 * </pre>
 *
 * <p>The mean of the weights is {@code Z} without bias, so that its logarithm tends to be low: more
 * than a nat above it has a probability below {@code exp(-1)} times as small for each further nat
 * (Markov's inequality). Reverse AIS is high in the same way, as far as the states that it starts
 * from are samples of the model: here chains annealed to it, drawn anew by their weights, and burnt
 * in. Points of the path and step sizes come from a pilot run of other chains, and are then fixed:
 * adaptation never touches the weights.
 *
 * <p>Where the integral of {@code exp(-E)} is infinite, so is what is estimated, and few chains
 * carry all the weight. A {@link io.gibbsite.density.UniformBox} base counts what lies in the box.
 *
 * <p>A transition costs {@link Options#leapfrogs} gradient passes of base and target, and each
 * point of the path one more. Chains start at (INITIAL_STATE, 0, row); the pilot has the seed plus
 * 2, reverse AIS the seed plus 1, with resampling at (IMPORTANCE, 0, 0). Results do not depend on
 * threads.
 *
 * <p>Sources: Neal, "Annealed importance sampling", 2001; Grosse, Ghahramani and Adams,
 * "Sandwiching the marginal likelihood using bidirectional Monte Carlo", 2015.
 */
public final class AnnealedImportance {
  private static final int STATIONS = 32;
  private static final int PILOT_CHAINS = 64;
  private static final int ADAPTATION = 20;
  private static final int FIRST_ADAPTATION = 100;
  private static final float FIRST_STEP_SIZE = 0.1f;

  /**
   * How to anneal.
   *
   * @param chains at least 2
   * @param temperatures K, points of the path after its start, at least 1
   * @param burnIn transitions of the chains that reverse AIS starts from, at least 0
   * @param leapfrogs of a transition, at least 1; with 1 it is MALA
   * @param seed of every draw
   * @param workers for the work on rows beside the passes; stays the caller's
   */
  public record Options(
      int chains, int temperatures, int burnIn, int leapfrogs, long seed, Workers workers) {
    public Options {
      require(chains >= 2, "annealing needs at least 2 chains, not " + chains);
      require(temperatures >= 1, "annealing needs at least 1 temperature, not " + temperatures);
      require(burnIn >= 0, "the burn-in must be at least 0 transitions, not " + burnIn);
      require(leapfrogs >= 1, "leapfrog steps must be at least 1, not " + leapfrogs);
    }

    private static void require(boolean condition, String message) {
      if (!condition) {
        throw new IllegalArgumentException(message);
      }
    }

    /** Transitions of the pilot run, which comes first. */
    public long pilotTransitions() {
      return FIRST_ADAPTATION + (long) STATIONS * ADAPTATION;
    }

    /** Transitions of AIS. */
    public long forwardTransitions() {
      return temperatures;
    }

    /** Transitions of reverse AIS. */
    public long reverseTransitions() {
      return 2L * temperatures + burnIn;
    }
  }

  private final Density base;
  private final AnnealedEnergy path;
  private final Options options;
  private final LongConsumer progress;
  private final AnnealingSchedule schedule;
  private long done;

  /**
   * Makes the pilot run.
   *
   * @param base {@code p_0}
   * @param baseEnergy {@code E_0 = -log p_0}, of at least {@code options.chains()} rows a call
   * @param target E, likewise
   * @param progress is told the number of transitions made so far
   * @throws ArithmeticException if an energy is not finite where the path starts
   */
  public AnnealedImportance(
      Density base,
      EnergyFunction baseEnergy,
      EnergyFunction target,
      Options options,
      LongConsumer progress) {
    this.base = base;
    this.options = options;
    this.progress = progress;
    path = new AnnealedEnergy(baseEnergy, target, options.chains());
    schedule = pilot();
  }

  /** {@code log Z} by AIS. */
  public LogZEstimate forward() {
    Hmc chains = fromBase(options.chains(), options.seed());
    return LogZEstimate.of(0, 1, anneal(chains, false));
  }

  /** {@code log Z} by reverse AIS. */
  public LogZEstimate reverse() {
    Hmc chains = fromBase(options.chains(), options.seed() + 1);
    chains.resample(ancestors(anneal(chains, false)));
    for (int k = 0; k < options.burnIn(); k++) {
      chains.run(1);
      report(1);
    }
    return LogZEstimate.of(0, -1, anneal(chains, true));
  }

  /** Both, and the hull of their intervals. */
  public LogZBracket bracket() {
    return LogZBracket.of(forward(), reverse());
  }

  private Hmc fromBase(int chains, long seed) {
    int d = base.columns();
    float[] x = new float[chains * d];
    for (int i = 0; i < chains; i++) {
      base.sample(seed, DrawStream.INITIAL_STATE, 0, i, x, i * d);
    }
    path.beta(0);
    SamplerSettings settings = new SamplerSettings(1, seed, options.workers());
    return new Hmc(path, x, chains, FIRST_STEP_SIZE, options.leapfrogs(), Hmc.JITTER, settings);
  }

  /** Adapts the step size at stations of the path, and sees how far E - E_0 spreads there. */
  private AnnealingSchedule pilot() {
    int n = Math.min(options.chains(), PILOT_CHAINS);
    Hmc chains = fromBase(n, options.seed() + 2);
    double[] stations = new double[STATIONS + 1];
    double[] deviations = new double[STATIONS + 1];
    double[] sizes = new double[STATIONS + 1];
    for (int s = 0; s <= STATIONS; s++) {
      // Closer to each other near the base, where the distribution changes fastest.
      stations[s] = (double) s * s / (STATIONS * STATIONS);
      int adaptation = s == 0 ? FIRST_ADAPTATION : ADAPTATION;
      path.beta(stations[s]);
      chains.refresh();
      chains.warmUp(adaptation);
      chains.endWarmUp();
      chains.refresh();
      sizes[s] = chains.stepSize();
      deviations[s] = deviation(n);
      report(adaptation);
    }
    return AnnealingSchedule.between(stations, deviations, sizes, options.temperatures());
  }

  private double deviation(int n) {
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += path.gap[i] / n;
    }
    double squares = 0;
    for (int i = 0; i < n; i++) {
      squares += (path.gap[i] - mean) * (path.gap[i] - mean);
    }
    return Math.sqrt(squares / (n - 1));
  }

  /** The chains' log-weights along the whole path, double[chains]. */
  private double[] anneal(Hmc chains, boolean back) {
    double[] logWeights = new double[options.chains()];
    int last = options.temperatures();
    for (int k = 1; k <= last; k++) {
      int from = back ? last - k + 1 : k - 1;
      int to = back ? last - k : k;
      double beta = schedule.betas()[to];
      double change = schedule.betas()[from] - beta;
      path.beta(beta);
      chains.refresh();
      for (int i = 0; i < logWeights.length; i++) {
        logWeights[i] += change * path.gap[i]; // A1
        if (!Double.isFinite(logWeights[i])) {
          throw new ArithmeticException(
              "chain %d has no finite energy at the inverse temperature %.3g: the model has no finite log Z there, or its energies are too large for float32"
                  .formatted(i, beta));
        }
      }
      chains.stepSize(schedule.stepSizes()[to]);
      chains.run(1); // A2
      report(1);
    }
    return logWeights;
  }

  private void report(int transitions) {
    done += transitions;
    progress.accept(done);
  }

  /** Systematic resampling: chain i goes on from the returned chain. */
  private int[] ancestors(double[] logWeights) {
    int n = logWeights.length;
    LogWeights sum = new LogWeights();
    for (double logWeight : logWeights) {
      sum.add(logWeight);
    }
    float[] u = new float[1];
    Draws.uniforms(options.seed() + 1, DrawStream.IMPORTANCE, 0, 0, u, 0, 1);
    int[] ancestors = new int[n];
    double reached = 0;
    int taken = 0;
    for (int i = 0; i < n; i++) {
      reached += n * Math.exp(logWeights[i] - sum.logSum());
      while (taken < n && (taken + u[0] < reached || i == n - 1)) {
        ancestors[taken++] = i;
      }
    }
    return ancestors;
  }
}
