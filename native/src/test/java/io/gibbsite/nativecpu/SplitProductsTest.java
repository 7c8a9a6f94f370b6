package io.gibbsite.nativecpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.backend.Precision;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpDouble;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The five passes with split bf16 products against the double reference: what is lost is about
 * 2^-17 of the operands with three products, and nothing that float32 keeps with six. A plain bf16
 * product would be 2^-9 off.
 */
@DisplayName("split products, amx (twin)")
class SplitProductsTest {
  /** Roundings of size 2^-17 and 2^-24, relative to what is summed; the larger layers sum 300. */
  private static final double ROUGH = 16 * 0x1p-17;

  private static final double FINE = 64 * 0x1p-24;

  /** Errors of every pass, relative to the size of what it sums. */
  private static double[] errors(Backend backend, MlpShape shape, int n) {
    MlpParameters model = MlpParameters.random(shape, null, 4);
    MlpDouble exact = new MlpDouble(model);
    int d = shape.inputs();
    int count = shape.parameterCount();
    float[] x = normals(n * d, 1);
    float[] v = normals(n * d, 2);
    float[] w = normals(n, 3);
    float[] a = normals(n, 4);
    float[] b = normals(n, 5);
    double[][] expected = {
      new double[n],
      new double[n * d],
      new double[count],
      new double[n],
      new double[n],
      new double[count]
    };
    exact.inputGradient(wide(x), n, expected[0], expected[1]);
    exact.parameterGradient(wide(x), wide(w), n, expected[2]);
    exact.directional(wide(x), wide(v), n, null, expected[3], expected[4]);
    exact.directionalParameterGradient(wide(x), wide(v), wide(w), wide(a), wide(b), n, expected[5]);
    float[][] got = new float[expected.length][];
    for (int i = 0; i < got.length; i++) {
      got[i] = new float[expected[i].length];
      Arrays.fill(got[i], Float.NaN);
    }
    try (MlpSession session = backend.open(shape, n)) {
      session.setParameters(model);
      session.inputGradient(x, n, got[0], got[1]);
      session.parameterGradient(x, w, n, got[2]);
      session.directional(x, v, n, null, got[3], got[4]);
      session.directionalParameterGradient(x, v, w, a, b, n, got[5]);
    }
    double[] errors = new double[got.length];
    for (int i = 0; i < got.length; i++) {
      double size = 1;
      for (int k = 0; k < got[i].length; k++) {
        errors[i] = Math.max(errors[i], Math.abs(got[i][k] - expected[i][k]));
        size = Math.max(size, Math.abs(expected[i][k]));
      }
      errors[i] /= size;
    }
    return errors;
  }

  private static float[] normals(int count, long seed) {
    float[] values = new float[count];
    Draws.normals(seed, DrawStream.INITIAL_STATE, 0, 0, values, 0, count);
    return values;
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  @ParameterizedTest
  @ValueSource(strings = {"66-130-97-1", "300-70-65-1", "64-64-1", "2-128-128-1"})
  void areAsExactAsTheySay(String text) throws IOException {
    Libraries.assume(Isa.AVX512);
    MlpShape shape = MlpShape.parse(text, Activation.SILU);
    int n = 140;
    double[] rough;
    double[] fine;
    try (Backend backend = Libraries.amxTwin(2, Precision.BF16X3)) {
      rough = errors(backend, shape, n);
    }
    try (Backend backend = Libraries.amxTwin(2, Precision.BF16X6)) {
      fine = errors(backend, shape, n);
    }
    for (int pass = 0; pass < rough.length; pass++) {
      assertThat(rough[pass]).as("pass %d of %s", pass, text).isBetween(0x1p-24, ROUGH);
      assertThat(fine[pass]).as("pass %d of %s", pass, text).isBetween(0.0, FINE);
    }
    assertThat(rough[1]).isGreaterThan(4 * fine[1]);
  }

  @Test
  void anIsaWithoutTilesRefusesThem() {
    Libraries.assume();
    assertThatThrownBy(
            () ->
                new NativeBackend(
                    NativeLibrary.load(), Isa.AVX512, new BackendOptions(1, Precision.BF16X3)))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage(
            "backend native computes in bf16x3 with AMX alone, and here it runs on AVX-512: take"
                + " float32");
    assertThatThrownBy(
            () ->
                new NativeBackend(
                    NativeLibrary.load(), Isa.AVX512, new BackendOptions(1, Precision.FP16X3)))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage(
            "backend native computes in float32 or, with AMX, in bf16x3 and bf16x6, not fp16x3");
  }
}
