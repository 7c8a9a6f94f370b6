package io.gibbsite.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Workers;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpScalar;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.mlp.MlpVector;
import io.gibbsite.target.Banana;
import io.gibbsite.target.EightGaussians;
import io.gibbsite.target.IllConditionedGaussian;
import io.gibbsite.target.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class LangevinFamilyTest {
  private static final int N = 1 << 15;

  /** An MLP energy on three columns, curved enough to matter. */
  private static MlpParameters model() {
    MlpShape shape = MlpShape.of(Activation.TANH, 3, 17, 9);
    return MlpParameters.random(shape, io.gibbsite.density.Gaussian.isotropic(3, 0, 1), 5);
  }

  /** The rule here and the one in the session of an MLP give the same bits. */
  @Test
  void anySamplerOfAnMlpIsTheSessionsOwn() {
    int n = 37;
    float[] start = Exact.draws(new IllConditionedGaussian(3, 1), n);
    Langevin rule = Langevin.steps(25).stepSize(0.05f).clip(0.8f).box(-1.5f, 1.5f);
    try (MlpSession session = new MlpScalar(model().shape(), n)) {
      session.setParameters(model());
      Sampler sampler = new LangevinChains(session, start, n, rule, Exact.SETTINGS);
      sampler.run(25);
      float[] got = Exact.states(sampler);
      session.setChains(start, n);
      session.langevin(rule, Exact.SETTINGS.seed());
      float[] expected = new float[3 * n];
      session.readChains(expected);
      assertThat(got).isEqualTo(expected);
    }
  }

  /**
   * On a Gaussian the stationary variance of Langevin steps of size eta is sigma^2 / (1 - eta / (2
   * sigma^2)): six standard errors, sqrt(2 / n), of 2^15 chains.
   */
  @Test
  void langevinHasTheBiasOfItsStep() {
    Target target = new IllConditionedGaussian(1, 1);
    float eta = 0.5f;
    Langevin rule = Langevin.steps(1).stepSize(eta);
    Sampler sampler = new LangevinChains(target, Exact.draws(target, N), N, rule, Exact.SETTINGS);
    sampler.run(30);
    double square = 0;
    for (float x : Exact.states(sampler)) {
      square += x * (double) x / N;
    }
    double expected = 1 / (1 - eta / 2);
    assertThat(square).isCloseTo(expected, within(6 * expected * Math.sqrt(2.0 / N)));
  }

  /** BAOAB has no bias in x where E is quadratic, up to the limit of stability: h = 1.7 of 2. */
  @Test
  void underdampedLangevinIsExactOnGaussians() {
    Target target = new IllConditionedGaussian(4, 10);
    for (float friction : new float[] {0.5f, 20f}) {
      Sampler sampler =
          new UnderdampedLangevin(
              target, Exact.draws(target, N), N, 0.17f, friction, Exact.SETTINGS);
      sampler.run(100);
      assertThat(Exact.error(target, Exact.states(sampler), N)).isLessThan(Exact.ERRORS);
    }
  }

  /** From afar, at T = 2: the variance doubles. */
  @Test
  void underdampedLangevinReachesItsTemperature() {
    Target target = new IllConditionedGaussian(2, 3);
    float[] start = new float[2 * N];
    Arrays.fill(start, 4);
    SamplerSettings warm = new SamplerSettings(2, 3, Exact.ALONE);
    Sampler sampler = new UnderdampedLangevin(target, start, N, 0.4f, 1, warm);
    sampler.run(120);
    float[] x = Exact.states(sampler);
    for (int k = 0; k < x.length; k++) {
      x[k] /= (float) Math.sqrt(2);
    }
    assertThat(Exact.error(target, x, N)).isLessThan(Exact.ERRORS);
    assertThat(sampler.readAcceptance(new float[N])).isFalse();
  }

  /**
   * One step of BAOAB by hand, from x = 1 with E = x^2 / 2 and noise that almost vanishes: h = 1/2,
   * a = exp(-1/2).
   */
  @Test
  void underdampedLangevinByHand() {
    Target target = new IllConditionedGaussian(1, 1);
    SamplerSettings cold = new SamplerSettings(1e-14f, 3, Exact.ALONE);
    Sampler sampler = new UnderdampedLangevin(target, new float[] {1}, 1, 0.5f, 1, cold);
    sampler.run(1);
    double p = -0.25;
    double x = 1 + 0.25 * p;
    p *= Math.exp(-0.5);
    x += 0.25 * p;
    assertThat(Exact.states(sampler)[0]).isCloseTo((float) x, within(1e-6f));
    p -= 0.25 * x;
    sampler.run(1);
    p -= 0.25 * x;
    x += 0.25 * p;
    p *= Math.exp(-0.5);
    x += 0.25 * p;
    assertThat(Exact.states(sampler)[0]).isCloseTo((float) x, within(1e-6f));
  }

  @Test
  void annealingCoolsInStages() {
    Langevin rule = Langevin.steps(10).stepSize(0.02f).from(100, 10);
    AnnealedLangevin annealed = new AnnealedLangevin(rule, 16, 1, 3);
    List<Langevin> made = new ArrayList<>();
    annealed.run(made::add);
    assertThat(made).extracting(Langevin::steps).containsExactly(3, 3, 4);
    assertThat(made).extracting(Langevin::firstStep).containsExactly(100L, 103L, 106L);
    float[] temperatures = {16, 4, 1};
    for (int stage = 0; stage < 3; stage++) {
      float t = temperatures[stage];
      assertThat(annealed.temperature(stage)).isCloseTo(t, within(1e-5f));
      assertThat(made.get(stage).stepSize()).isCloseTo(0.02f * t, within(1e-6f));
      double noise = Math.sqrt(2 * 0.02 * t * t);
      assertThat((double) made.get(stage).noise()).isCloseTo(noise, within(1e-6));
    }
    assertThat(new AnnealedLangevin(rule, 16, 1, 1).temperature(0)).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AnnealedLangevin(rule, 0, 1, 3))
        .withMessageContaining("positive temperatures");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AnnealedLangevin(rule, 2, 1, 0))
        .withMessageContaining("at least one stage");
  }

  /**
   * Chains that begin in one of eight modes are in all of them after cooling down, and in the first
   * one without. A share of 1/8 of 2,000 has a standard deviation of 0.0074; it is held to 0.07 to
   * 0.18, beyond seven of them. The variance within a mode is that of the target.
   */
  @Test
  void annealingReachesAllModes() {
    Target target = new EightGaussians();
    int n = 2000;
    float[] start = new float[2 * n];
    for (int i = 0; i < n; i++) {
      start[2 * i] = 1.4f;
    }
    Langevin rule = Langevin.steps(2000).stepSize(5e-4f);
    LangevinChains chains = new LangevinChains(target, start, n, rule, Exact.SETTINGS);
    new AnnealedLangevin(rule, 40, 1, 50)
        .run(
            stage -> {
              chains.set(stage);
              chains.run(stage.steps());
            });
    assertThat(chains.steps()).isEqualTo(2000);
    int[] visits = new int[8];
    float[] x = Exact.states(chains);
    for (int i = 0; i < n; i++) {
      visits[Math.floorMod(Math.round(8 * Math.atan2(x[2 * i + 1], x[2 * i]) / 2 / Math.PI), 8)]++;
    }
    for (int count : visits) {
      assertThat(count / (double) n).isBetween(0.07, 0.18);
    }
  }

  /** The direction by plain double loops, and the first step: by its sign alone. */
  @Test
  void steinDirectionIsItsFormula() {
    Target target = new Banana();
    int n = 131;
    float[] x = Exact.draws(target, n);
    for (int k = 0; k < x.length; k++) {
      x[k] += 0.5f;
    }
    Svgd svgd = new Svgd(target, x, n, 0.1f, new SamplerSettings(2, 0, Exact.ALONE));
    double[] squares = new double[n * (n - 1) / 2];
    int filled = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        squares[filled++] = square(x, i, j);
      }
    }
    Arrays.sort(squares);
    double median = (squares[filled / 2 - (filled % 2 == 0 ? 1 : 0)] + squares[filled / 2]) / 2;
    double h = median / Math.log(n);
    double[] phi = new double[2 * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double k = Math.exp(-square(x, i, j) / h);
        for (int c = 0; c < 2; c++) {
          double apart = (double) x[2 * i + c] - x[2 * j + c];
          phi[2 * i + c] += (-0.5 * k * svgd.gradient[2 * j + c] + 2 / h * k * apart) / n;
        }
      }
    }
    svgd.run(1);
    float[] moved = Exact.states(svgd);
    for (int k = 0; k < 2 * n; k++) {
      assertThat((double) svgd.direction[k]).isCloseTo(phi[k], within(2e-5));
      double expected = x[k] + 0.1 * svgd.direction[k] / (1e-6 + Math.abs(svgd.direction[k]));
      assertThat((double) moved[k]).isCloseTo(expected, within(1e-5));
    }
  }

  private static double square(float[] x, int i, int j) {
    double dx = (double) x[2 * i] - x[2 * j];
    double dy = (double) x[2 * i + 1] - x[2 * j + 1];
    return dx * dx + dy * dy;
  }

  /** No random numbers: particles from one corner end with the moments of the Gaussian. */
  @Test
  void steinParticlesHaveTheMoments() {
    Target target = new IllConditionedGaussian(2, 2);
    int n = 200;
    float[] start = Exact.draws(new IllConditionedGaussian(2, 1), n);
    for (int k = 0; k < start.length; k++) {
      start[k] = 2 + 0.3f * start[k];
    }
    Svgd svgd = new Svgd(target, start, n, 0.05f, Exact.SETTINGS);
    svgd.run(1500);
    float[] x = Exact.states(svgd);
    for (int c = 0; c < 2; c++) {
      double mean = 0;
      double square = 0;
      for (int i = 0; i < n; i++) {
        mean += x[2 * i + c] / target.deviation(c) / n;
        square += Math.pow(x[2 * i + c] / target.deviation(c), 2) / n;
      }
      assertThat(mean).isCloseTo(0, within(0.03));
      assertThat(square).isCloseTo(1, within(0.1));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Svgd(target, start, 1, 0.05f, Exact.SETTINGS))
        .withMessageContaining("at least 2 particles");
  }

  private static List<Function<SamplerSettings, Sampler>> all(EnergyFunction target, float[] x) {
    int n = x.length / target.columns();
    return List.of(
        s -> new MetropolisHastings(target, x, n, 0.3f, s),
        s -> new Mala(target, x, n, 0.05f, s),
        s -> new Hmc(target, x, n, 0.2f, 3, 0.1f, s),
        s -> new LangevinChains(target, x, n, Langevin.steps(1).stepSize(0.02f), s),
        s -> new UnderdampedLangevin(target, x, n, 0.1f, 1, s),
        s -> new Svgd(target, x, n, 0.05f, s));
  }

  @Test
  void sameBitsForAnyNumberOfThreads() {
    int n = 200;
    MlpParameters model = model();
    float[] start = Exact.draws(new IllConditionedGaussian(3, 1), n);
    for (int which = 0; which < 6; which++) {
      float[] expected = null;
      for (int threads : new int[] {1, 2, 5}) {
        boolean replicas = which < 3;
        float[] ladder = replicas ? new float[] {1, 1.5f, 3} : new float[] {1};
        try (Workers workers = new Workers(threads, "test");
            MlpSession session = new MlpScalar(model.shape(), 3 * n)) {
          session.setParameters(model);
          SamplerSettings settings = new SamplerSettings(ladder, 8, workers);
          Sampler sampler = all(session, start).get(which).apply(settings);
          sampler.warmUp(6);
          sampler.endWarmUp();
          sampler.run(6);
          float[] got = Exact.states(sampler);
          expected = expected == null ? got : expected;
          assertThat(got).isEqualTo(expected);
          assertThat(got).isNotEqualTo(start);
        }
      }
    }
  }

  /** Chains do not know of each other: the first ten of many are those of ten alone. */
  @Test
  void chainsAreIndependentOfTheirNumber() {
    Banana target = new Banana();
    float[] start = Exact.draws(target, 100);
    float[] few = Arrays.copyOf(start, 20);
    for (int which = 0; which < 5; which++) {
      Sampler many = all(target, start).get(which).apply(Exact.SETTINGS);
      Sampler ten = all(target, few).get(which).apply(Exact.SETTINGS);
      many.run(7);
      ten.run(7);
      assertThat(Arrays.copyOf(Exact.states(many), 20)).isEqualTo(Exact.states(ten));
      assertThat(Exact.states(ten)).isNotEqualTo(few);
    }
  }

  /** On another backend passes differ by rounding, draws not at all: chains stay together. */
  @Test
  void backendsStayTogether() {
    int n = 100;
    MlpParameters model = model();
    float[] start = Exact.draws(new IllConditionedGaussian(3, 1), n);
    for (int which = 0; which < 6; which++) {
      try (Workers workers = new Workers(1, "test");
          MlpSession scalar = new MlpScalar(model.shape(), n);
          MlpSession vector = new MlpVector(model.shape(), n, workers)) {
        scalar.setParameters(model);
        vector.setParameters(model);
        Sampler one = all(scalar, start).get(which).apply(Exact.SETTINGS);
        Sampler two = all(vector, start).get(which).apply(Exact.SETTINGS);
        one.run(10);
        two.run(10);
        float[] x = Exact.states(one);
        float[] y = Exact.states(two);
        for (int k = 0; k < x.length; k++) {
          assertThat(y[k]).isCloseTo(x[k], within(2e-4f));
        }
      }
    }
  }

  @Test
  void replicasNeedAnAcceptStep() {
    Banana target = new Banana();
    float[] start = Exact.draws(target, 4);
    SamplerSettings ladder = new SamplerSettings(new float[] {1, 2}, 0, Exact.ALONE);
    for (int which = 3; which < 6; which++) {
      Function<SamplerSettings, Sampler> rule = all(target, start).get(which);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> rule.apply(ladder))
          .withMessageContaining("no replicas at 2 temperatures");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new UnderdampedLangevin(target, start, 4, 0.1f, 0, Exact.SETTINGS))
        .withMessageContaining("friction");
  }
}
