package io.gibbsite.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.target.Banana;
import io.gibbsite.target.EightGaussians;
import io.gibbsite.target.Funnel;
import io.gibbsite.target.IllConditionedGaussian;
import io.gibbsite.target.Target;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Draws have addresses and seeds are fixed, so that a test that passes once passes always. */
class MetropolisSamplerTest {
  private static final int N = 1 << 17;

  /**
   * The samplers with an accept step, each at a step size that rejects a good part on the banana.
   */
  enum Rule {
    MH(0.5f) {
      @Override
      MetropolisSampler of(
          EnergyFunction target, float[] x, int n, float size, SamplerSettings settings) {
        return new MetropolisHastings(target, x, n, size, settings);
      }
    },
    MALA(0.03f) {
      @Override
      MetropolisSampler of(
          EnergyFunction target, float[] x, int n, float size, SamplerSettings settings) {
        return new Mala(target, x, n, size, settings);
      }
    },
    HMC(0.25f) {
      @Override
      MetropolisSampler of(
          EnergyFunction target, float[] x, int n, float size, SamplerSettings settings) {
        return new Hmc(target, x, n, size, 4, Hmc.JITTER, settings);
      }
    };

    final float coarse;

    Rule(float coarse) {
      this.coarse = coarse;
    }

    abstract MetropolisSampler of(
        EnergyFunction target, float[] x, int n, float size, SamplerSettings settings);

    double aim() {
      return this == MH ? 0.234 : this == MALA ? 0.574 : 0.8;
    }
  }

  /**
   * Chains that start as exact draws are exact draws after any number of steps. Without the accept
   * step the same moves are more than 20 standard errors off.
   */
  @ParameterizedTest
  @EnumSource(Rule.class)
  void targetIsStationary(Rule rule) {
    for (Target target : new Target[] {new Banana(), new Funnel()}) {
      Sampler sampler = rule.of(target, Exact.draws(target, N), N, rule.coarse, Exact.SETTINGS);
      sampler.run(6);
      assertThat(Exact.error(target, Exact.states(sampler), N)).isLessThan(Exact.ERRORS);
      assertThat(Exact.meanAcceptance(sampler)).isBetween(0.3, 0.97);
      float[] energies = new float[N];
      sampler.readEnergies(energies);
      float[] expected = new float[N];
      target.energy(Exact.states(sampler), N, expected);
      assertThat(energies).isEqualTo(expected);
    }
  }

  @Test
  void theSameMovesWithoutAcceptStepAreFarOff() {
    Target target = new Banana();
    Langevin coarse = Langevin.steps(1).stepSize(Rule.MALA.coarse);
    Sampler sampler = new LangevinChains(target, Exact.draws(target, N), N, coarse, Exact.SETTINGS);
    sampler.run(6);
    double error = Exact.error(target, Exact.states(sampler), N);
    assertThat(error > 20 || Double.isNaN(error)).isTrue();
  }

  /**
   * Flows between the cells of a grid are equal in both directions: of the moves between two cells
   * each direction has the probability 1/2. By Hoeffding's inequality a difference beyond 6.5 times
   * the root of their number has a probability below 2 exp(-6.5^2 / 2) = 1.3e-9, 4e-7 for 300
   * pairs.
   */
  @ParameterizedTest
  @EnumSource(Rule.class)
  void flowsBalanceInDetail(Rule rule) {
    Target target = new Banana();
    float[] before = Exact.draws(target, N);
    Sampler sampler = rule.of(target, before, N, rule.coarse, Exact.SETTINGS);
    sampler.run(1);
    float[] after = Exact.states(sampler);
    int[][] flows = new int[25][25];
    for (int i = 0; i < N; i++) {
      flows[cell(before, i)][cell(after, i)]++;
    }
    int compared = 0;
    for (int a = 0; a < 25; a++) {
      for (int b = 0; b < a; b++) {
        int sum = flows[a][b] + flows[b][a];
        compared += sum > 100 ? 1 : 0;
        assertThat(Math.abs(flows[a][b] - flows[b][a]))
            .as("between cells %d and %d", a, b)
            .isLessThanOrEqualTo((int) (6.5 * Math.sqrt(sum)));
      }
    }
    assertThat(compared).isGreaterThan(15);
  }

