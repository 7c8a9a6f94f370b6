package io.gibbsite.boltzmann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.Workers;
import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.LogZBracket;
import io.gibbsite.sampler.LogZEstimate;
import io.gibbsite.spin.FixedPointCouplings;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinEnumeration;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinStates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs are fixed by their seeds, so a test that passes once passes always. */
class BoltzmannTest {
  private static final Backend BACKEND =
      Backends.named("vector", new BackendOptions(2, Precision.FLOAT32));
  private static final Workers WORKERS = new Workers(2, "test");

  @AfterAll
  static void close() {
    BACKEND.close();
    WORKERS.close();
  }

  private static BoltzmannModel random(int visible, int hidden, double sd, long seed) {
    int n = visible + hidden;
    float[] weight = new float[n * n];
    float[] bias = new float[n];
    Draws.normals(seed, DrawStream.DATA, 0, 0, bias, 0, n);
    for (int i = 1; i < n; i++) {
      float[] row = new float[i];
      Draws.normals(seed, DrawStream.DATA, 1, i, row, 0, i);
      for (int j = 0; j < i; j++) {
        weight[i * n + j] = weight[j * n + i] = (float) (sd * row[j]);
      }
      bias[i] *= (float) sd;
    }
    return new BoltzmannModel(new BoltzmannShape(visible, hidden), SpinParameters.of(weight, bias));
  }

  @Test
  void freeEnergiesSumUpHiddenUnits() {
    BoltzmannModel model = random(5, 4, 0.5, 1);
    byte[] v = SpinStates.random(5, 20, 1);
    double[] free = new double[20];
    BoltzmannLogZ.freeEnergy(model, v, 20, free, WORKERS);
    byte[] y = new byte[9];
    for (int row = 0; row < 20; row++) {
      double sum = 0;
      for (int bits = 0; bits < 16; bits++) {
        System.arraycopy(v, row * 5, y, 0, 5);
        for (int j = 0; j < 4; j++) {
          y[5 + j] = (byte) ((bits >> j & 1) * 2 - 1);
        }
        sum += Math.exp(-model.parameters().energy(y, 0));
      }
      assertThat(free[row]).isCloseTo(-Math.log(sum), within(1e-5));
    }
  }

  @Test
  void theMeanFieldBoundsTheFreeEnergyAndFallsWithEveryRound() {
    BoltzmannModel model = random(6, 8, 0.5, 2);
    byte[] v = SpinStates.random(6, 30, 4);
    double[] exact = new double[30];
    BoltzmannLogZ.freeEnergy(model, v, 30, exact, WORKERS);
    double[] before = new double[30];
    Arrays.fill(before, Double.POSITIVE_INFINITY);
    double gap = 0;
    for (int rounds = 1; rounds < 20; rounds++) {
      double[] bound = new double[30];
      new MeanField(model, rounds).settle(v, 30, new float[30 * 14], bound, WORKERS);
      gap = 0;
      for (int row = 0; row < 30; row++) {
        assertThat(bound[row]).isLessThanOrEqualTo(before[row] + 1e-12);
        assertThat(bound[row]).isGreaterThan(exact[row] - 1e-5);
        gap += (bound[row] - exact[row]) / 30;
      }
      before = bound;
    }
    assertThat(gap).isBetween(0.01, 2.0);
  }

  /** Hidden units that are not coupled to each other are independent: the mean field is exact. */
  @Test
  void theMeanFieldOfIndependentUnitsIsExact() {
    BoltzmannModel model = random(6, 5, 0.7, 3);
    float[] values = model.parameters().values();
    for (int i = 6; i < 11; i++) {
      Arrays.fill(values, i * 11 + 6, i * 11 + 11, 0f);
    }
    byte[] v = SpinStates.random(6, 30, 4);
    double[] exact = new double[30];
    double[] bound = new double[30];
    float[] means = new float[30 * 11];
    BoltzmannLogZ.freeEnergy(model, v, 30, exact, WORKERS);
    new MeanField(model, 5).settle(v, 30, means, bound, WORKERS);
    for (int row = 0; row < 30; row++) {
      assertThat(bound[row]).isCloseTo(exact[row], within(1e-5));
    }
    double[] moments =
        new SpinEnumeration(
                FixedPointCouplings.of(model.parameters()),
                Arrays.copyOf(v, 11),
                model.shape().hiddenUnits(),
                WORKERS)
            .moments();
    float[] sums = new float[11 * 11 + 11];
    MeanField.statistics(means, 1, 11, sums, WORKERS);
    for (int k = 0; k < sums.length; k++) {
      assertThat((double) sums[k]).isCloseTo(moments[k], within(1e-5));
    }
  }

