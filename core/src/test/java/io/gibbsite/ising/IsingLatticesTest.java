package io.gibbsite.ising;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.Workers;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.sampler.Gibbs;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sweeps against the card as it is written, and implementations against each other. */
class IsingLatticesTest {
  private static final List<IsingShape> SHAPES =
      List.of(
          new IsingShape(4, 4, 64),
          new IsingShape(6, 34, 64),
          new IsingShape(10, 16, 64),
          new IsingShape(4, 128, 1),
          new IsingShape(6, 384, 1),
          new IsingShape(34, 2048, 1));

  private static final List<IsingParameters> PARAMETERS =
      List.of(
          IsingParameters.ferromagnet(2.3),
          new IsingParameters(1.5, -1, 0.4),
          new IsingParameters(0.05, 1, 0.1));

  private static int[][] spins(IsingLattices lattices, int lattice) {
    IsingShape shape = lattices.shape();
    int[][] spins = new int[shape.rows()][shape.columns()];
    for (int y = 0; y < shape.rows(); y++) {
      for (int x = 0; x < shape.columns(); x++) {
        spins[y][x] = lattices.spin(lattice, y, x);
      }
    }
    return spins;
  }

  private static int neighbours(int[][] s, int y, int x) {
    int rows = s.length;
    int columns = s[0].length;
    return s[(y + 1) % rows][x]
        + s[(y + rows - 1) % rows][x]
        + s[y][(x + 1) % columns]
        + s[y][(x + columns - 1) % columns];
  }

  /** One sweep of one lattice, site by site, from whole 64-bit numbers. */
  private static void sweep(
      int[][] s, int lattice, IsingShape shape, IsingParameters p, long seed) {
    boolean strips = shape.lattices() == 1;
    int strip = strips ? shape.columns() / 64 : shape.columns();
    for (int colour = 0; colour < 2; colour++) {
      DrawStream stream = colour == 0 ? DrawStream.VISIBLE_GIBBS : DrawStream.HIDDEN_GIBBS;
      for (int y = 0; y < shape.rows(); y++) {
        for (int x = (y + colour) % 2; x < shape.columns(); x += 2) {
          int bit = strips ? x / strip : lattice;
          int word = x % strip / 2;
          long u = 0;
          int[] draw = new int[4];
          for (int digit = 0; digit < 64; digit++) {
            Draws.words(seed, stream, 7, y * strip / 2 + word, digit / 2, draw);
            long half = draw[digit % 2 * 2 + bit / 32] >>> bit % 32 & 1;
            u |= half << 63 - digit;
          }
          int up = (neighbours(s, y, x) + 4) / 2;
          s[y][x] = Long.compareUnsigned(u, p.threshold(up)) < 0 ? 1 : -1;
        }
      }
    }
  }

  @Test
  void aSweepIsThatOfTheCard() {
    try (Workers workers = new Workers(1, "test")) {
      for (IsingShape shape : SHAPES.subList(0, 5)) {
        for (IsingParameters p : PARAMETERS) {
          IsingLattices lattices = new IsingScalar(shape, p, workers);
          lattices.random(3);
          int lattice = shape.lattices() - 1;
          int[][] expected = spins(lattices, lattice);
          sweep(expected, lattice, shape, p, 11);
          lattices.sweep(1, 7, 11);
          assertThat(spins(lattices, lattice))
              .describedAs("%s, %s", shape, p)
              .isDeepEqualTo(expected);
        }
      }
    }
  }

  @Test
  @Tag("vector-width")
  void vectorsGiveTheBitsOfPlainLoopsForAnyNumberOfThreads() {
    for (IsingShape shape : SHAPES) {
      for (IsingParameters p : PARAMETERS) {
        try (Workers one = new Workers(1, "test")) {
          IsingLattices reference = new IsingScalar(shape, p, one);
          reference.random(5);
          reference.sweep(5, (1L << 40) - 2, 99);
          for (int threads : new int[] {1, 2, 5}) {
            try (Workers workers = new Workers(threads, "test")) {
              IsingLattices lattices = new IsingVector(shape, p, workers);
              lattices.random(5);
              lattices.sweep(3, (1L << 40) - 2, 99);
              lattices.sweep(2, (1L << 40) + 1, 99);
              assertThat(lattices.spins)
                  .describedAs("%s, %s, %d threads", shape, p, threads)
                  .isDeepEqualTo(reference.spins);
            }
          }
        }
      }
    }
  }

