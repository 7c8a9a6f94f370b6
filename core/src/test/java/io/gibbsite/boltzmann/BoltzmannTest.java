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
import io.gibbsite.sampler.Gibbs;
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
import java.util.Map;
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

  /** Within 4.9 of its standard errors, which a normal estimate leaves once in a million times. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void annealedImportanceSamplingFindsLogZ(long seed) {
    BoltzmannModel model = random(12, 8, 0.3, seed);
    double exact = BoltzmannLogZ.exact(model, WORKERS);
    float[] base = new float[20];
    Arrays.fill(base, 0, 12, 0.3f);
    LogZEstimate estimate =
        BoltzmannLogZ.ais(model.parameters(), base, 500, 500, seed, BACKEND, done -> {});
    assertThat(estimate.standardError()).isLessThan(0.05);
    assertThat(estimate.logZ()).isCloseTo(exact, within(4.9 * estimate.standardError()));
    assertThat(estimate.effectiveSamples()).isBetween(100.0, 500.0);
  }

  @Test
  void annealedImportanceSamplingIsTheSameOnEveryBackend() {
    BoltzmannModel model = random(7, 6, 0.4, 5);
    LogZEstimate expected = null;
    for (String name : new String[] {"scalar", "vector"}) {
      try (Backend backend = Backends.named(name, new BackendOptions(3, Precision.FLOAT32))) {
        LogZEstimate found =
            BoltzmannLogZ.ais(model.parameters(), new float[13], 40, 70, 9, backend, done -> {});
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
      return schedule.run(session, Scan.SEQUENTIAL, seed, done -> {});
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
        .isThrownBy(
            () ->
                BoltzmannLogZ.ais(
                    random(2, 0, 1, 1).parameters(), new float[2], 1, 5, 1, BACKEND, d -> {}));
  }
}
