package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.ising.Moments;
import io.gibbsite.ising.Onsager;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the benchmarks of spins compute is right, whatever time it takes. */
class SpinWorkTest {
  private static Backend backend(String name) {
    return Backends.named(name, new BackendOptions(1, Precision.FLOAT32));
  }

  /**
   * At T = 3, where the correlation length is 2.1 sites, over at least 30 sweeps of burn-in and 48
   * measurements or more: 64 lattices, whose mean exceeds 6.5 standard errors with 1.5e-8
   * (Student's t, 63 degrees of freedom), or 32 to 63 stretches of one, 9 errors with 1e-9 (31
   * degrees).
   */
  @Test
  void sweptLatticesHaveOnsagersEnergy() {
    for (String name :
        Backends.report().stream()
            .filter(Backends.Status::available)
            .map(Backends.Status::name)
            .toList()) {
      for (int size : new int[] {64, 128}) {
        IsingWork work = new IsingWork(size, size == 64 ? 64 : 1, 3);
        Moments moments = new Moments(size * size);
        try (Backend backend = backend(name)) {
          if (size == 128 && !List.of("scalar", "vector").contains(name)) {
            assertThatThrownBy(() -> work.prepare(backend))
                .isInstanceOf(BackendUnavailableException.class);
            continue;
          }
          try (IsingWork.Run run = work.prepare(backend)) {
            for (int sweeps = 0; sweeps < 30; sweeps += work.steps()) {
              run.run();
            }
            for (int k = 0; k < 48; k++) {
              run.run();
              moments.add(run.lattices());
            }
          }
        }
        assertThat(moments.energyError()).isBetween(1e-6, 2e-3);
        assertThat(moments.energy())
            .describedAs("%s, %d", name, size)
            .isCloseTo(Onsager.energy(3), within((size == 64 ? 6.5 : 9) * moments.energyError()));
      }
    }
  }

  @Test
  void statesOfTheMachineAreThoseOfTheScalarBackend() {
    BoltzmannWork work = new BoltzmannWork(37, 40);
    byte[] vector = states("vector", work);
    assertThat(vector).containsOnly(-1, 1).isEqualTo(states("scalar", work));
    try (Backend backend = backend("vector");
        BoltzmannWork.Run run = work.prepare(backend)) {
      assertThat(run.states()).as("before").isNotEqualTo(vector);
    }
  }

  private static byte[] states(String name, BoltzmannWork work) {
    try (Backend backend = backend(name);
        BoltzmannWork.Run run = work.prepare(backend)) {
      run.run();
      run.run();
      return run.states();
    }
  }

  @Test
  void couplingsAreSymmetricAndHaveVarianceOneOverUnits() {
    float[] w = new BoltzmannWork(200, 1).parameters().weights();
    double squares = 0;
    for (float each : w) {
      squares += each * each;
    }
    // 19,900 independent normals: a relative standard error of 1 %.
    assertThat(squares / 199).isCloseTo(1, within(0.06));
  }

  @Test
  void shapesAreAsThePeersReadThem() {
    assertThat(SpinWork.lattices())
        .extracting(work -> work.name() + " " + work.shape() + " " + work.batch())
        .containsExactly("ising 64x64 64", "ising 1024x1024 1", "ising 4096x4096 1");
    assertThat(SpinWork.lattices(64).updates()).isEqualTo(64.0 * 64 * 64);
    assertThat(new BoltzmannWork(1000, 256).shape()).isEqualTo("1000");
    assertThat(new BoltzmannWork(1000, 256).updates()).isEqualTo(256_000);
  }

  @Test
  void theTableIsAsWideAsItsHeader() {
    List<String> peers = List.of("numpy", "jax");
    SpinResult.PeerRate numpy = new SpinResult.PeerRate("numpy", "1", 0.5, 0.01, 0.25);
    SpinResult result =
        new SpinResult(
            "ising",
            "64x64",
            64,
            "vector",
            "vector (512-bit)",
            "multi-spin coding",
            1,
            6.6e-5,
            0.02,
            50,
            970_000,
            3.97,
            List.of(numpy),
            15.9);
    assertThat(SpinTable.row(result, peers))
        .hasSameSizeAs(SpinTable.header(peers))
        .contains("3.9700", "0.2500", " - ", "15.90");
  }
}
