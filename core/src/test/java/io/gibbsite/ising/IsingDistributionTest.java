package io.gibbsite.ising;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.Workers;
import io.gibbsite.diagnostics.AutocorrelationTime;
import io.gibbsite.diagnostics.ChainDraws;
import io.gibbsite.rbm.LogPartition;
import io.gibbsite.rbm.RbmParameters;
import java.util.Arrays;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What sweeps sample: against enumeration, against Onsager, and against the same lattice as RBM.
 */
class IsingDistributionTest {
  /**
   * Independent lattices' means are held to so many standard errors, which are estimated from at
   * least 64 of them: by Student's t with 63 degrees of freedom, 6.5 are exceeded with 1.5e-8.
   */
  private static final double ERRORS = 6.5;

  /** The probability of every energy of a 4x4 lattice, and the mean |M|, M^2 and M^4. */
  private record Exact(TreeMap<Long, Double> energies, double[] moments, double logZ) {
    static Exact of(IsingParameters p) {
      TreeMap<Long, Double> weights = new TreeMap<>();
      double[] sums = new double[4];
      for (int state = 0; state < 1 << 16; state++) {
        int bonds = 0;
        int up = 0;
        for (int i = 0; i < 16; i++) {
          int s = spin(state, i);
          bonds += s * spin(state, (i + 4) % 16) + s * spin(state, i / 4 * 4 + (i + 1) % 4);
          up += s;
        }
        double energy = -p.coupling() * bonds - p.field() * up;
        double weight = Math.exp(-energy / p.temperature());
        weights.merge(key(energy), weight, Double::sum);
        double m = up / 16.0;
        double[] terms = {1, Math.abs(m), m * m, m * m * m * m};
        for (int k = 0; k < 4; k++) {
          sums[k] += weight * terms[k];
        }
      }
      double z = sums[0];
      weights.replaceAll((energy, weight) -> weight / z);
      return new Exact(
          weights, Arrays.stream(sums).skip(1).map(sum -> sum / z).toArray(), Math.log(z));
    }

    private static int spin(int state, int i) {
      return 2 * (state >> i & 1) - 1;
    }

    double meanEnergy() {
      return energies.entrySet().stream().mapToDouble(e -> e.getKey() * 1e-6 * e.getValue()).sum();
    }
  }

  private static long key(double energy) {
    return Math.round(energy * 1e6);
  }

  /** Energies of independent 4x4 lattices, each after 100 sweeps from fair spins. */
  private static double[] independent(IsingParameters p, int batches) {
    double[] all = new double[batches * 64];
    double[] energies = new double[64];
    try (Workers workers = new Workers(1, "test")) {
      IsingLattices lattices = IsingLattices.vector(new IsingShape(4, 4, 64), p, workers);
      for (int batch = 0; batch < batches; batch++) {
        lattices.random(1_000 + batch);
        lattices.sweep(100, 0, 1_000 + batch);
        lattices.energy(energies);
        System.arraycopy(energies, 0, all, batch * 64, 64);
      }
    }
    return all;
  }

  /**
   * Pearson's statistic over the energies that are expected at least 20 times, the rest together:
   * 12,800 independent draws. It is held to what a normal approximation of chi-square exceeds with
   * 1e-7 (Wilson and Hilferty); a probability p_k off by 0.02 gives several hundred.
   */
  private static void assertDistribution(double[] energies, Exact exact) {
    TreeMap<Long, Integer> counts = new TreeMap<>();
    for (double energy : energies) {
      counts.merge(key(energy), 1, Integer::sum);
    }
    assertThat(exact.energies().keySet()).containsAll(counts.keySet());
    double statistic = 0;
    int classes = 0;
    double rareExpected = 0;
    double rareFound = 0;
    for (var entry : exact.energies().entrySet()) {
      double expected = entry.getValue() * energies.length;
      double found = counts.getOrDefault(entry.getKey(), 0);
      if (expected < 20) {
        rareExpected += expected;
        rareFound += found;
      } else {
        statistic += (found - expected) * (found - expected) / expected;
        classes++;
      }
    }
    if (rareExpected > 20) {
      statistic += (rareFound - rareExpected) * (rareFound - rareExpected) / rareExpected;
      classes++;
    }
    double n = classes - 1;
    double limit = n * Math.pow(1 - 2 / (9 * n) + 5.2 * Math.sqrt(2 / (9 * n)), 3);
    assertThat(statistic).describedAs("%d classes", classes).isLessThan(limit);
  }

  @Test
  void smallLatticesHaveTheirExactDistribution() {
    for (IsingParameters p :
        new IsingParameters[] {
          IsingParameters.ferromagnet(3),
          new IsingParameters(2.5, 1, 0.3),
          new IsingParameters(3, -1, 0.5)
        }) {
      assertDistribution(independent(p, 200), Exact.of(p));
    }
  }