  private static int cell(float[] x, int i) {
    int across = Math.clamp((int) Math.floor(x[2 * i] + 2.5), 0, 4);
    int up = Math.clamp((int) Math.floor(2 * x[2 * i + 1] + 1), 0, 4);
    return 5 * up + across;
  }

  /**
   * Mean acceptance in equilibrium on N(0, 1) in closed form: twice the probability of log r > 0.
   * The mean of 2^17 probabilities has a standard error below 0.5 / 362; six of them are 0.0083.
   */
  @Test
  void acceptanceIsTheClosedForm() {
    Target line = new IllConditionedGaussian(1, 1);
    float[] x = Exact.draws(line, N);
    double tolerance = 0.0083;
    // MH: log r = (x^2 - y^2) / 2, y = x + s n.
    float s = 1.7f;
    Sampler walk = new MetropolisHastings(line, x, N, s, Exact.SETTINGS);
    walk.run(1);
    assertThat(Exact.meanAcceptance(walk))
        .isCloseTo(2 / Math.PI * Math.atan(2 / s), within(tolerance));
    // MALA: log r = eta (x^2 - y^2) / 4, y = (1 - eta) x + sqrt(2 eta) n.
    float eta = 0.9f;
    Sampler mala = new Mala(line, x, N, eta, Exact.SETTINGS);
    mala.run(1);
    double square = eta * eta;
    double sine = square / Math.sqrt((square + 2 * eta) * (square - 2 * eta + 4));
    assertThat(Exact.meanAcceptance(mala))
        .isCloseTo(1 - 2 / Math.PI * Math.asin(sine), within(tolerance));
    // HMC: the leapfrog is linear with determinant 1; its squared singular values are q and 1 / q.
    float e = 1.4f;
    Sampler hmc = new Hmc(line, x, N, e, 3, 0, Exact.SETTINGS);
    hmc.run(1);
    double angle = 3 * Math.acos(1 - e * e / 2);
    double width = Math.sqrt(1 - e * e / 4);
    double off = Math.sin(angle) * (width - 1 / width);
    // The trace of A^T A is 2 + off^2.
    double trace = 2 + off * off;
    double q = (trace + Math.sqrt(trace * trace - 4)) / 2;
    assertThat(Exact.meanAcceptance(hmc))
        .isCloseTo(4 / Math.PI * Math.atan(1 / Math.sqrt(q)), within(tolerance));
  }

  /** What a move and its reverse have in log r is opposite, to rounding. */
  @Test
  void theRatioOfAMoveIsThatOfItsReverse() {
    Target target = new Banana();
    int n = 200;
    Mala there = new Mala(target, Exact.draws(target, n), n, 0.05f, Exact.SETTINGS);
    there.propose(0.05f, 0);
    Mala back = new Mala(target, there.proposal, n, 0.05f, Exact.SETTINGS);
    System.arraycopy(there.x, 0, back.proposal, 0, 2 * n);
    System.arraycopy(there.gradient, 0, back.proposalGradient, 0, 2 * n);
    System.arraycopy(there.energy, 0, back.proposalEnergy, 0, n);
    back.weigh(0.05f);
    for (int i = 0; i < n; i++) {
      assertThat(back.logRatio[i]).isCloseTo(-there.logRatio[i], within(1e-9));
    }
  }

  /**
   * The adapted step has the acceptance aimed at: the mean over 2,000 chains and 50 steps, whose
   * standard error is below 0.01 and whose adaptation ends within 0.02.
   */
  @ParameterizedTest
  @EnumSource(Rule.class)
  void adaptationFindsTheAcceptance(Rule rule) {
    int n = 2000;
    for (Target target : new Target[] {new Banana(), new IllConditionedGaussian(10, 20)}) {
      for (float first : new float[] {1e-4f, 3f}) {
        Sampler sampler = rule.of(target, Exact.draws(target, n), n, first, Exact.SETTINGS);
        sampler.warmUp(100);
        sampler.warmUp(200);
        sampler.endWarmUp();
        float adapted = sampler.stepSize();
        double sum = 0;
        for (int k = 0; k < 50; k++) {
          sampler.run(1);
          sum += Exact.meanAcceptance(sampler) / 50;
        }
        assertThat(sum).as("%s from %s", target.name(), first).isCloseTo(rule.aim(), within(0.04));
        assertThat(sampler.stepSize()).isEqualTo(adapted);
      }
    }
  }