  @Test
  void asAnRbmSweepsAreThoseOfItsCardFromTheSameFirstSpins() {
    for (IsingShape shape : SHAPES.subList(0, 5)) {
      IsingParameters p = new IsingParameters(2.4, 1, 0.1);
      IsingRbm model = new IsingRbm(shape.rows(), shape.columns(), p);
      int half = shape.sites() / 2;
      byte[] v = new byte[shape.lattices() * half];
      byte[] h = new byte[v.length];
      List<long[][]> spins = new ArrayList<>();
      for (String name : List.of("scalar", "vector")) {
        try (Workers workers = new Workers(1, "test");
            Backend backend = Backends.named(name, new BackendOptions(2, Precision.FLOAT32));
            RbmSession session = backend.open(model.rbm().shape(), shape.lattices());
            IsingLattices lattices = IsingLattices.rbm(shape, p, backend)) {
          assertThat(lattices.method()).isEqualTo("as an RBM");
          IsingLattices multiSpin = IsingLattices.vector(shape, p, workers);
          lattices.sweep(1, 0, 1); // What follows must not depend on it.
          lattices.random(5);
          multiSpin.random(5);
          assertThat(lattices.spins).isDeepEqualTo(multiSpin.spins);
          lattices.sweep(0, 0, 5);
          for (int k = 0; k < v.length; k++) {
            int y = k % half * 2 / shape.columns();
            int x = k % half * 2 % shape.columns() + 1 - y % 2;
            v[k] = (byte) (lattices.spin(k / half, y, x) == 1 ? 1 : 0);
          }
          session.setParameters(model.rbm());
          session.setVisible(v, shape.lattices());
          session.gibbs(new Gibbs(5, 1, 9), 7);
          lattices.sweep(2, 9, 7);
          lattices.sweep(3, 11, 7);
          session.readVisible(v);
          session.readHidden(h);
          double[] expected = new double[shape.lattices()];
          double[] energies = new double[shape.lattices()];
          model.energy(v, h, shape.lattices(), expected);
          lattices.energy(energies);
          assertThat(energies).containsExactly(expected, within(1e-6 * shape.sites()));
          spins.add(lattices.spins);
        }
      }
      assertThat(spins.get(0)).isDeepEqualTo(spins.get(1));
    }
  }

  @Test
  void aLatticeTooLargeForDenseWeightsIsRefused() {
    try (Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32))) {
      assertThatThrownBy(
              () ->
                  IsingLattices.rbm(
                      new IsingShape(66, 64, 64), IsingParameters.ferromagnet(2), backend))
          .isInstanceOf(BackendUnavailableException.class)
          .hasMessage(
              "backend scalar computes a lattice as an RBM with dense weights: at most 4096 sites,"
                  + " not 4224 (64 lattices of 66x64); take vector or scalar");
    }
  }

  @Test
  void measurementsAreThoseOfTheSpins() {
    try (Workers workers = new Workers(1, "test")) {
      for (IsingShape shape : SHAPES) {
        IsingParameters p = new IsingParameters(2, 0.7, 0.3);
        IsingLattices lattices = IsingLattices.vector(shape, p, workers);
        lattices.random(8);
        lattices.sweep(2, 0, 1);
        double[] energies = new double[shape.lattices()];
        long[] magnetisation = new long[shape.lattices()];
        lattices.energy(energies);
        lattices.magnetisation(magnetisation);
        for (int lattice = 0; lattice < energies.length; lattice += 21) {
          int[][] s = spins(lattices, lattice);
          double energy = 0;
          long sum = 0;
          for (int y = 0; y < shape.rows(); y++) {
            for (int x = 0; x < shape.columns(); x++) {
              energy -= 0.7 * s[y][x] * neighbours(s, y, x) / 2 + 0.3 * s[y][x];
              sum += s[y][x];
            }
          }
          assertThat(energies[lattice]).isCloseTo(energy, within(1e-6 * shape.sites()));
          assertThat(magnetisation[lattice]).isEqualTo(sum);
        }
        lattices.allUp();
        lattices.energy(energies);
        assertThat(energies[0]).isCloseTo(-shape.sites() * (2 * 0.7 + 0.3), within(1e-6));
      }
    }
  }

  @Test
  void thresholdsAreTheProbabilitiesToTheirLastBit() {
    IsingParameters p = IsingParameters.ferromagnet(2);
    assertThat(p.threshold(2)).isEqualTo(Long.MIN_VALUE); // one half
    for (int k = 0; k <= 4; k++) {
      double upper = (p.threshold(k) >>> 1) * 0x1p-63;
      assertThat(upper).isCloseTo(1 / (1 + Math.exp(-2 * (2 * k - 4) / 2.0)), within(1e-15));
    }
    assertThat(IsingParameters.ferromagnet(0.01).threshold(4)).isEqualTo(-1L);
    assertThat(IsingParameters.ferromagnet(0.01).threshold(0)).isZero();
  }

  @Test
  void wrongShapesAndParametersAreRefused() {
    assertThatThrownBy(() -> new IsingShape(5, 8, 64))
        .hasMessage("the rows must be at least 4 and a multiple of 2, not 5");
    assertThatThrownBy(() -> new IsingShape(2, 8, 64)).hasMessageContaining("the rows");
    assertThatThrownBy(() -> new IsingShape(8, 192, 1))
        .hasMessage("the columns must be at least 4 and a multiple of 128, not 192");
    assertThatThrownBy(() -> new IsingShape(8, 8, 7)).hasMessageContaining("1 or 64 lattices");
    assertThatThrownBy(() -> IsingParameters.ferromagnet(0))
        .hasMessage("the temperature cannot be 0.0");
    assertThatThrownBy(() -> new IsingParameters(1, Double.NaN, 0))
        .hasMessageContaining("coupling");
  }
}
