package io.gibbsite.ising;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.ScalarBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What lattices as an RBM of a backend have to be. */
public abstract class IsingRbmContract {
  /**
   * Standard errors that a mean of 64 independent lattices may be off: by Student's t with 63
   * degrees of freedom, 6.5 are exceeded with 1.5e-8.
   */
  private static final double ERRORS = 6.5;

  /** The backend under test; the caller closes it. */
  protected abstract Backend backend();

  @Test
  void theBitsAreThoseOfTheScalarBackend() {
    IsingParameters p = new IsingParameters(2.4, 1, 0.1);
    for (IsingShape shape : List.of(new IsingShape(6, 22, 64), new IsingShape(4, 128, 1))) {
      try (Backend mine = backend();
          Backend scalar = new ScalarBackend(new BackendOptions(1, Precision.FLOAT32));
          IsingLattices found = IsingLattices.rbm(shape, p, mine);
          IsingLattices expected = IsingLattices.rbm(shape, p, scalar)) {
        for (IsingLattices lattices : List.of(found, expected)) {
          lattices.random(3);
          lattices.sweep(3, 11, 5);
        }
        assertThat(found.spins).isDeepEqualTo(expected.spins);
      }
    }
  }

  /**
   * 64 lattices of 16x16, whose correlation length is 0.8 sites at T = 5 and 1.2 at T = 1.8: their
   * means differ from those of the infinite lattice by about exp(-16 / 1.2) = 1e-6.
   */
  @Test
  void energyIsOnsagersAndMagnetisationYangs() {
    IsingShape shape = new IsingShape(16, 16, 64);
    for (double temperature : new double[] {1.8, 5}) {
      Moments moments = new Moments(shape.sites());
      try (Backend backend = backend();
          IsingLattices lattices =
              IsingLattices.rbm(shape, IsingParameters.ferromagnet(temperature), backend)) {
        lattices.sweep(50, 0, 2);
        for (int t = 50; t < 350; t += 2) {
          lattices.sweep(2, t, 2);
          moments.add(lattices);
        }
      }
      assertThat(moments.energyError()).isBetween(1e-5, 2e-3);
      assertThat(moments.energy())
          .isCloseTo(Onsager.energy(temperature), within(ERRORS * moments.energyError()));
      if (temperature < Onsager.CRITICAL_TEMPERATURE) {
        assertThat(moments.magnetisation())
            .isCloseTo(
                Onsager.magnetisation(temperature), within(ERRORS * moments.magnetisationError()));
      }
    }
  }
}
