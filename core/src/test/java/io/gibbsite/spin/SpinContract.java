package io.gibbsite.spin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every backend's {@link SpinSession} must do: the same bits as the plain loops, which in turn
 * are held to the formulas; a backend's test is a subclass.
 *
 * <p>Inputs are fixed by their seeds, so a test that passes once passes always.
 */
public abstract class SpinContract {
  private static final String MODELS = "io.gibbsite.spin.SpinContract#models";
  private static final int[] COUNTS = {1, 32, 33, 100};
  private static final int[] THREADS = {1, 2, 5};
  private static final long SEED = 0x123456789abcdefL;

  /** The backend under test, with that many threads. */
  protected abstract Backend backend(int threads);

  static Stream<SpinParameters> models() {
    return Stream.of(
        Networks.random(1, 1, 1, 1),
        Networks.random(2, 1, 1, 2),
        Networks.random(3, 1, 1, 3),
        Networks.random(7, 0.5, 1, 4),
        Networks.random(33, 0.3, 1, 5),
        Networks.random(130, 0.1, 1, 6),
        Networks.random(90, 0.5, 0.05, 7),
        huge());
  }

  /** Couplings whose sums need bits to be given up, and one that leaves few for the others. */
  private static SpinParameters huge() {
    int n = 150;
    float[] weight = new float[n * n];
    Arrays.fill(weight, 0.01f);
    for (int i = 0; i < n; i++) {
      weight[i * n + i] = 0;
    }
    weight[1] = weight[n] = -400;
    return SpinParameters.of(weight, new float[n]);
  }

  /** Everything that a session leaves behind, on a path through all that it does. */
  private static List<Object> path(SpinSession session, SpinParameters model, int chains) {
    int n = model.units();
    List<Object> results = new ArrayList<>();
    boolean[] held = new boolean[n];
    for (int i = 0; i < n; i += 3) {
      held[i] = true;
    }
    session.setParameters(model);
    session.setStates(SpinStates.random(n, chains, 11), chains);
    for (Scan scan : Scan.values()) {
      session.gibbs(Gibbs.sweeps(3).temperature(1.5f).from(5, 3), scan, SEED);
      look(session, results);
      session.clamp(held);
      session.gibbs(Gibbs.sweeps(2), scan, SEED);
      look(session, results);
      int[] changes = new int[chains];
      session.descend(2, scan, 7, SEED, changes);
      results.add(changes);
      look(session, results);
      session.synchronous(1, changes);
      results.add(changes.clone());
      look(session, results);
      session.clamp(null);
    }
    float[] base = new float[n];
    for (int i = 0; i < n; i++) {
      base[i] = 0.1f * (i % 7 - 3);
    }
    double[] logWeights = new double[chains];
    session.anneal(new Annealing(new float[] {0, 0, 0.3f, 1}, base, 3), SEED, logWeights);
    results.add(logWeights);
    look(session, results);
    return results;
  }

  private static boolean same(Object a, Object b) {
    return Arrays.deepEquals(new Object[] {a}, new Object[] {b});
  }