  private interface Estimator<T> {
    T of(SpinSession session, SpinParameters parameters, AisOptions options, LongConsumer progress);
  }

  private static <T> T estimate(
      Estimator<T> by, BoltzmannModel model, AisOptions options, Backend backend) {
    try (SpinSession session = backend.open(model.parameters().shape(), options.chains())) {
      return by.of(session, model.parameters(), options, done -> {});
    }
  }

  /** Within 4.9 of its standard errors, which a normal estimate leaves once in a million times. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void annealedImportanceSamplingFindsLogZ(long seed) {
    BoltzmannModel model = random(12, 8, 0.3, seed);
    double exact = BoltzmannLogZ.exact(model, WORKERS);
    float[] base = new float[20];
    Arrays.fill(base, 0, 12, 0.3f);
    AisOptions options = new AisOptions(base, 500, 500, 0, seed);
    for (Estimator<LogZEstimate> by :
        List.<Estimator<LogZEstimate>>of(BoltzmannLogZ::ais, BoltzmannLogZ::reverseAis)) {
      LogZEstimate estimate = estimate(by, model, options, BACKEND);
      assertThat(estimate.standardError()).isLessThan(0.05);
      assertThat(estimate.logZ()).isCloseTo(exact, within(4.9 * estimate.standardError()));
      assertThat(estimate.effectiveSamples()).isBetween(100.0, 500.0);
    }
  }

  /**
   * The share of reverse estimates within 1.96 standard errors is 0.95 of 400 seeds, sd 4.4, less a
   * little as weights are skewed: 340 are 9 sd fewer. A bracket misses where both of its intervals
   * do on the same side, 2 x 0.025^2 of the times, 0.5 of 400: more than 10 misses have a
   * probability below 1e-10. Both are below 1e-6; a reverse path that weighed its states at the
   * wrong end, or samples of another model, would fail.
   */
  @Test
  void bracketsHoldTheExactValueAtTheirRate() {
    BoltzmannModel model = random(6, 4, 0.5, 6);
    double exact = BoltzmannLogZ.exact(model, WORKERS);
    int reverse = 0;
    int held = 0;
    double width = 0;
    try (Backend scalar = Backends.named("scalar", BackendOptions.defaults());
        SpinSession session = scalar.open(model.parameters().shape(), 100)) {
      for (int seed = 0; seed < 400; seed++) {
        AisOptions options = new AisOptions(new float[10], 100, 40, 0, 2L * seed);
        LogZBracket bracket =
            BoltzmannLogZ.bracket(session, model.parameters(), options, done -> {});
        reverse +=
            Math.abs(bracket.reverse().logZ() - exact)
                    <= LogZEstimate.INTERVAL * bracket.reverse().standardError()
                ? 1
                : 0;
        held += bracket.lower() <= exact && exact <= bracket.upper() ? 1 : 0;
        width += (bracket.upper() - bracket.lower()) / 400;
      }
    }
    assertThat(reverse).isGreaterThan(340);
    assertThat(held).isGreaterThanOrEqualTo(390);
    assertThat(width).isBetween(0.01, 0.5);
  }

