package io.gibbsite.train.mlp;

import io.gibbsite.density.Gaussian;
import io.gibbsite.density.GaussianMixture;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.objective.NceOfPasses;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.Langevin;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Noise-contrastive estimation whose noise follows the model: from time to time a mixture of
 * Gaussians is fitted to samples of the model, and becomes the noise, so that data and noise stay
 * hard to tell apart, which is what estimates well.
 *
 * <p>The first component is the Gaussian that it starts with; it keeps a share of a fifth, so that
 * the noise covers all of the data whatever the samples do. Samples are short runs of Langevin
 * dynamics from the present noise, of the parameters at the time; the others are refitted to them
 * by a few steps of expectation maximisation, at first from Gaussians around single samples.
 *
 * <p>{@code c} stays what it is at a change of noise: it is the log Z of the energy, whatever the
 * noise, and the optimum of the loss for any noise is where it is right.
 *
 * <p>A step that changes the noise allocates; others do not. Sources: Gutmann and Hyvarinen,
 * "Noise-contrastive estimation of unnormalized statistical models", JMLR 13, 2012, section 3; Gao,
 * Nijkamp, Kingma, Xu, Dai and Wu, "Flow contrastive estimation of energy-based models", CVPR 2020.
 */
public final class AdaptiveNceObjective implements MlpObjective {
  private static final float WIDE_SHARE = 0.2f;
  private static final int EM_STEPS = 10;
  private static final int SAMPLES = 2000;

  private final int k;
  private final Gaussian wide;
  private final int components;
  private final int every;
  private final Langevin langevin;
  private final float[] weights;
  private final float[] means;
  private final float[] factors;
  private final float[] refits = new float[1];
  private MlpSession session;
  private NoiseRows noise;
  private NceOfPasses nce;
  private long seed;
  private float[] samples;

  /**
   * @param k noise rows for each data row, at least 1
   * @param wide where the noise starts
   * @param components fitted to samples, at least 1
   * @param every so many steps, at least 1
   * @param langevin of the samples
   */
  public AdaptiveNceObjective(int k, Gaussian wide, int components, int every, Langevin langevin) {
    if (components < 1 || every < 1) {
      throw new IllegalArgumentException(
          "a noise of %d components, fitted every %d steps: both must be at least 1"
              .formatted(components, every));
    }
    int d = wide.columns();
    this.k = k;
    this.wide = wide;
    this.components = components;
    this.every = every;
    this.langevin = langevin;
    this.weights = new float[components];
    this.means = new float[components * d];
    this.factors = new float[Math.multiplyExact(components, Math.multiplyExact(d, d))];
    this.nce = new NceOfPasses(k, noise());
  }

  /** The noise density at present. */
  public GaussianMixture noise() {
    if (refits[0] == 0) {
      return new GaussianMixture(new float[] {1}, wide);
    }
    int d = wide.columns();
    float[] all = new float[components + 1];
    Gaussian[] gaussians = new Gaussian[components + 1];
    gaussians[0] = wide;
    float sum = 0;
    for (int m = 0; m < components; m++) {
      sum += weights[m];
      all[m + 1] = weights[m];
      gaussians[m + 1] =
          new Gaussian(
              Arrays.copyOfRange(means, m * d, (m + 1) * d),
              Arrays.copyOfRange(factors, m * d * d, (m + 1) * d * d));
    }
    all[0] = sum * WIDE_SHARE / (1 - WIDE_SHARE);
    return new GaussianMixture(all, gaussians);
  }

  @Override
  public String name() {
    return "nce-adaptive";
  }

  @Override
  public String configuration() {
    return "k=%d; components=%d; every=%d; %s; noise=%s"
        .formatted(
            k,
            components,
            every,
            LangevinNegatives.describe(langevin),
            NceObjective.describe(wide));
  }

  @Override
  public boolean learnsLogZ() {
    return true;
  }

  @Override
  public int rows(int batch) {
    return Math.max(batch, SAMPLES);
  }

  @Override
  public void begin(MlpSession opened, int batch, long seedOfDraws) {
    session = opened;
    seed = seedOfDraws;
    noise = new NoiseRows(batch * k, opened.columns(), seedOfDraws);
    samples = new float[SAMPLES * opened.columns()];
  }

  @Override
  public double loss(float[] x, int n, float logZ, long step, float[] gradient) {
    if (step > 0 && step % every == 0) {
      refit(step);
    }
    noise.draw(nce.noise(), step, n * k);
    return nce.loss(session, logZ, x, n, noise.rows(), gradient);
  }

  @Override
  public double heldOut(float[] x, int n, float logZ, long address) {
    noise.draw(nce.noise(), address, n * k);
    return nce.loss(session, logZ, x, n, noise.rows(), null);
  }

  private void refit(long step) {
    int d = wide.columns();
    for (int i = 0; i < SAMPLES; i++) {
      nce.noise().sample(seed, DrawStream.INITIAL_STATE, step, i, samples, i * d);
    }
    session.setChains(samples, SAMPLES);
    session.langevin(langevin.from(step / every * langevin.steps(), langevin.steps()), seed);
    session.readChains(samples);
    double variance = 1e-3 * meanVariance();
    set(start().fitted(samples, SAMPLES, EM_STEPS, variance));
    refits[0]++;
    nce = new NceOfPasses(k, noise());
  }

  /** Where the fit starts: the present components, or Gaussians around the first samples. */
  private GaussianMixture start() {
    int d = wide.columns();
    Gaussian[] gaussians = new Gaussian[components];
    float[] equal = new float[components];
    Arrays.fill(equal, 1);
    if (refits[0] > 0) {
      GaussianMixture present = noise();
      for (int m = 0; m < components; m++) {
        gaussians[m] = present.component(m + 1);
        equal[m] = weights[m];
      }
      return new GaussianMixture(equal, gaussians);
    }
    float[] factor = wide.cholesky();
    for (int e = 0; e < factor.length; e++) {
      factor[e] /= 2;
    }
    for (int m = 0; m < components; m++) {
      gaussians[m] = new Gaussian(Arrays.copyOfRange(samples, m * d, (m + 1) * d), factor);
    }
    return new GaussianMixture(equal, gaussians);
  }

  private double meanVariance() {
    int d = wide.columns();
    double sum = 0;
    for (float c : wide.cholesky()) {
      sum += (double) c * c;
    }
    return sum / d;
  }

  private void set(GaussianMixture mixture) {
    int d = wide.columns();
    for (int m = 0; m < components; m++) {
      weights[m] = mixture.weight(m);
      System.arraycopy(mixture.component(m).mean(), 0, means, m * d, d);
      System.arraycopy(mixture.component(m).cholesky(), 0, factors, m * d * d, d * d);
    }
  }

  /** {@code noise.weights} [m], {@code .means} [m * d], {@code .factors}, and {@code .refits}. */
  @Override
  public Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("noise.weights", weights);
    state.put("noise.means", means);
    state.put("noise.factors", factors);
    state.put("noise.refits", refits);
    return state;
  }

  @Override
  public void resumeAt(long steps) {
    nce = new NceOfPasses(k, noise());
  }

  @Override
  public String remedy() {
    return "noise that is fitted more often";
  }
}