  @Test
  void theTestOfTheDistributionWouldCatchAnotherTemperature() {
    double[] energies = independent(IsingParameters.ferromagnet(3), 200);
    assertThatThrownBy(
            () -> assertDistribution(energies, Exact.of(IsingParameters.ferromagnet(2.9))))
        .isInstanceOf(AssertionError.class);
  }

  /** R1, and the lattice through the RBM's sessions: the same distribution. */
  @ParameterizedTest
  @ValueSource(strings = {"scalar", "vector"})
  void asAnRbmALatticeHasTheSameDistribution(String name) {
    IsingParameters p = new IsingParameters(3, 1, 0.2);
    Exact exact = Exact.of(p);
    IsingRbm lattice = new IsingRbm(4, 4, p);
    RbmParameters rbm = lattice.rbm();
    try (Workers workers = new Workers(1, "test")) {
      assertThat(LogPartition.exact(rbm, workers) + lattice.logZOffset())
          .isCloseTo(exact.logZ(), within(1e-5));
    }
    double[] energies = new double[200 * 64];
    double[] some = new double[64];
    try (Backend backend = Backends.named(name, new BackendOptions(2, Precision.FLOAT32));
        IsingLattices lattices = IsingLattices.rbm(new IsingShape(4, 4, 64), p, backend)) {
      for (int batch = 0; batch < 200; batch++) {
        lattices.random(1_000 + batch);
        lattices.sweep(100, 0, 1_000 + batch);
        lattices.energy(some);
        System.arraycopy(some, 0, energies, batch * 64, 64);
      }
    }
    assertDistribution(energies, exact);
    assertDistribution(independent(p, 200), exact);
  }

  /**
   * 64 independent lattices of 64x64 and their means over 800 sweeps after 200 of burn-in, from all
   * up. The correlation length is 2.1 sites at T = 3 and 2.2 at T = 2, so that energies differ from
   * those of the infinite lattice by about exp(-64 / 2.2) = 2e-13; the standard errors are at most
   * 3e-4, so an energy off by 0.3 % is found.
   */
  @Test
  void energiesAreOnsagers() {
    assertThat(Onsager.energy(2)).isCloseTo(-1.745565, within(5e-7));
    assertThat(Onsager.energy(3)).isCloseTo(-0.817310, within(5e-7));
    assertThat(Onsager.energy(Onsager.CRITICAL_TEMPERATURE)).isCloseTo(-Math.sqrt(2), within(1e-9));
    assertThat(Onsager.magnetisation(2)).isCloseTo(0.9113194, within(1e-6));
    for (double temperature : new double[] {2, 3}) {
      double[][] means = means(64, temperature, 200, 800);
      double[] energy = meanAndError(means[0]);
      assertThat(energy[1]).isBetween(0.0, 5e-4);
      assertThat(energy[0]).isCloseTo(Onsager.energy(temperature), within(ERRORS * energy[1]));
      if (temperature < Onsager.CRITICAL_TEMPERATURE) {
        double[] magnetisation = meanAndError(means[1]);
        assertThat(magnetisation[0])
            .isCloseTo(Onsager.magnetisation(temperature), within(ERRORS * magnetisation[1]));
      }
    }
  }

  /** Every lattice's mean energy and magnetisation of a site. */
  private static double[][] means(int size, double temperature, int burnIn, int sweeps) {
    int sites = size * size;
    double[][] means = new double[2][64];
    double[] energies = new double[64];
    long[] sums = new long[64];
    try (Workers workers = new Workers(1, "test")) {
      IsingLattices lattices =
          IsingLattices.vector(
              new IsingShape(size, size, 64), IsingParameters.ferromagnet(temperature), workers);
      lattices.sweep(burnIn, 0, 4);
      for (int t = 0; t < sweeps; t++) {
        lattices.sweep(1, burnIn + t, 4);
        lattices.energy(energies);
        lattices.magnetisation(sums);
        for (int k = 0; k < 64; k++) {
          means[0][k] += energies[k] / sites / sweeps;
          means[1][k] += (double) sums[k] / sites / sweeps;
        }
      }
    }
    return means;
  }

  private static double[] meanAndError(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    double square = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
    return new double[] {mean, Math.sqrt(square / (values.length - 1) / values.length)};
  }

  /**
   * A single lattice of 64 strips: its energy over 900 sweeps in 30 groups, whose means are nearly
   * independent at T = 3; Student's t with 29 degrees of freedom exceeds 7 with 1e-7.
   */
  @Test
  void aLatticeOfStripsHasOnsagersEnergyToo() {
    double[] groups = new double[30];
    double[] energy = new double[1];
    try (Workers workers = new Workers(2, "test")) {
      IsingShape shape = new IsingShape(256, 256, 1);
      IsingLattices lattice = IsingLattices.vector(shape, IsingParameters.ferromagnet(3), workers);
      lattice.sweep(200, 0, 6);
      for (int t = 0; t < 900; t++) {
        lattice.sweep(1, 200 + t, 6);
        lattice.energy(energy);
        groups[t / 30] += energy[0] / shape.sites() / 30;
      }
    }
    double[] mean = meanAndError(groups);
    assertThat(mean[1]).isLessThan(5e-4);
    assertThat(mean[0]).isCloseTo(Onsager.energy(3), within(7 * mean[1]));
  }