  /** Chains that are annealed and burnt in serve as samples where there are no exact ones. */
  @Test
  void theBracketHoldsTheExactValueOfALargerMachine() {
    BoltzmannModel model = random(16, 8, 0.2, 7);
    double exact = BoltzmannLogZ.exact(model, WORKERS);
    AisOptions options = new AisOptions(new float[24], 200, 100, 50, 1);
    long[] sweeps = new long[1];
    try (SpinSession session = BACKEND.open(model.parameters().shape(), 200)) {
      LogZBracket bracket =
          BoltzmannLogZ.bracket(session, model.parameters(), options, done -> sweeps[0] = done);
      assertThat(bracket.lower()).isBetween(exact - 0.3, exact);
      assertThat(bracket.upper()).isBetween(exact, exact + 0.3);
    }
    assertThat(sweeps[0]).isEqualTo(BoltzmannLogZ.bracketSweeps(model.shape(), options));
  }

  @Test
  void annealedImportanceSamplingIsTheSameOnEveryBackend() {
    BoltzmannModel model = random(14, 8, 0.4, 5);
    AisOptions options = new AisOptions(new float[22], 40, 70, 30, 9);
    LogZBracket expected = null;
    for (String name : new String[] {"scalar", "vector"}) {
      try (Backend backend = Backends.named(name, new BackendOptions(3, Precision.FLOAT32))) {
        LogZBracket found = estimate(BoltzmannLogZ::bracket, model, options, backend);
        expected = expected == null ? found : expected;
        assertThat(found).isEqualTo(expected);
      }
    }
  }

  /**
   * Chains that hold a label sample p(v | c): chi-squared of 31 degrees of freedom over 65,536
   * chains, whose quantile of 1 - 1e-6 is 83.
   */
  @Test
  void heldLabelsGiveTheConditionalDistribution() {
    BoltzmannModel model = random(8, 0, 0.4, 6);
    int chains = 1 << 16;
    byte[] y = SpinStates.random(8, chains, 3);
    byte[] label = {-1, 1, -1};
    boolean[] held = new boolean[8];
    Arrays.fill(held, 5, 8, true);
    for (int c = 0; c < chains; c++) {
      System.arraycopy(label, 0, y, c * 8 + 5, 3);
    }
    try (SpinSession session = BACKEND.open(model.parameters().shape(), chains)) {
      session.setParameters(model.parameters());
      session.setStates(y, chains);
      session.clamp(held);
      session.gibbs(Gibbs.sweeps(60), Scan.SEQUENTIAL, 2);
      session.readStates(y);
    }
    byte[] fixed = {0, 0, 0, 0, 0, -1, 1, -1};
    double[] p =
        new SpinEnumeration(
                FixedPointCouplings.of(model.parameters()),
                fixed,
                new int[] {0, 1, 2, 3, 4},
                WORKERS)
            .probabilities(1);
    double[] counts = new double[32];
    for (int c = 0; c < chains; c++) {
      assertThat(Arrays.copyOfRange(y, c * 8 + 5, c * 8 + 8)).isEqualTo(label);
      int bits = 0;
      for (int i = 0; i < 5; i++) {
        bits |= (y[c * 8 + i] + 1 >> 1) << i;
      }
      counts[bits]++;
    }
    double chiSquared = 0;
    for (int k = 0; k < 32; k++) {
      chiSquared += Math.pow(counts[k] - p[k] * chains, 2) / (p[k] * chains);
    }
    assertThat(chiSquared).isLessThan(83);
  }

  @ParameterizedTest
  @CsvSource({"8, 1", "16, 2", "20, 3", "22, 4"})
  void annealingFindsTheGroundStateOfSpinGlasses(int n, long seed) {
    SpinParameters glass = SpinGlass.sherringtonKirkpatrick(n, seed);
    SpinEnumeration.GroundState ground = SpinEnumeration.of(glass, WORKERS).groundState();
    SimulatedAnnealing.Found found = anneal(glass, 64, seed, BACKEND);
    assertThat(found.lowest()).isEqualTo(ground.energy());
    assertThat(glass.energy(found.y(), found.best() * n)).isCloseTo(ground.energy(), within(1e-4));
    assertThat(found.reached()).isPositive();
  }

  private static SimulatedAnnealing.Found anneal(
      SpinParameters glass, int chains, long seed, Backend backend) {
    try (SpinSession session = backend.open(glass.shape(), chains)) {
      session.setParameters(glass);
      session.setStates(SpinStates.random(glass.units(), chains, seed), chains);
      SimulatedAnnealing schedule = new SimulatedAnnealing(2, 0.05f, 0.9f, 5);
      return schedule.run(
          session, Scan.SEQUENTIAL, seed, (y, c) -> y[c * glass.units()], done -> {});
    }
  }

