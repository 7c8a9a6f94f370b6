package io.gibbsite.cuda;

import static io.gibbsite.cuda.MlpCudaTest.normals;
import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Precision;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpDouble;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpScalar;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.sampler.Langevin;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Small networks on tensor cores: bf16x6 and fp16x3 within the tolerance of float32 against
 * doubles, bf16x3 within 2^-14 of the largest result. Tensor cores are emulated with sums that are
 * cut off.
 */
class MlpResidentSplitTest {
  private static final double FLOOR = 16 * 0x1p-24;
  private static final double THREE_PRODUCTS = 0x1p-14;
  private static final Langevin LANGEVIN =
      Langevin.steps(3).stepSize(0.05f).clip(0.8f).box(-2f, 2.5f).from((1L << 32) - 2, 3);

  private final EmulatedDevice device = new EmulatedDevice();

  @AfterEach
  void inOrder() {
    device.descending(false);
  }

  /** Energies, input gradients, and chains after some steps with the energies on the way. */
  private static float[][] results(MlpSession session, MlpParameters model, int n) {
    int d = model.shape().inputs();
    float[][] out = new float[5][];
    for (int i = 0; i < out.length; i++) {
      out[i] = new float[i % 2 == 0 ? n : n * d];
    }
    out[4] = new float[n * LANGEVIN.steps()];
    for (float[] each : out) {
      Arrays.fill(each, Float.NaN);
    }
    float[] x = normals(n * d, n);
    session.setParameters(model);
    session.energy(x, n, out[0]);
    session.inputGradient(x, n, out[2], out[1]);
    session.setChains(x, n);
    session.langevin(LANGEVIN, 7, out[4]);
    session.readChains(out[3]);
    return out;
  }

  private float[][] run(MlpParameters model, int n, Precision precision, boolean descending) {
    device.descending(descending);
    try (MlpSession session = new MlpCuda(device, model.shape(), n, precision)) {
      return results(session, model, n);
    }
  }

  private static double error(float[] got, double[] exact) {
    double error = 0;
    for (int i = 0; i < exact.length; i++) {
      error = Math.max(error, Math.abs(got[i] - exact[i]));
    }
    return error;
  }

  private static double scale(double[] exact) {
    return Math.max(1, Arrays.stream(exact).map(Math::abs).max().orElse(0));
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  @ParameterizedTest
  @CsvSource({
    "2-64-64-1, SILU, 400, false",
    "2-64-64-64-1, SILU, 17, false",
    "2-128-128-1, SILU, 33, false",
    "5-60-20-33-1, TANH, 31, true",
    "8-128-100-1, GELU, 16, true",
    "3-70-5-1, SOFTPLUS, 1, true",
    "64-41-64-1, SILU, 15, false",
    "17-1-1-1, SILU, 7, false",
    "1-3-128-1, TANH, 33, true"
  })
  void splitProductsKeepTheirTolerance(
      String text, Activation activation, int n, boolean withBase) {
    MlpShape shape = MlpShape.parse(text, activation);
    int d = shape.inputs();
    Gaussian base = withBase ? Gaussian.isotropic(d, 0.2f, 1.5f) : null;
    MlpParameters model = MlpParameters.random(shape, base, 4);
    double[][] exact = {new double[n], new double[n * d]};
    new MlpDouble(model).inputGradient(wide(normals(n * d, n)), n, exact[0], exact[1]);
    float[][] scalar;
    try (MlpSession session = new MlpScalar(shape, n)) {
      scalar = results(session, model, n);
    }
    float[][] three = run(model, n, Precision.BF16X3, false);
    for (Precision precision : new Precision[] {Precision.BF16X6, Precision.FP16X3}) {
      float[][] fine = run(model, n, precision, false);
      for (int i = 0; i < exact.length; i++) {
        double bound = 2 * error(scalar[i], exact[i]) + FLOOR * scale(exact[i]);
        assertThat(error(fine[i], exact[i]) <= bound)
            .as("%s, result %d: error %g", precision, i, error(fine[i], exact[i]))
            .isTrue();
      }
      for (int i = exact.length; i < fine.length; i++) {
        double[] plain = wide(scalar[i]);
        assertThat(error(fine[i], plain) <= 4 * FLOOR * scale(plain))
            .as("%s, %d", precision, i)
            .isTrue();
      }
      assertThat(Arrays.deepEquals(three, fine)).isFalse();
      assertThat(run(model, n, precision, true)).isDeepEqualTo(fine);
    }
    for (int i = 0; i < three.length; i++) {
      double[] expected = i < exact.length ? exact[i] : wide(scalar[i]);
      assertThat(error(three[i], expected) <= THREE_PRODUCTS * scale(expected))
          .as("bf16x3, result %d: error %g", i, error(three[i], expected))
          .isTrue();
    }
    assertThat(run(model, n, Precision.BF16X3, true)).isDeepEqualTo(three);
  }
}
