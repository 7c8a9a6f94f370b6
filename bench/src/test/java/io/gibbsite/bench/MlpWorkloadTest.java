package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpDouble;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the benchmark times is the computation that it names. */
class MlpWorkloadTest {
  private static final int BATCH = 37;
  private static final int COLUMNS = 5;
  private static final MlpShape SHAPE = MlpShape.of(Activation.SILU, COLUMNS, 24, 17);

  /**
   * Float32 rounding of such small models is below a tenth of this; any wrong term is far above.
   */
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @EnumSource
  void bodiesComputeWhatTheyName(MlpPass pass) {
    MlpWorkload workload = new MlpWorkload(pass, SHAPE, BATCH);
    for (Backends.Status status : Backends.report()) {
      if (!status.available()) {
        continue;
      }
      BackendOptions options = new BackendOptions(2, Precision.FLOAT32);
      try (Backend backend = Backends.named(status.name(), options);
          MlpWorkload.Run body = workload.prepare(backend)) {
        body.run();
        double[] expected = expected(workload, body);
        float[] output = body.output();
        assertThat(output).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
          assertThat((double) output[i])
              .describedAs("%s of %s, entry %d", pass, status.name(), i)
              .isCloseTo(expected[i], within(TOLERANCE * (1 + Math.abs(expected[i]))));
        }
      }
    }
  }

  private static double[] expected(MlpWorkload workload, MlpWorkload.Run body) {
    MlpDouble model = new MlpDouble(workload.parameters());
    double[] x = widen(body.data());
    double[] energy = new double[BATCH];
    double[] inputs = new double[BATCH * COLUMNS];
    double[] parameters = new double[SHAPE.parameterCount()];
    switch (workload.pass()) {
      case ENERGY -> model.energy(x, BATCH, energy);
      case INPUT_GRADIENT -> model.inputGradient(x, BATCH, null, inputs);
      case PARAMETER_GRADIENT -> model.parameterGradient(x, x, BATCH, parameters);
      case LANGEVIN -> {
        for (int step = 0; step < workload.steps(); step++) {
          model.inputGradient(x, BATCH, null, inputs);
          float[] normals = new float[COLUMNS];
          for (int i = 0; i < BATCH; i++) {
            Draws.normals(1, DrawStream.LANGEVIN, step, i, normals, 0, COLUMNS);
            for (int j = 0; j < COLUMNS; j++) {
              int at = i * COLUMNS + j;
              x[at] += -0.01 * inputs[at] + Math.sqrt(0.02) * normals[j];
            }
          }
        }
      }
      case NCE -> {
        double[] gradient = new double[SHAPE.parameterCount() + 1];
        SigmoidNce nce = new SigmoidNce(1, Gaussian.isotropic(COLUMNS, 0f, 1f));
        double loss = model.nce(nce, 0, body.data(), BATCH, body.noise(), gradient);
        assertThat(body.loss()).isCloseTo(loss, within(TOLERANCE));
        return gradient;
      }
    }
    return switch (workload.pass()) {
      case ENERGY -> energy;
      case INPUT_GRADIENT -> inputs;
      case LANGEVIN -> x;
      default -> parameters;
    };
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  @Test
  void weightsAreNormalOfVarianceOneOverTheInputs() {
    MlpShape shape = MlpShape.of(Activation.SILU, 100, 400);
    float[] values = new MlpWorkload(MlpPass.ENERGY, shape, 1).parameters().values();
    double sum = 0;
    for (int i = 0; i < 40_000; i++) {
      sum += values[i] * values[i];
    }
    // Six standard errors of the mean square of 40000 normals: false fail 2e-9.
    assertThat(sum / 40_000 * 100).isCloseTo(1, within(6 * Math.sqrt(2.0 / 40_000)));
    assertThat(values[shape.biasOffset(0)]).isZero();
  }

  @Test
  void operationsAreCountedAsThePeersCountThem() {
    double small = 2.0 * 65_536 * (2 * 128 + 128 * 128 + 128);
    double wide = 2.0 * 1_024 * (784 * 512 + 512 * 512 + 512);
    assertThat(Workloads.select(null, null, 0).stream().limit(6).map(Workload::flops))
        .isEqualTo(List.of(small, 2 * small, 6 * small, wide, 2 * wide, 6 * wide));
  }

  @Test
  void unknownNamesAndSizesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Workloads.named("sweep", "2-8-1", 0))
        .withMessageContaining("'sweep'")
        .withMessageContaining("langevin");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Workloads.named("energy", "2x8", 0))
        .withMessageContaining("2x8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Workloads.named("energy", "2-8-1", -1))
        .withMessageContaining("-1");
  }
}