  @Test
  void annealingCoolsAndDoesNotDependOnTheBackend() {
    SpinParameters glass = SpinGlass.sherringtonKirkpatrick(200, 5);
    SimulatedAnnealing.Found found = anneal(glass, 40, 5, BACKEND);
    double[] temperatures = found.trace().stream().mapToDouble(p -> p.temperature()).toArray();
    assertThat(temperatures[0]).isEqualTo(2);
    assertThat(temperatures[1]).isCloseTo(1.8, within(1e-6));
    assertThat(temperatures[temperatures.length - 1]).isZero();
    // Its lowest energy tends to -0.763 n, with corrections of -0.7 n^(-2/3) of that.
    assertThat(found.lowest() / 200).isBetween(-0.80, -0.70);
    assertThat(found.trace().get(0).mean()).isGreaterThan(found.trace().get(20).mean());
    SimulatedAnnealing.Point last = found.trace().get(temperatures.length - 1);
    double magnetisation = 0;
    double first = 0;
    for (int c = 0; c < 40; c++) {
      magnetisation += Math.abs(SpinStates.magnetisation(found.y(), c * 200, 200)) / 40;
      first += found.y()[c * 200] / 40.0;
    }
    assertThat(last.magnetisation()).isCloseTo(magnetisation, within(1e-12)).isPositive();
    assertThat(last.overlap()).isCloseTo(first, within(1e-12));
    try (Backend scalar = Backends.named("scalar", BackendOptions.defaults())) {
      assertThat(anneal(glass, 40, 5, scalar)).usingRecursiveComparison().isEqualTo(found);
    }
  }

  @Test
  void modelsComeBackFromTheirFiles(@TempDir Path folder) throws IOException {
    BoltzmannModel model = random(3, 2, 1, 4);
    Path file = folder.resolve("m");
    model.write(file, Map.of("labels", "2"));
    BoltzmannModel read = BoltzmannModel.read(file);
    assertThat(read.shape()).isEqualTo(model.shape());
    assertThat(read.parameters().values()).isEqualTo(model.parameters().values());
    Map<String, String> metadata =
        Map.of("format", "gibbsite", "model", "boltzmann", "visible_units", "2");
    new Safetensors(
            metadata,
            Map.of(
                "weight", NdArray.of(new float[] {0, 1, 2, 0}, 2, 2),
                "bias", NdArray.of(new float[2], 2)))
        .write(file);
    assertThatThrownBy(() -> BoltzmannModel.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("couplings are finite and symmetric");
    Map<String, String> more =
        Map.of("format", "gibbsite", "model", "boltzmann", "visible_units", "3");
    new Safetensors(
            more,
            Map.of("weight", NdArray.of(new float[4], 2, 2), "bias", NdArray.of(new float[2], 2)))
        .write(file);
    assertThatThrownBy(() -> BoltzmannModel.read(file))
        .hasMessageContaining("visible_units = '3', not a number up to its 2 units");
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new BoltzmannShape(0, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> new BoltzmannShape(1, 40_000));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SimulatedAnnealing(1, 2, 0.5f, 1))
        .withMessageContaining("coldest");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SimulatedAnnealing(1, 0.1f, 1, 1))
        .withMessageContaining("factor");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BoltzmannLogZ.exact(random(20, 6, 1, 1), WORKERS))
        .withMessageContaining("20+6 units has more than 25");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AisOptions(new float[2], 1, 5, 0, 1))
        .withMessageContaining("at least 2 chains");
  }

  /** Sessions round couplings, so that states of one energy differ in its last digits. */
  @Test
  void chainsReachAnEnergyToWithinAMillionth() {
    double[] energies = {-400.0004, -400.0005, -399.9, -400.0002};
    assertThat(new SimulatedAnnealing.Found(List.of(), new byte[0], energies, 1).reached())
        .isEqualTo(3);
  }
}
