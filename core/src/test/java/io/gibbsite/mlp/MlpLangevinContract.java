package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Backend;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Langevin dynamics. */
interface MlpLangevinContract extends MlpBackend {
  @ParameterizedTest
  @MethodSource(ModelCase.ALL)
  default void langevinFollowsTheFormula(ModelCase model) {
    Langevin langevin =
        Langevin.steps(4).stepSize(0.05f).clip(0.8f).box(-2f, 2.5f).from((1L << 32) - 2, 4);
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      for (int n : model.batches()) {
        float[] x = Samples.input(n * d, 1.5, n);
        double[] exact = Samples.wide(x, n * d);
        double[] gradient = new double[n * d];
        float[] normals = new float[d];
        for (int t = 0; t < langevin.steps(); t++) {
          trio.exact.inputGradient(exact, n, null, gradient);
          for (int i = 0; i < n; i++) {
            Draws.normals(5, DrawStream.LANGEVIN, langevin.firstStep() + t, i, normals, 0, d);
            for (int j = 0; j < d; j++) {
              double g = Math.clamp(gradient[i * d + j], -0.8f, 0.8f);
              double moved =
                  exact[i * d + j] - langevin.stepSize() * g + langevin.noise() * normals[j];
              exact[i * d + j] = Math.clamp(moved, -2.0, 2.5);
            }
          }
        }
        float[] scalar = new float[n * d];
        trio.scalar.setChains(x, n);
        trio.scalar.langevin(langevin, 5);
        trio.scalar.readChains(scalar);
        float[] got = Samples.output(n * d);
        trio.session.setChains(x, n);
        assertThat(trio.session.chains()).isEqualTo(n);
        trio.session.langevin(langevin, 5);
        trio.session.readChains(got);
        Tolerance.check(n + " chains", Samples.written(got), scalar, exact, Tolerance.scale(exact));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  default void langevinRecordsTheEnergyOfEachStepsFirstState(Activation activation) {
    ModelCase model = ModelCase.of("3-5-4-1", activation, true);
    int n = 33;
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      float[] x = Samples.input(n * 3, 1, 1);
      Langevin langevin = Langevin.steps(3).stepSize(0.02f);
      float[] energies = Samples.output(3 * n);
      trio.session.setChains(x, n);
      trio.session.langevin(langevin, 8, energies);
      float[] recorded = Samples.written(energies);
      float[] end = new float[n * 3];
      trio.session.readChains(end);

      trio.session.setChains(x, n);
      float[] state = new float[n * 3];
      float[] scalar = new float[n];
      double[] exact = new double[n];
      for (int t = 0; t < 3; t++) {
        trio.session.readChains(state);
        trio.scalar.energy(state, n, scalar);
        trio.exact.energy(Samples.wide(state, n * 3), n, exact);
        Tolerance.check(
            "step " + t,
            Arrays.copyOfRange(recorded, t * n, (t + 1) * n),
            scalar,
            exact,
            Tolerance.scale(exact));
        trio.session.langevin(langevin.from(t, 1), 8);
      }
      trio.session.readChains(state);
      Tolerance.requireSameBits(state, end);
    }
  }

  /** With a constant energy what is left is the noise: the same bits on every backend. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  default void langevinWithoutForceAddsTheAddressedNormals(Activation activation) {
    for (int d : new int[] {1, 2, 5, 8, 17}) {
      MlpShape shape = MlpShape.of(activation, d, 6);
      int n = 37;
      long first = (1L << 32) - 1;
      try (Backend backend = backend(2);
          MlpSession session = backend.open(shape, n)) {
        session.setParameters(new MlpParameters(shape, new float[shape.parameterCount()]));
        float[] x = Samples.input(n * d, 1, d);
        session.setChains(x, n);
        Langevin langevin = Langevin.steps(2).noiseScale(0.3f);
        session.langevin(langevin.from(first, 2), -6L);
        float[] got = Samples.output(n * d);
        session.readChains(got);
        float[] normals = new float[d];
        for (int t = 0; t < 2; t++) {
          for (int i = 0; i < n; i++) {
            Draws.normals(-6L, DrawStream.LANGEVIN, first + t, i, normals, 0, d);
            for (int j = 0; j < d; j++) {
              x[i * d + j] = Math.fma(0.3f, normals[j], x[i * d + j]);
            }
          }
        }
        Tolerance.requireSameBits(Samples.written(got), Arrays.copyOf(x, n * d));
      }
    }
  }

  @Test
  default void langevinWithoutNoiseDescendsAndHoldsTheBox() {
    ModelCase model = ModelCase.of("3-5-4-1", Activation.SILU, true);
    int n = 17;
    try (Backend backend = backend(1);
        Trio trio = new Trio(backend, model)) {
      float[] x = Samples.input(n * 3, 5, 2);
      trio.session.setChains(x, n);
      float[] energies = Samples.output(50 * n);
      trio.session.langevin(Langevin.steps(50).stepSize(0.01f).noiseScale(0), 1, energies);
      float[] path = Samples.written(energies);
      for (int i = 0; i < n; i++) {
        assertThat(path[49 * n + i]).isLessThan(path[i]);
      }
      trio.session.setChains(x, n);
      trio.session.langevin(Langevin.steps(1).noiseScale(0).box(-0.5f, 0.25f), 1);
      float[] got = Samples.output(n * 3);
      trio.session.readChains(got);
      for (float value : Samples.written(got)) {
        assertThat(value).isBetween(-0.5f, 0.25f);
      }
      assertThat(got).contains(-0.5f).contains(0.25f);
    }
  }
}