  /**
   * Moments of 4x4 lattices against enumeration, by the same 64 lattices over many sweeps; Binder's
   * cumulant of larger ones above and below T_c.
   */
  @Test
  void binderCumulantsAreThoseOfTheDistribution() {
    Exact exact = Exact.of(IsingParameters.ferromagnet(3));
    double expected = 1 - exact.moments()[2] / (3 * exact.moments()[1] * exact.moments()[1]);
    Moments small = moments(4, 3, 20_000);
    // 1.28 million measurements, correlated over about 5 sweeps: errors of 1e-3 at most.
    assertThat(small.binderCumulant()).isCloseTo(expected, within(0.01));
    assertThat(small.energy()).isCloseTo(exact.meanEnergy() / 16, within(0.01));
    assertThat(small.magnetisation()).isCloseTo(exact.moments()[0], within(0.01));
    assertThat(moments(32, 2, 200).binderCumulant()).isBetween(0.66, 2.0 / 3);
    assertThat(moments(32, 5, 500).binderCumulant()).isBetween(-0.1, 0.1);
  }

  /**
   * The error of a single lattice's mean against the spread of 100 such means, whose own relative
   * error is 7 %, and that of each from 50 groups 10 %: their ratio is held to 40 %, more than 5 of
   * its errors.
   */
  @Test
  void errorsAreTheSpreadOfMeans() {
    int runs = 100;
    double[][] means = new double[3][runs];
    double[] squares = new double[3];
    try (Workers workers = new Workers(1, "test")) {
      IsingLattices lattice =
          IsingLattices.vector(new IsingShape(16, 128, 1), IsingParameters.ferromagnet(3), workers);
      for (int run = 0; run < runs; run++) {
        Moments moments = new Moments(16 * 128);
        lattice.allUp();
        lattice.sweep(100, 0, run);
        for (int t = 0; t < 400; t++) {
          lattice.sweep(1, 100 + t, run);
          moments.add(lattice);
        }
        assertThat(moments.count()).isEqualTo(400);
        means[0][run] = moments.energy();
        means[1][run] = moments.magnetisation();
        squares[0] += moments.energyError() * moments.energyError() / runs;
        squares[1] += moments.magnetisationError() * moments.magnetisationError() / runs;
        means[2][run] = moments.binderCumulant();
        squares[2] += moments.binderError() * moments.binderError() / runs;
      }
    }
    for (int k = 0; k < 3; k++) {
      double spread = meanAndError(means[k])[1] * Math.sqrt(runs);
      assertThat(Math.sqrt(squares[k]) / spread).isBetween(0.6, 1.4);
    }
  }

  private static Moments moments(int size, double temperature, int sweeps) {
    Moments moments = new Moments(size * size);
    try (Workers workers = new Workers(1, "test")) {
      IsingLattices lattices =
          IsingLattices.vector(
              new IsingShape(size, size, 64), IsingParameters.ferromagnet(temperature), workers);
      lattices.sweep(200, 0, 9);
      for (int t = 0; t < sweeps; t++) {
        lattices.sweep(1, 200 + t, 9);
        moments.add(lattices);
      }
    }
    return moments;
  }

  /**
   * Near T_c the magnetisation forgets itself after about L^2.17 sweeps: at L = 24 more than a
   * hundred times as slowly as at T = 4. The factor asked for is 20.
   */
  @Test
  void sweepsSlowDownAtTheCriticalTemperature() {
    double critical = time(24, Onsager.CRITICAL_TEMPERATURE);
    double hot = time(24, 4);
    assertThat(hot).isBetween(0.5, 10.0);
    assertThat(critical).isGreaterThan(20 * hot);
  }

  private static double time(int size, double temperature) {
    int sweeps = 4_000;
    double[] series = new double[64 * sweeps];
    long[] sums = new long[64];
    try (Workers workers = new Workers(1, "test")) {
      IsingLattices lattices =
          IsingLattices.vector(
              new IsingShape(size, size, 64), IsingParameters.ferromagnet(temperature), workers);
      lattices.sweep(1_000, 0, 12);
      for (int t = 0; t < sweeps; t++) {
        lattices.sweep(1, 1_000 + t, 12);
        lattices.magnetisation(sums);
        for (int k = 0; k < 64; k++) {
          series[k * sweeps + t] = sums[k];
        }
      }
    }
    return AutocorrelationTime.of(new ChainDraws(series, 64, sweeps));
  }
}