  /** Many chains with an adapted step from a bad start reach the ill-conditioned Gaussian. */
  @Test
  void hmcReachesTheTargetFromAfar() {
    Target target = new IllConditionedGaussian(10, 20);
    int n = 4000;
    float[] start = new float[n * 10];
    Arrays.fill(start, 3);
    Sampler sampler = new Hmc(target, start, n, 0.1f, 16, Hmc.JITTER, Exact.SETTINGS);
    sampler.warmUp(150);
    sampler.endWarmUp();
    sampler.run(150);
    assertThat(Exact.error(target, Exact.states(sampler), n)).isLessThan(Exact.ERRORS);
    assertThat(sampler.evaluations()).isEqualTo(n * (1 + 300L * 16));
    assertThat(sampler.steps()).isEqualTo(300);
  }

  /** On a box, energies outside are infinite: the chains stay inside, uniformly. */
  @ParameterizedTest
  @EnumSource(Rule.class)
  void infiniteEnergiesAreRejected(Rule rule) {
    EnergyFunction box =
        new EnergyFunction() {
          @Override
          public int columns() {
            return 1;
          }

          @Override
          public void energy(float[] x, int rows, float[] energy) {
            for (int i = 0; i < rows; i++) {
              energy[i] =
                  x[i] >= 0 && x[i] < 1 ? 0 : x[i] < 0 ? Float.NaN : Float.POSITIVE_INFINITY;
            }
          }

          @Override
          public void inputGradient(float[] x, int rows, float[] energy, float[] gradient) {
            energy(x, rows, energy);
            Arrays.fill(gradient, 0, rows, 0);
          }
        };
    int n = 20_000;
    float[] start = new float[n];
    Arrays.fill(start, 0.5f);
    Sampler sampler = rule.of(box, start, n, 0.3f, Exact.SETTINGS);
    sampler.run(60);
    double mean = 0;
    double square = 0;
    for (float x : Exact.states(sampler)) {
      assertThat(x).isBetween(0f, 1f);
      mean += x / n;
      square += x * x / n;
    }
    // Six standard errors: sqrt(1/12 / n) and sqrt(4/45 / n).
    assertThat(mean).isCloseTo(0.5, within(0.0123));
    assertThat(square).isCloseTo(1 / 3.0, within(0.0127));
  }

  /** At temperature T a Gaussian has T times the variance. */
  @ParameterizedTest
  @EnumSource(Rule.class)
  void temperatureWidens(Rule rule) {
    Target target = new IllConditionedGaussian(2, 2);
    int n = 1 << 15;
    float[] start = Exact.draws(target, n);
    for (int k = 0; k < start.length; k++) {
      start[k] *= 2;
    }
    SamplerSettings warm = new SamplerSettings(4, 5, Exact.ALONE);
    Sampler sampler = rule.of(target, start, n, 0.4f, warm);
    sampler.run(8);
    float[] x = Exact.states(sampler);
    for (int k = 0; k < x.length; k++) {
      x[k] /= 2;
    }
    assertThat(Exact.error(target, x, n)).isLessThan(Exact.ERRORS);
    assertThat(Exact.meanAcceptance(sampler)).isLessThan(0.99);
  }

