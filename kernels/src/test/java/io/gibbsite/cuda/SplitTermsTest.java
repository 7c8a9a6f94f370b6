package io.gibbsite.cuda;

import static io.gibbsite.cuda.MlpCudaTest.normals;
import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Precision;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpDouble;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpScalar;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Products of split numbers whose sizes, or tiles, differ; and numbers that are none. */
class SplitTermsTest {
  private static final String IN_SHARED_MEMORY = "5-64-60-1";
  private static final String BY_LAYERS = "66-130-97-1";
  private static final double FLOOR = 16 * 0x1p-24;

  /** Without biases, so that what follows a row or a layer is as large or small as they are. */
  private static MlpParameters model(MlpShape shape, float... factors) {
    MlpParameters model = MlpParameters.random(shape, null, 4);
    for (int l = 0; l < shape.layers(); l++) {
      int end = shape.biasOffset(l) + shape.width(l + 1);
      for (int p = shape.weightOffset(l); p < end; p++) {
        model.values()[p] = p < shape.biasOffset(l) ? factors[l] * model.values()[p] : 0f;
      }
    }
    return model;
  }

  /** Each row's error of its energy, relative to the terms x_i dE/dx_i, and of its gradient. */
  private static double[] rowErrors(float[][] got, double[][] exact, float[] x, int n) {
    int d = x.length / n;
    double[] errors = new double[2 * n];
    for (int row = 0; row < n; row++) {
      double terms = 0;
      double largest = 0;
      double error = 0;
      for (int i = row * d; i < (row + 1) * d; i++) {
        terms += Math.abs(x[i] * exact[1][i]);
        largest = Math.max(largest, Math.abs(exact[1][i]));
        error = Math.max(error, Math.abs(got[1][i] - exact[1][i]));
      }
      errors[2 * row] = Math.abs(got[0][row] - exact[0][row]) / terms;
      errors[2 * row + 1] = error / largest;
    }
    return errors;
  }

  private static float[][] evaluate(MlpSession session, MlpParameters model, float[] x, int n) {
    float[][] got = {new float[n], new float[x.length]};
    session.setParameters(model);
    session.inputGradient(x, n, got[0], got[1]);
    return got;
  }

  /**
   * Rows from 1e-6 to 1e6 and layers from 2^-30 to 2^10, far beyond what fp16 itself holds: each
   * row keeps the tolerance of float32 at its own size.
   */
  @ParameterizedTest
  @CsvSource({IN_SHARED_MEMORY, BY_LAYERS})
  void rowsAndLayersOfAnySizeKeepTheirAccuracy(String text) {
    MlpShape shape = MlpShape.parse(text, Activation.SILU);
    MlpParameters model = model(shape, 0x1p-30f, 0x1p10f, 0x1p-20f);
    int n = 40;
    int d = shape.inputs();
    float[] x = normals(n * d, 1);
    double[] wide = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] *= (float) Math.pow(10, i / d % 13 - 6);
      wide[i] = x[i];
    }
    double[][] exact = {new double[n], new double[n * d]};
    new MlpDouble(model).inputGradient(wide, n, exact[0], exact[1]);
    double[] plain;
    try (MlpSession session = new MlpScalar(shape, n)) {
      plain = rowErrors(evaluate(session, model, x, n), exact, x, n);
    }
    double typical = 2 * Arrays.stream(plain).max().orElseThrow() + FLOOR;
    try (MlpSession session = new MlpCuda(new EmulatedDevice(), shape, n, Precision.FP16X3)) {
      double[] errors = rowErrors(evaluate(session, model, x, n), exact, x, n);
      for (int i = 0; i < errors.length; i++) {
        assertThat(errors[i] <= typical).as("%d of %d: %g", i, n, errors[i]).isTrue();
      }
    }
  }

  /** Sums have one order, whichever tiles make them. */
  @ParameterizedTest
  @EnumSource(names = {"BF16X3", "BF16X6", "FP16X3"})
  void tilesOfEitherSizeGiveTheSameBits(Precision precision) {
    MlpShape shape = MlpShape.of(Activation.GELU, 66, 130, 97);
    MlpParameters model = MlpParameters.random(shape, null, 4);
    int n = 140;
    float[] x = normals(n * 66, 1);
    float[] w = normals(n, 2);
    float[][][] got = new float[2][][];
    float[][] gradients = new float[2][shape.parameterCount()];
    for (int i = 0; i < 2; i++) {
      EmulatedDevice device = i == 0 ? new EmulatedDevice() : new EmulatedDevice(1);
      try (MlpSession session = new MlpCuda(device, shape, n, precision)) {
        got[i] = evaluate(session, model, x, n);
        session.parameterGradient(x, w, n, gradients[i]);
      }
    }
    assertThat(got[1]).isDeepEqualTo(got[0]);
    assertThat(gradients[1]).isEqualTo(gradients[0]);
  }

  /** A row with NaN, an infinity, or numbers near the largest leaves its neighbours alone. */
  @ParameterizedTest
  @CsvSource({IN_SHARED_MEMORY, BY_LAYERS})
  void oneBadRowStaysAlone(String text) {
    MlpShape shape = MlpShape.parse(text, Activation.SILU);
    MlpParameters model = MlpParameters.random(shape, null, 4);
    int n = 20;
    int d = shape.inputs();
    float[] x = normals(n * d, 1);
    float[] bad = x.clone();
    bad[3 * d + 1] = Float.NaN;
    bad[7 * d] = Float.NEGATIVE_INFINITY;
    bad[11 * d + 2] = 3e38f;
    try (MlpSession session = new MlpCuda(new EmulatedDevice(), shape, n, Precision.FP16X3)) {
      float[][] good = evaluate(session, model, x, n);
      float[][] got = evaluate(session, model, bad, n);
      assertThat(got[0][3]).isNaN();
      assertThat(got[0][7]).isNaN();
      for (int row = 0; row < n; row++) {
        if (row != 3 && row != 7 && row != 11) {
          assertThat(got[0][row]).isEqualTo(good[0][row]);
          assertThat(Arrays.copyOfRange(got[1], row * d, (row + 1) * d))
              .isEqualTo(Arrays.copyOfRange(good[1], row * d, (row + 1) * d));
        }
      }
    }
  }
}