  private static void look(SpinSession session, List<Object> results) {
    byte[] y = new byte[session.chains() * session.shape().units()];
    double[] energy = new double[session.chains()];
    int[] sums = new int[session.shape().parameterCount()];
    Arrays.fill(energy, Double.NaN);
    Arrays.fill(sums, 99);
    session.readStates(y);
    session.energies(energy);
    session.statistics(sums);
    results.addAll(List.of(y, energy, sums));
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void everyPathHasTheBitsOfThePlainLoops(SpinParameters model) {
    for (int chains : COUNTS) {
      List<Object> expected;
      try (SpinSession scalar = new SpinScalar(model.shape(), chains)) {
        expected = path(scalar, model, chains);
      }
      for (int threads : THREADS) {
        try (Backend backend = backend(threads);
            SpinSession session = backend.open(model.shape(), chains)) {
          List<Object> found = path(session, model, chains);
          for (int k = 0; k < expected.size(); k++) {
            assertThat(same(found.get(k), expected.get(k))).describedAs("result %d", k).isTrue();
          }
        }
      }
    }
  }

  /** E2 against E1 in double of the unrounded parameters. */
  @ParameterizedTest
  @MethodSource(MODELS)
  void energiesAreThoseOfTheFormula(SpinParameters model) {
    int n = model.units();
    int chains = 40;
    // Each of n (n - 1) / 2 couplings and n biases is rounded by at most s / 2.
    double bound = 1e-12 + 0.25 * FixedPointCouplings.of(model).scale() * n * (n + 1);
    try (Backend backend = backend(2);
        SpinSession session = backend.open(model.shape(), chains)) {
      session.setParameters(model);
      session.setStates(SpinStates.random(n, chains, 2), chains);
      double[] energy = new double[chains];
      session.energies(energy);
      session.gibbs(Gibbs.sweeps(5), Scan.SEQUENTIAL, SEED);
      session.energies(energy);
      byte[] y = new byte[chains * n];
      session.readStates(y);
      for (int c = 0; c < chains; c++) {
        assertThat(energy[c]).isCloseTo(model.energy(y, c * n), within(bound));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Scan.class)
  void energyNeverRisesAtTemperatureZero(Scan scan) {
    for (SpinParameters model : models().toList()) {
      int n = model.units();
      int chains = 100;
      try (Backend backend = backend(2);
          SpinSession session = backend.open(model.shape(), chains)) {
        session.setParameters(model);
        session.setStates(SpinStates.random(n, chains, 3), chains);
        double[] before = new double[chains];
        double[] after = new double[chains];
        byte[] y = new byte[chains * n];
        byte[] z = new byte[chains * n];
        int[] changes = new int[chains];
        session.energies(before);
        int most = 1;
        for (int t = 0; most > 0; t++) {
          session.readStates(y);
          session.descend(1, scan, t, SEED, changes);
          session.readStates(z);
          session.energies(after);
          most = 0;
          for (int c = 0; c < chains; c++) {
            boolean moved = !Arrays.equals(y, c * n, (c + 1) * n, z, c * n, (c + 1) * n);
            assertThat(changes[c] > 0).isEqualTo(moved);
            // A unit that changes had a field against it: the energy falls, exactly.
            assertThat(after[c] < before[c]).isEqualTo(moved);
            assertThat(after[c]).isLessThanOrEqualTo(before[c]);
            most = Math.max(most, changes[c]);
          }
          System.arraycopy(after, 0, before, 0, chains);
          assertThat(t).isLessThan(1_000);
        }
      }
    }
  }

  @Test
  void badArgumentsAreRefused() {
    SpinParameters model = Networks.random(5, 1, 1, 1);
    try (Backend backend = backend(1);
        SpinSession session = backend.open(model.shape(), 4)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> session.gibbs(Gibbs.sweeps(1), Scan.SEQUENTIAL, 1))
          .withMessageContaining("setParameters");
      session.setParameters(model);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.setParameters(Networks.random(6, 1, 1, 1)))
          .withMessageContaining("6 units for a session of 5");
      byte[] y = new byte[20];
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.setStates(y, 4))
          .withMessageContaining("y is 0 at row 0, unit 0: a state is -1 or +1");
      assertThatIllegalArgumentException().isThrownBy(() -> session.setStates(y, 5));
      session.setStates(SpinStates.random(5, 4, 1), 4);
      assertThatIllegalArgumentException().isThrownBy(() -> session.clamp(new boolean[4]));
      assertThatIllegalArgumentException().isThrownBy(() -> session.energies(new double[3]));
      assertThatIllegalArgumentException().isThrownBy(() -> session.statistics(new int[29]));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.descend(-1, Scan.RANDOM, 0, 1, new int[4]));
      Annealing short4 = new Annealing(new float[] {0, 1}, new float[4], 0);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.anneal(short4, 1, new double[4]));
      session.clamp(new boolean[] {true, false, false, false, false});
      Annealing whole = new Annealing(new float[] {0, 1}, new float[5], 0);
      assertThatIllegalStateException()
          .isThrownBy(() -> session.anneal(whole, 1, new double[4]))
          .withMessageContaining("clamp(null)");
      SpinSession closed = backend.open(model.shape(), 4);
      closed.close();
      assertThatIllegalStateException().isThrownBy(() -> closed.readStates(y));
    }
  }
}