  /**
   * Replicas at five temperatures carry chains that all begin in one mode to all eight. Means over
   * draws of the 96 chains are independent: 7 standard errors from their spread have a probability
   * below 1e-9 by Student's distribution. A chain without replicas stays in its mode.
   */
  @Test
  void replicasCrossBarriers() {
    Target target = new EightGaussians();
    int n = 96;
    float[] start = new float[2 * n];
    for (int i = 0; i < n; i++) {
      start[2 * i] = 1.4f;
    }
    float[] ladder = SamplerSettings.ladder(1, 60, 6);
    SamplerSettings settings = new SamplerSettings(ladder, 1, Exact.ALONE);
    Sampler sampler = new Mala(target, start, n, 0.01f, settings);
    sampler.warmUp(500);
    sampler.endWarmUp();
    double[] mean = new double[n];
    float[] x = new float[2 * n];
    int[] visits = new int[8];
    int draws = 400;
    for (int draw = 0; draw < draws; draw++) {
      sampler.run(5);
      sampler.readChains(x);
      for (int i = 0; i < n; i++) {
        mean[i] += x[2 * i] / draws;
        visits[
            Math.floorMod(Math.round(8 * Math.atan2(x[2 * i + 1], x[2 * i]) / 2 / Math.PI), 8)]++;
      }
    }
    double sum = Arrays.stream(mean).sum() / n;
    double spread = Arrays.stream(mean).map(m -> (m - sum) * (m - sum)).sum() / (n - 1);
    assertThat(Math.abs(sum)).isLessThan(7 * Math.sqrt(spread / n));
    assertThat(Math.sqrt(spread / n)).isLessThan(0.03);
    for (int count : visits) {
      assertThat(count).isBetween(n * draws / 12, n * draws / 6);
    }
    assertThat(sampler.exchangeRates()).hasSize(5);
    for (double rate : sampler.exchangeRates()) {
      assertThat(rate).isBetween(0.15, 0.95);
    }
    Sampler single = new Mala(target, start, n, 0.01f, Exact.SETTINGS);
    single.run(2000);
    for (int i = 0; i < n; i++) {
      assertThat(Exact.states(single)[2 * i]).isGreaterThan(0.4f);
    }
    assertThat(single.exchangeRates()).isEmpty();
  }

  /** Exact draws at each temperature stay so through exchanges. */
  @Test
  void exchangesKeepTheTarget() {
    Target target = new IllConditionedGaussian(2, 3);
    SamplerSettings settings = new SamplerSettings(new float[] {1, 2, 4}, 9, Exact.ALONE);
    Sampler sampler = new MetropolisHastings(target, Exact.draws(target, N), N, 0.5f, settings);
    float[] all = Exact.draws(target, 3 * N);
    for (int k = 0; k < all.length; k++) {
      sampler.x[k] = (float) (all[k] / Math.sqrt(sampler.beta[k / 2]));
    }
    target.energy(sampler.x, 3 * N, sampler.energy);
    sampler.run(6);
    assertThat(Exact.error(target, Exact.states(sampler), N)).isLessThan(Exact.ERRORS);
  }

  @Test
  void leapfrogIsReversible() {
    Target target = new Funnel();
    int n = 50;
    int d = target.columns();
    float[] x = Exact.draws(target, n);
    float[] p = Exact.draws(new IllConditionedGaussian(d, 1), n);
    Hmc hmc = new Hmc(target, x, n, 1, 20, 0, Exact.SETTINGS);
    float[] points = x.clone();
    float[] momenta = p.clone();
    float[] gradients = hmc.gradient.clone();
    hmc.leapfrog(points, momenta, new float[n], gradients, 0.02f);
    double moved = 0;
    for (int k = 0; k < n * d; k++) {
      moved = Math.max(moved, Math.abs(points[k] - x[k]));
      momenta[k] = -momenta[k];
    }
    assertThat(moved).isGreaterThan(0.3);
    hmc.leapfrog(points, momenta, new float[n], gradients, 0.02f);
    for (int k = 0; k < n * d; k++) {
      double scale = 1 + Math.abs(x[k]);
      assertThat(points[k] / scale).isCloseTo(x[k] / scale, within(2e-5));
      assertThat(-momenta[k] / scale).isCloseTo(p[k] / scale, within(2e-4));
    }
  }

