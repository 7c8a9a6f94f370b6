package io.gibbsite.hopfield;

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
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs are fixed by their seeds, so a test that passes once passes always. */
class HopfieldTest {
  private static final Backend BACKEND =
      Backends.named("vector", new BackendOptions(2, Precision.FLOAT32));

  @AfterAll
  static void close() {
    BACKEND.close();
  }

  /** The standard normal tail, by the continued fraction of Laplace, for x of 1 or more. */
  private static double tail(double x) {
    double fraction = x;
    for (int k = 200; k >= 1; k--) {
      fraction = x + k / fraction;
    }
    return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI) / fraction;
  }

  /**
   * C1 over 60 networks of 1,000 units. The mean share of units that change in one step is within 6
   * standard errors (between networks; 0.2 % to 1.5 % of the mean) of the tail of the (n - 1)(p -
   * 1) signs that disturb a unit: Student's distribution of 59 degrees of freedom leaves that once
   * in 7e6 times. The asymptotic formula is within 5 % of that tail: it has p for p - 1.
   */
  @ParameterizedTest
  @CsvSource({"105, 0.00101", "138, 0.00355", "185, 0.0100", "370, 0.0501"})
  void oneStepErrorsHaveTheProbabilityOfTheFormula(int p, double listed) {
    int n = 1000;
    int networks = 60;
    double sum = 0;
    double squares = 0;
    for (int network = 0; network < networks; network++) {
      Patterns patterns = Patterns.random(p, n, 1000L * p + network);
      int[] changes = new int[p];
      SpinParameters hebbian = StorageRule.hebbian(patterns, BACKEND);
      for (int k = 0; k < n * n; k++) {
        hebbian.values()[k] = Math.round(hebbian.values()[k] * n); // exact, so that ties are ties
      }
      try (SpinSession session = BACKEND.open(hebbian.shape(), p)) {
        session.setParameters(hebbian);
        session.setStates(patterns.y(), p);
        session.synchronous(1, changes);
      }
      double share = (double) Arrays.stream(changes).sum() / ((double) n * p);
      sum += share;
      squares += share * share;
    }
    double mean = sum / networks;
    double error =
        Math.sqrt((squares - sum * mean) / (networks - 1) / networks); // between networks
    // A unit changes where (n - 1) plus the sum of m signs is below 0; a sum is even if m is.
    double m = (n - 1.0) * (p - 1);
    boolean ties = m % 2 == (n - 1) % 2;
    double exact = tail((n - 1 + (ties ? 1 : 0)) / Math.sqrt(m));
    double formula = tail(Math.sqrt((double) n / p));
    assertThat(formula).isCloseTo(listed, within(0.005 * listed));
    assertThat(exact).isCloseTo(formula, within(0.05 * formula));
    assertThat(error).isLessThan(0.02 * mean);
    assertThat(mean).isCloseTo(exact, within(6 * error));
  }

  /** C2: three networks of 1,000 units on either side of 0.138. */
  @Test
  void recallBreaksDownBeyondItsCapacity() {
    assertThat(settledOverlap(100)).isGreaterThan(0.99);
    assertThat(settledOverlap(120)).isGreaterThan(0.97);
    assertThat(settledOverlap(160)).isLessThan(0.87);
    assertThat(settledOverlap(200)).isLessThan(0.5);
  }

  private static double settledOverlap(int p) {
    double sum = 0;
    for (int network = 0; network < 3; network++) {
      Patterns patterns = Patterns.random(p, 1000, network + 1);
      SpinParameters hebbian = StorageRule.hebbian(patterns, BACKEND);
      try (SpinSession session = BACKEND.open(hebbian.shape(), p)) {
        session.setParameters(hebbian);
        Recall.Settled settled = Recall.settle(session, patterns.y(), p, Scan.RANDOM, 1);
        for (int m = 0; m < p; m++) {
          sum += patterns.overlap(m, settled.y(), m);
        }
      }
    }
    return sum / (3 * p);
  }

  @Test
  void hebbianCouplingsAreSumsOfOuterProducts() {
    Patterns patterns = Patterns.random(5, 9, 3);
    SpinParameters hebbian = StorageRule.hebbian(patterns, BACKEND);
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j < 9; j++) {
        int sum = 0;
        for (int m = 0; m < 5; m++) {
          sum += patterns.y()[m * 9 + i] * patterns.y()[m * 9 + j];
        }
        assertThat(hebbian.weight(i, j)).isEqualTo(i == j ? 0f : (float) (sum / 9.0));
      }
      assertThat(hebbian.bias(i)).isZero();
    }
  }

  /** At alpha = 0.5, where H1 keeps nothing, H2 keeps every pattern, dependent ones too. */
  @Test
  void pseudoInverseKeepsEveryPattern() {
    int n = 120;
    byte[] y = Arrays.copyOf(Patterns.random(60, n, 8).y(), 62 * n);
    for (int i = 0; i < n; i++) {
      y[60 * n + i] = y[i];
      y[61 * n + i] = (byte) -y[n + i];
    }
    Patterns patterns = new Patterns(y, 62, n);
    int[] changes = new int[62];
    SpinParameters parameters = StorageRule.pseudoInverse(patterns);
    try (SpinSession session = BACKEND.open(parameters.shape(), 62)) {
      session.setParameters(parameters);
      session.setStates(y, 62);
      session.descend(1, Scan.SEQUENTIAL, 0, 1, changes);
      assertThat(changes).containsOnly(0);
      session.setParameters(StorageRule.hebbian(patterns, BACKEND));
      session.descend(1, Scan.SEQUENTIAL, 0, 1, changes);
      assertThat(Arrays.stream(changes).filter(c -> c > 0).count()).isGreaterThan(40);
    }
    // A projection: (W + D) X^T = X^T with the diagonal that was taken off.
    double trace = 0;
    for (int i = 0; i < n; i++) {
      double product = 0;
      for (int j = 0; j < n; j++) {
        product += parameters.weight(i, j) * (double) y[j];
      }
      trace += y[i] * (y[i] - product);
    }
    assertThat(trace).isCloseTo(60, within(15.0)); // its trace is the rank, spread over the units
  }

  /** Patterns that lean to one side, as images do: H1 keeps none of them, H3 all, corrupted too. */
  @Test
  void contrastiveStorageKeepsWhatHebbianLoses() {
    int n = 200;
    Patterns patterns = leaning(20, n);
    SpinParameters hebbian = StorageRule.hebbian(patterns, BACKEND);
    assertThat(exactlyRecalled(patterns, hebbian, 0)).isLessThan(5);
    ContrastiveStorage.Options options = new ContrastiveStorage.Options(1, 0.1f, 4, 3, 5);
    SpinParameters learned;
    try (ContrastiveStorage storage = new ContrastiveStorage(patterns, options, BACKEND)) {
      double first = storage.epoch();
      for (int epoch = 1; epoch < 200; epoch++) {
        storage.epoch();
      }
      assertThat(storage.epoch()).isGreaterThan(first).isGreaterThan(0.98);
      assertThat(storage.epochs()).isEqualTo(201);
      learned = storage.parameters();
    }
    assertThat(exactlyRecalled(patterns, learned, 0)).isEqualTo(20);
    assertThat(exactlyRecalled(patterns, learned, 0.1f)).isGreaterThanOrEqualTo(15);
  }

  private static Patterns leaning(int p, int n) {
    float[] bias = new float[n];
    Arrays.fill(bias, -0.6f);
    return new Patterns(io.gibbsite.spin.SpinStates.sample(bias, p, 4), p, n);
  }

  private static int exactlyRecalled(Patterns patterns, SpinParameters parameters, float flip) {
    int p = patterns.count();
    try (SpinSession session = BACKEND.open(parameters.shape(), p)) {
      session.setParameters(parameters);
      Recall.Settled settled =
          Recall.settle(session, patterns.corrupted(flip, 0, 99), p, Scan.SEQUENTIAL, 1);
      int exact = 0;
      for (int m = 0; m < p; m++) {
        exact += patterns.overlap(m, settled.y(), m) == 1 ? 1 : 0;
      }
      return exact;
    }
  }

  @Test
  void contrastiveStorageDoesNotDependOnBackendsAndThreads() {
    Patterns patterns = leaning(7, 40);
    float[] expected = null;
    for (String name : new String[] {"scalar", "vector"}) {
      for (int threads : new int[] {1, 3}) {
        try (Backend backend =
                Backends.named(name, new BackendOptions(threads, Precision.FLOAT32));
            ContrastiveStorage storage =
                new ContrastiveStorage(
                    patterns, new ContrastiveStorage.Options(1, 0.2f, 2, 2, 1), backend)) {
          for (int epoch = 0; epoch < 5; epoch++) {
            storage.epoch();
          }
          float[] values = storage.parameters().values();
          expected = expected == null ? values : expected;
          assertThat(values).isEqualTo(expected);
        }
      }
    }
  }

  /** R1 flips the share it is told to: 4.9 standard deviations are left once in a million times. */
  @Test
  void corruptionFlipsItsShare() {
    Patterns patterns = Patterns.random(100, 1000, 1);
    byte[] y = patterns.corrupted(0.3f, 2, 7);
    double overlap = 0;
    for (int m = 0; m < 100; m++) {
      overlap += patterns.overlap(m, y, m) / 100;
    }
    assertThat(overlap).isCloseTo(0.4, within(4.9 * 2 * Math.sqrt(0.21 / 1e5)));
    assertThat(patterns.corrupted(0, 0, 1)).isEqualTo(patterns.y());
  }

  /** The sign of the sum of three patterns is a fixed point of H1, and so are all negatives. */
  @Test
  void mixturesAreSpuriousStates() {
    int n = 500;
    Patterns patterns = Patterns.random(3, n, 6);
    byte[] y = Arrays.copyOf(patterns.y(), 5 * n);
    for (int i = 0; i < n; i++) {
      y[3 * n + i] = (byte) Integer.signum(y[i] + y[n + i] + y[2 * n + i]);
      y[4 * n + i] = (byte) -y[i];
    }
    SpinParameters hebbian = StorageRule.hebbian(patterns, BACKEND);
    try (SpinSession session = BACKEND.open(hebbian.shape(), 5)) {
      session.setParameters(hebbian);
      Recall.Settled settled = Recall.settle(session, y, 5, Scan.SEQUENTIAL, 1);
      assertThat(Recall.fixedPoints(patterns, settled.y(), 5))
          .isEqualTo(new Recall.FixedPoints(3, 1, 1, 1));
      assertThat(settled.energy()[4]).isEqualTo(settled.energy()[0]);
      assertThat(settled.energy()[3]).isGreaterThan(settled.energy()[0]);
    }
  }

  /** Synchronous steps of two units that want to differ go round in a cycle of two states. */
  @Test
  void synchronousStepsMayCycle() {
    SpinParameters pair = SpinParameters.of(new float[] {0, -1, -1, 0}, new float[2]);
    int[] changes = new int[1];
    try (SpinSession session = BACKEND.open(pair.shape(), 1)) {
      session.setParameters(pair);
      session.setStates(new byte[] {1, 1}, 1);
      session.synchronous(7, changes);
      assertThat(changes).containsExactly(2);
      session.descend(2, Scan.SEQUENTIAL, 0, 1, changes);
      assertThat(changes).containsExactly(0);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.3, 2})
  void denseStepsDoNotRaiseTheEnergy(double beta) {
    Patterns patterns = Patterns.random(30, 50, 2);
    DenseHopfield dense = new DenseHopfield(patterns, beta);
    double[] x = new double[20 * 50];
    for (int k = 0; k < x.length; k++) {
      x[k] = Math.sin(k * k);
    }
    double[] before = new double[20];
    double[] after = new double[20];
    try (Workers workers = new Workers(2, "test")) {
      dense.step(x, 20, before, workers);
      for (int t = 0; t < 10; t++) {
        dense.step(x, 20, after, workers);
        for (int row = 0; row < 20; row++) {
          assertThat(after[row]).isLessThanOrEqualTo(before[row] + 1e-9);
        }
        System.arraycopy(after, 0, before, 0, 20);
      }
    }
  }

  /** Ten times as many patterns as units: D3 recalls all of them from a tenth of flipped units. */
  @Test
  void denseNetworksKeepMorePatternsThanUnits() {
    int n = 100;
    Patterns patterns = Patterns.random(1000, n, 3);
    try (Workers workers = new Workers(2, "test")) {
      DenseHopfield dense = new DenseHopfield(patterns, 1);
      byte[] recalled = dense.recall(patterns.corrupted(0.1f, 0, 1), 1000, 2, workers);
      assertThat(recalled).isEqualTo(patterns.y());
      // By hand: one pattern alone is where every step ends.
      Patterns one = Patterns.random(1, 5, 1);
      double[] x = {3, -1, 0.5, 0, 2};
      double product = 0;
      for (int i = 0; i < 5; i++) {
        product += one.y()[i] * x[i];
      }
      double[] energy = new double[1];
      new DenseHopfield(one, 0.5).step(x, 1, energy, workers);
      assertThat(energy[0]).isCloseTo(-product + 0.5 * (9 + 1 + 0.25 + 4), within(1e-12));
      for (int i = 0; i < 5; i++) {
        assertThat(x[i]).isEqualTo(one.y()[i]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(StorageRule.class)
  void modelsComeBackFromTheirFiles(StorageRule rule, @TempDir Path folder) throws IOException {
    Patterns patterns = Patterns.random(4, 12, 1);
    HopfieldModel model =
        new HopfieldModel(patterns, rule.label(), StorageRule.hebbian(patterns, BACKEND), 0);
    Path file = folder.resolve("m");
    model.write(file, Map.of("image_height", "3"));
    HopfieldModel read = HopfieldModel.read(file);
    assertThat(read.rule()).isEqualTo(rule.label());
    assertThat(read.parameters().values()).isEqualTo(model.parameters().values());
    assertThat(read.patterns().y()).isEqualTo(patterns.y());
    new HopfieldModel(patterns, HopfieldModel.DENSE, null, 0.25).write(file, Map.of());
    assertThat(HopfieldModel.read(file).beta()).isEqualTo(0.25);
  }

  @Test
  void damagedModelsAreRefused(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("m");
    NdArray patterns = NdArray.of(new float[] {1, 0.5f}, 1, 2);
    Map<String, String> dense =
        Map.of("format", "gibbsite", "model", "hopfield", "rule", "dense", "beta", "1");
    new Safetensors(dense, Map.of("patterns", patterns)).write(file);
    assertThatThrownBy(() -> HopfieldModel.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("pattern 0, unit 1 is 0: units are -1 or +1");
    new Safetensors(dense, Map.of("weight", patterns)).write(file);
    assertThatThrownBy(() -> HopfieldModel.read(file)).hasMessageContaining("'patterns'");
    Map<String, String> unknown =
        Map.of("format", "gibbsite", "model", "hopfield", "rule", "other");
    new Safetensors(
            unknown,
            Map.of(
                "patterns", NdArray.of(new float[] {1, -1}, 1, 2),
                "weight", NdArray.of(new float[4], 2, 2),
                "bias", NdArray.of(new float[2], 2)))
        .write(file);
    assertThatThrownBy(() -> HopfieldModel.read(file))
        .hasMessageContaining("unknown rule 'other': hebbian, pseudo-inverse, contrastive");
  }

  @Test
  void badArgumentsAreRefused() {
    Patterns patterns = Patterns.random(2, 3, 1);
    assertThatIllegalArgumentException().isThrownBy(() -> new Patterns(new byte[6], 2, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> new Patterns(new byte[5], 2, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> patterns.corrupted(1.5f, 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new DenseHopfield(patterns, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ContrastiveStorage.Options(0, 0, 0, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ContrastiveStorage.Options(1, 2, 0, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ContrastiveStorage.Options(1, 0, 0, 0, 1));
  }
}
