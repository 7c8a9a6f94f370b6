package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.sampler.Gibbs;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small machines, all of whose states can be listed. The scalar session is tested; the contract
 * holds the others to its bits.
 *
 * <p>Stationarity: chains start from the exact distribution, make one sweep, and must then be
 * distributed exactly as (v, h). A chi-square test fails a right sampler with a probability of 1e-8
 * for each of the fewer than 50 cases, and fails one whose temperature is 3 % off. Seeds are fixed,
 * so a test that passes once passes always.
 */
class RbmEnumerationTest {
  private static final int CHAINS = 200_000;
  private static final int CELLS = 200;

  /** The standard normal quantile of 1 - 1e-8. */
  private static final double Z_SCORE = 5.612;

  static Stream<RbmShape> shapes() {
    return Stream.concat(
        IntStream.range(0, 36).mapToObj(k -> new RbmShape(1 + k / 6, 1 + k % 6)),
        Stream.of(new RbmShape(12, 12)));
  }

  private static RbmParameters model(RbmShape shape) {
    return Models.random(
        shape, 1.2 / Math.sqrt(Math.max(1, shape.visible() / 4)), shape.hashCode());
  }

  private static RbmSession open(RbmParameters model, int rows) {
    RbmSession session = new RbmScalar(model.shape(), rows);
    session.setParameters(model);
    return session;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void conditionalsAndFreeEnergyAreSumsOverStates(RbmShape shape) {
    RbmParameters model = model(shape);
    RbmDouble exact = RbmDouble.rounded(model);
    try (RbmSession session = open(model, 1)) {
      int nv = shape.visible();
      int nh = shape.hidden();
      // All states of a small side, some of a large one.
      for (int given = 0; given < 1 << nv; given += 1 << Math.max(0, nv - 6)) {
        byte[] v = Models.bits(given, nv);
        double[] sums = new double[nh + 1];
        for (int state = 0; state < 1 << nh; state++) {
          byte[] h = Models.bits(state, nh);
          add(sums, h, Math.exp(-exact.energy(v, 0, h)));
        }
        double[] energy = new double[1];
        session.freeEnergy(v, 1, energy);
        assertThat(Math.abs(energy[0] + Math.log(sums[nh]))).isLessThan(1e-5);
        float[] p = new float[nh];
        session.hiddenProbabilities(v, 1, p);
        assertConditional(p, sums);
      }
      for (int given = 0; given < 1 << nh; given += 1 << Math.max(0, nh - 6)) {
        byte[] h = Models.bits(given, nh);
        double[] sums = new double[nv + 1];
        for (int state = 0; state < 1 << nv; state++) {
          byte[] v = Models.bits(state, nv);
          add(sums, v, Math.exp(-exact.energy(v, 0, h)));
        }
        float[] p = new float[nv];
        session.visibleProbabilities(h, 1, p);
        assertConditional(p, sums);
      }
    }
  }

  /** Adds a state's weight to the sums of the units that are 1, and to the last, that of all. */
  private static void add(double[] sums, byte[] state, double weight) {
    for (int k = 0; k < state.length; k++) {
      sums[k] += weight * state[k];
    }
    sums[state.length] += weight;
  }

  private static void assertConditional(float[] p, double[] sums) {
    for (int k = 0; k < p.length; k++) {
      assertThat(Math.abs(p[k] - sums[k] / sums[p.length])).isLessThan(1e-6);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void oneSweepKeepsTheExactDistribution(RbmShape shape) {
    Exact exact = new Exact(model(shape), 1);
    assertThat(exact.chiSquare(1f, null)).isLessThan(exact.limit());
  }

  @ParameterizedTest
  @ValueSource(floats = {0.5f, 3f})
  void anotherTemperatureKeepsItsOwn(float temperature) {
    Exact exact = new Exact(model(new RbmShape(5, 4)), temperature);
    assertThat(exact.chiSquare(temperature, null)).isLessThan(exact.limit());
  }

  @ParameterizedTest
  @ValueSource(strings = {"6x6", "5x4", "12x12"})
  void clampedUnitsKeepTheExactDistributionToo(String text) {
    RbmShape shape = RbmShape.parse(text);
    boolean[] mask = new boolean[shape.visible()];
    Arrays.fill(mask, 0, 2, true);
    Exact exact = new Exact(model(shape), 1);
    assertThat(exact.chiSquare(1f, mask)).isLessThan(exact.limit());
  }

  @ParameterizedTest
  @ValueSource(strings = {"6x6", "5x4", "12x12"})
  void aTemperatureThreePercentOffIsCaught(String text) {
    Exact exact = new Exact(model(RbmShape.parse(text)), 1);
    assertThat(exact.chiSquare(1.03f, null)).isGreaterThan(exact.limit());
    assertThat(exact.chiSquare(0.97f, null)).isGreaterThan(exact.limit());
  }

  /**
   * The exact distribution of (v, h) of the rounded model at a temperature, its states pooled by
   * falling probability into at most {@link #CELLS} cells of about the same.
   */
  private static final class Exact {
    final RbmParameters model;
    final int nv;
    final int nh;
    final double[] visible;
    final int[] cellOf;
    final double[] cells;

    Exact(RbmParameters model, double temperature) {
      this.model = model;
      nv = model.shape().visible();
      nh = Math.min(model.shape().hidden(), 8);
      RbmDouble exact = RbmDouble.rounded(model);
      double[] joint = new double[1 << nv + nh];
      visible = new double[1 << nv];
      double total = 0;
      for (int v = 0; v < visible.length; v++) {
        byte[] states = Models.bits(v, nv);
        double weight = 1;
        double[] odds = new double[model.shape().hidden()];
        for (int j = 0; j < odds.length; j++) {
          odds[j] = Math.exp(exact.hiddenInput(states, 0, j) / temperature);
          weight *= 1 + odds[j];
        }
        double biases = 0;
        for (int i = 0; i < nv; i++) {
          biases += states[i] * model.visibleBias(i);
        }
        visible[v] = weight * Math.exp(biases / temperature);
        total += visible[v];
        // Only the first nh hidden units are told apart: the others are summed over.
        for (int h = 0; h < 1 << nh; h++) {
          double p = visible[v];
          for (int j = 0; j < nh; j++) {
            p *= (h >> j & 1) == 1 ? odds[j] / (1 + odds[j]) : 1 / (1 + odds[j]);
          }
          joint[v << nh | h] = p;
        }
      }
      for (int v = 0; v < visible.length; v++) {
        visible[v] /= total;
      }
      cellOf = new int[joint.length];
      double[] pooled = new double[CELLS];
      Integer[] order = IntStream.range(0, joint.length).boxed().toArray(Integer[]::new);
      Arrays.sort(order, Comparator.comparingDouble(state -> -joint[state]));
      int cell = 0;
      for (Integer state : order) {
        if (pooled[cell] >= 1.0 / CELLS && cell < CELLS - 1) {
          cell++;
        }
        cellOf[state] = cell;
        pooled[cell] += joint[state] / total;
      }
      // What little is left over joins the cell before.
      if (cell > 0 && pooled[cell] * CHAINS < 20) {
        pooled[cell - 1] += pooled[cell];
        for (int state = 0; state < cellOf.length; state++) {
          cellOf[state] = Math.min(cellOf[state], cell - 1);
        }
        cell--;
      }
      cells = Arrays.copyOf(pooled, cell + 1);
    }

    /** Wilson and Hilferty's quantile of chi-square. */
    double limit() {
      double freedom = cells.length - 1;
      double t = 2 / (9 * freedom);
      return freedom * Math.pow(1 - t + Z_SCORE * Math.sqrt(t), 3);
    }

    double chiSquare(float temperature, boolean[] clamp) {
      int hidden = model.shape().hidden();
      byte[] v = start();
      byte[] h = new byte[CHAINS * hidden];
      try (RbmSession session = open(model, CHAINS)) {
        session.setVisible(v, CHAINS);
        session.clamp(clamp);
        session.gibbs(new Gibbs(1, temperature, 3), 17);
        session.readVisible(v);
        session.readHidden(h);
      }
      int[] counts = new int[cells.length];
      for (int chain = 0; chain < CHAINS; chain++) {
        int state = number(v, chain * nv, nv) << nh | number(h, chain * hidden, nh);
        counts[cellOf[state]]++;
      }
      double sum = 0;
      for (int cell = 0; cell < cells.length; cell++) {
        double expected = cells[cell] * CHAINS;
        sum += (counts[cell] - expected) * (counts[cell] - expected) / expected;
      }
      return sum;
    }

    /** Visible states drawn from their exact distribution. */
    private byte[] start() {
      double[] cumulative = visible.clone();
      Arrays.parallelPrefix(cumulative, Double::sum);
      SplittableRandom random = new SplittableRandom(nv * 31L + nh);
      byte[] v = new byte[CHAINS * nv];
      for (int chain = 0; chain < CHAINS; chain++) {
        int found = Arrays.binarySearch(cumulative, random.nextDouble());
        int state = Math.min(found < 0 ? -found - 1 : found, visible.length - 1);
        System.arraycopy(Models.bits(state, nv), 0, v, chain * nv, nv);
      }
      return v;
    }

    private static int number(byte[] states, int at, int units) {
      int number = 0;
      for (int k = 0; k < units; k++) {
        number |= states[at + k] << k;
      }
      return number;
    }
  }
}