  /** The determinant of the leapfrog's derivative, by central differences, is 1. */
  @Test
  void leapfrogKeepsVolume() {
    Target target = new Banana();
    float h = 1 / 256f;
    int d = 2;
    float[] centre = {0.7f, 0.3f, -0.4f, 0.8f};
    // Rows 2c and 2c + 1 are moved by +h and -h in component c of (x, p).
    int n = 2 * 2 * d;
    float[] points = new float[n * d];
    float[] momenta = new float[n * d];
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < 2 * d; c++) {
        float value = centre[c] + (i / 2 == c ? (i % 2 == 0 ? h : -h) : 0);
        (c < d ? points : momenta)[i * d + c % d] = value;
      }
    }
    Hmc hmc = new Hmc(target, points, n, 1, 5, 0, Exact.SETTINGS);
    float[] gradients = hmc.gradient.clone();
    hmc.leapfrog(points, momenta, new float[n], gradients, 0.1f);
    double[][] derivative = new double[2 * d][2 * d];
    for (int c = 0; c < 2 * d; c++) {
      for (int k = 0; k < 2 * d; k++) {
        float[] out = k < d ? points : momenta;
        derivative[k][c] = (out[2 * c * d + k % d] - out[(2 * c + 1) * d + k % d]) / (2.0 * h);
      }
    }
    assertThat(Math.abs(derivative[0][0])).isLessThan(0.95);
    assertThat(determinant(derivative)).isCloseTo(1, within(5e-3));
  }

  private static double determinant(double[][] a) {
    double product = 1;
    for (int c = 0; c < a.length; c++) {
      for (int r = c + 1; r < a.length; r++) {
        double factor = a[r][c] / a[c][c];
        for (int k = c; k < a.length; k++) {
          a[r][k] -= factor * a[c][k];
        }
      }
      product *= a[c][c];
    }
    return product;
  }

  /** The recurrences of the paper, with sums written out. */
  @Test
  void dualAveragingFollowsThePaper() {
    DualAveraging adaptation = new DualAveraging(0.3, 0.7);
    double[] acceptance = {0.1, 0.9, 0.5, 1, 0, 0.7};
    double mu = Math.log(3);
    double h = 0;
    double average = 0;
    for (int m = 1; m <= acceptance.length; m++) {
      adaptation.update(acceptance[m - 1]);
      h = (1 - 1.0 / (m + 10)) * h + (0.7 - acceptance[m - 1]) / (m + 10);
      double log = mu - Math.sqrt(m) / 0.05 * h;
      double weight = Math.pow(m, -0.75);
      average = weight * log + (1 - weight) * average;
      assertThat(adaptation.stepSize() / Math.exp(log)).isCloseTo(1, within(1e-6));
      assertThat(adaptation.averaged() / Math.exp(average)).isCloseTo(1, within(1e-6));
    }
    assertThat(new DualAveraging(0.3, 0.7).averaged()).isEqualTo(0.3f);
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -1, Float.NaN, Float.POSITIVE_INFINITY})
  void wrongStepSizesAreRefused(float size) {
    for (Rule rule : Rule.values()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> rule.of(new Banana(), new float[2], 1, size, Exact.SETTINGS))
          .withMessageContaining("step size");
    }
  }

  @Test
  void wrongSettingsAreRefused() {
    Banana banana = new Banana();
    float[] x = new float[2];
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Hmc(banana, x, 1, 1, 0, 0, Exact.SETTINGS))
        .withMessageContaining("leapfrog");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Hmc(banana, x, 1, 1, 1, 1, Exact.SETTINGS))
        .withMessageContaining("jitter");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Mala(banana, x, 2, 1, Exact.SETTINGS))
        .withMessageContaining("not 2 chains of 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Mala(banana, x, 0, 1, Exact.SETTINGS))
        .withMessageContaining("at least one chain");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SamplerSettings(new float[] {1, 1}, 0, Exact.ALONE))
        .withMessageContaining("ascend");
    assertThatThrownBy(() -> new Mala(banana, new float[] {0, Float.NaN}, 1, 1, Exact.SETTINGS))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("chain 0 starts at the energy NaN");
  }
}
