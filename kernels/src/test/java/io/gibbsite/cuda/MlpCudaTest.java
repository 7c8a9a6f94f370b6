package io.gibbsite.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Precision;
import io.gibbsite.backend.StageListener;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.HeldRows;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpScalar;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the contract does not reach: stages, chunks, large tiles and the order of fibres. */
class MlpCudaTest {
  private final EmulatedDevice device = new EmulatedDevice();

  static float[] normals(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Every result of a session, one after the other. */
  private static double[] everything(MlpSession session, MlpParameters model, int n) {
    int d = model.shape().inputs();
    int count = model.shape().parameterCount();
    session.setParameters(model);
    float[] x = normals(n * d, 1);
    float[] v = normals(n * d, 2);
    float[] w = normals(n, 3);
    float[][] got = {
      new float[n],
      new float[n * d],
      new float[count],
      new float[n],
      new float[n],
      new float[count],
      new float[count + 1],
      new float[2 * n],
      new float[n * d],
      new float[1],
      new float[count],
      new float[1]
    };
    session.inputGradient(x, n, got[0], got[1]);
    session.parameterGradient(x, w, n, got[2]);
    session.directional(x, v, n, null, got[3], got[4]);
    session.directionalParameterGradient(x, v, w, w, w, n, got[5]);
    SigmoidNce nce = new SigmoidNce(2, Gaussian.isotropic(d, 0.1f, 1.2f));
    got[9][0] = (float) session.nce(nce, 0.3f, x, n, 5, 6, got[6]);
    got[11][0] = (float) session.scoreMatching(x, v, d - 1, w, n, got[10]);
    session.setChains(x, n);
    session.langevin(Langevin.steps(2).from(9, 2), 7, got[7]);
    session.readChains(got[8]);
    int length = 0;
    for (float[] part : got) {
      length += part.length;
    }
    double[] all = new double[length];
    int at = 0;
    for (float[] part : got) {
      for (float value : part) {
        all[at++] = value;
      }
    }
    return all;
  }

  private static void assertClose(double[] got, double[] expected, double bound) {
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs(got[i] - expected[i]);
      assertThat(error <= bound * (1 + Math.abs(expected[i])))
          .as("entry %d is %s, expected %s", i, got[i], expected[i])
          .isTrue();
    }
  }

  private static double[] scalar(MlpParameters model, int n) {
    try (MlpSession session = new MlpScalar(model.shape(), n)) {
      return everything(session, model, n);
    }
  }

  /** Rows that pass in several chunks give the same results, up to the order of sums over rows. */
  @Test
  void rowsPassInChunks() {
    MlpShape shape = MlpShape.of(Activation.SILU, 3, 9, 5);
    MlpParameters model = MlpParameters.random(shape, Gaussian.isotropic(3, 0.2f, 1.5f), 4);
    int n = 50;
    try (MlpSession whole = new MlpCuda(device, shape, n, Precision.FLOAT32);
        MlpSession parts = new MlpCuda(device, shape, n, Precision.FLOAT32, 2000, true)) {
      double[] got = everything(parts, model, n);
      assertClose(got, everything(whole, model, n), 1e-5);
      assertClose(got, scalar(model, n), 1e-4);
    }
  }

  /** Chunks of held rows are read where they lie, by all layers in one launch and one by one. */
  @ParameterizedTest
  @CsvSource({
    "3-9-5-1, true, FLOAT32, 2000",
    "3-9-5-1, false, FLOAT32, 2000",
    "5-1, false, FLOAT32, 600",
    "66-130-97-1, false, BF16X6, 30000"
  })
  void heldRowsPassInChunksToo(String text, boolean resides, Precision precision, long floats) {
    MlpShape shape = MlpShape.parse(text, Activation.SILU);
    int d = shape.inputs();
    int count = shape.parameterCount();
    MlpParameters model = MlpParameters.random(shape, Gaussian.isotropic(d, 0.2f, 1.5f), 4);
    int n = 50;
    float[] x = normals(n * d, 1);
    float[] noise = normals(n * d, 2);
    float[] w = normals(n, 3);
    float[][] expected = {new float[n], new float[n * d], new float[count], new float[count + 1]};
    SigmoidNce nce = new SigmoidNce(1, Gaussian.isotropic(d, 0.1f, 1.2f));
    try (MlpSession session = new MlpCuda(device, shape, n, precision, floats, resides)) {
      session.setParameters(model);
      session.inputGradient(x, n, expected[0], expected[1]);
      session.parameterGradient(x, w, n, expected[2]);
      double loss = session.nce(nce, 0.3f, x, n, noise, expected[3]);
      session.setChains(x, n);
      try (HeldRows held = session.hold(x, n);
          HeldRows heldNoise = session.hold(noise, n)) {
        for (HeldRows rows : new HeldRows[] {held, session.chainRows()}) {
          float[][] got = {new float[n], new float[n * d], new float[count], new float[count + 1]};
          session.inputGradient(rows, got[0], got[1]);
          session.parameterGradient(rows, w, got[2]);
          assertThat(session.nce(nce, 0.3f, rows, heldNoise, got[3])).isEqualTo(loss);
          assertThat(got).isDeepEqualTo(expected);
        }
      }
    }
  }

  @Test
  void heldRowsCrossTheBusOnceAndGiveTheirMemoryBack() {
    MlpShape shape = MlpShape.of(Activation.SILU, 5, 70, 66);
    int n = 50;
    float[] x = normals(n * 5, 1);
    float[] w = normals(n, 2);
    SigmoidNce nce = new SigmoidNce(1, Gaussian.isotropic(5, 0.1f, 1.2f));
    float[] gradient = new float[shape.parameterCount() + 1];
    try (MlpSession session = new MlpCuda(device, shape, n, Precision.FLOAT32)) {
      session.setParameters(MlpParameters.random(shape, null, 4));
      session.nce(nce, 0, x, n, x, null);
      long before = device.allocated();
      try (HeldRows held = session.hold(x, n)) {
        assertThat(device.allocated()).isEqualTo(before + n * 8L * Float.BYTES);
        long uploaded = device.uploaded();
        session.energy(held, w.clone());
        session.inputGradient(held, null, x.clone());
        session.nce(nce, 0, held, held, gradient);
        session.nce(nce, 0, held, 1, 2, gradient);
        assertThat(device.uploaded()).isEqualTo(uploaded);
        session.parameterGradient(held, w, gradient);
        assertThat(device.uploaded()).isEqualTo(uploaded + (long) n * Float.BYTES);
      }
      assertThat(device.allocated()).isEqualTo(before);
    }
    assertThat(device.allocated()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void aSessionTakesWhatItSaysBefore(Precision precision) {
    for (String text : new String[] {"2-64-64-1", "66-130-97-1", "3-9-1"}) {
      MlpShape shape = MlpShape.parse(text, Activation.SILU);
      try (MlpSession session = new MlpCuda(device, shape, 50, precision)) {
        session.setParameters(MlpParameters.random(shape, null, 4));
        assertThat(device.allocated()).as(text).isEqualTo(MlpCuda.bytes(shape, 50, precision));
      }
    }
  }

  /** Widths that large tiles serve, with fibres in both orders, so that a missing barrier shows. */
  @Test
  void largeTilesGiveTheSameInEitherOrderOfFibres() {
    MlpShape shape = MlpShape.of(Activation.GELU, 70, 130, 129);
    MlpParameters model = MlpParameters.random(shape, null, 4);
    int n = 1030;
    double[] expected = scalar(model, n);
    double[] ascending = run(model, n, false);
    assertClose(ascending, expected, 1e-3);
    assertThat(run(model, n, true)).isEqualTo(ascending);
  }

  /**
   * All sums of a small network have the same order in shared memory and by layers, but those of
   * the output and of the input gradient.
   */
  @ParameterizedTest
  @CsvSource({
    "2-1-1, SILU, 1, true",
    "2-64-64-1, SILU, 130, false",
    "5-60-20-33-1, TANH, 9, true",
    "3-65-1, SOFTPLUS, 1100, true",
    "8-128-100-1, GELU, 1030, true",
    "64-64-1, SILU, 8, false"
  })
  void smallNetworksInSharedMemoryGiveWhatLayersGive(
      String text, Activation activation, int n, boolean withBase) {
    MlpShape shape = MlpShape.parse(text, activation);
    int d = shape.inputs();
    Gaussian base = withBase ? Gaussian.isotropic(d, 0.2f, 1.5f) : null;
    MlpParameters model = MlpParameters.random(shape, base, 4);
    double[] byLayers;
    try (DeviceStream stream = device.openStream();
        MlpSession session = new MlpCuda(device, shape, n, Precision.FLOAT32, 1 << 24, false)) {
      assertThat(MlpResident.open(device, stream, shape, n, Precision.FLOAT32)).isNotNull();
      byLayers = everything(session, model, n);
    }
    double[] resident = run(model, n, false);
    assertClose(resident, byLayers, 2e-5);
    assertThat(run(model, n, true)).isEqualTo(resident);
  }

  private double[] run(MlpParameters model, int n, boolean descending) {
    return run(model, n, Precision.FLOAT32, descending);
  }

  private double[] run(MlpParameters model, int n, Precision precision, boolean descending) {
    device.descending(descending);
    try (MlpSession session = new MlpCuda(device, model.shape(), n, precision)) {
      return everything(session, model, n);
    } finally {
      device.descending(false);
    }
  }

  @Test
  void normalsPassInChunks() {
    MlpShape shape = MlpShape.of(Activation.SILU, 3, 9, 5);
    int n = 50;
    float[] got = new float[2 * n];
    float[] expected = new float[2 * n];
    try (MlpSession session = new MlpCuda(device, shape, n, Precision.FLOAT32, 2000, true)) {
      session.normals(5, DrawStream.PROPOSAL, 6, n, 2, got);
    }
    for (int row = 0; row < n; row++) {
      Draws.normals(5, DrawStream.PROPOSAL, 6, row, expected, 2 * row, 2);
    }
    assertThat(got).containsExactly(expected);
  }

  /** Without weights of second derivatives two stacks do; to a listener all three are shown. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void secondDerivativesThatNobodyWeighsAreLeftOut(Activation activation) {
    MlpShape shape = MlpShape.of(activation, 3, 9, 5);
    MlpParameters model = MlpParameters.random(shape, null, 4);
    int n = 50;
    float[] x = normals(n * 3, 1);
    float[] v = normals(n * 3, 2);
    float[] w = normals(n, 3);
    float[] zero = new float[n];
    float[][] got = new float[3][shape.parameterCount()];
    int[] shown = new int[1];
    try (MlpSession session = new MlpCuda(device, shape, n, Precision.FLOAT32);
        MlpSession chunks = new MlpCuda(device, shape, n, Precision.FLOAT32, 2000, true)) {
      session.setParameters(model);
      chunks.setParameters(model);
      session.directionalParameterGradient(x, v, w, w, zero, n, got[0]);
      chunks.directionalParameterGradient(x, v, w, w, zero, n, got[1]);
      session.listen((label, layer, firstRow, values) -> shown[0]++);
      session.directionalParameterGradient(x, v, w, w, zero, n, got[2]);
    }
    assertThat(shown[0]).isPositive();
    for (int i = 0; i < got[0].length; i++) {
      float bound = 1e-5f * (1 + Math.abs(got[2][i]));
      assertThat(got[0][i]).isCloseTo(got[2][i], within(bound));
      assertThat(got[1][i]).isCloseTo(got[2][i], within(bound));
    }
  }

  /**
   * Rounding to bf16 terms is about 2^-17 of a product's operands with three products, and 2^-24
   * with six, as is rounding to two terms of fp16; a plain bf16 product would be 2^-9 off.
   */
  @Test
  void splitProductsAreAsExactAsTheySay() {
    MlpShape shape = MlpShape.of(Activation.SILU, 66, 130, 97);
    MlpParameters model = MlpParameters.random(shape, null, 4);
    int n = 140;
    double[] exact = run(model, n, false);
    double rough = gradientError(run(model, n, Precision.BF16X3, false), exact, n, 66);
    assertThat(rough).isBetween(1e-6, 1e-4);
    for (Precision precision : new Precision[] {Precision.BF16X6, Precision.FP16X3}) {
      double[] got = run(model, n, precision, false);
      double fine = gradientError(got, exact, n, 66);
      assertThat(fine).as(precision.label()).isBetween(1e-9, 1e-6);
      assertThat(rough).isGreaterThan(4 * fine);
      assertThat(run(model, n, precision, true)).isEqualTo(got);
    }
    assertThat(run(model, n, Precision.BF16X3, true))
        .isEqualTo(run(model, n, Precision.BF16X3, false));
  }

  /** The largest difference of input gradients relative to their largest entry; NaN if any is. */
  private static double gradientError(double[] got, double[] expected, int n, int columns) {
    double error = 0;
    double largest = 0;
    for (int i = n; i < n + n * columns; i++) {
      error = Math.max(error, Math.abs(got[i] - expected[i]));
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return error / largest;
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void stagesAreThoseOfThePlainLoops(Activation activation) {
    MlpShape shape = MlpShape.of(activation, 3, 9, 5);
    MlpParameters model = MlpParameters.random(shape, Gaussian.isotropic(3, 0.2f, 1.5f), 5);
    int n = 20;
    Map<String, float[]> expected = new TreeMap<>();
    Map<String, float[]> got = new TreeMap<>();
    try (MlpSession scalar = new MlpScalar(shape, n);
        MlpSession session = new MlpCuda(device, shape, n, Precision.FLOAT32)) {
      stages(scalar, model, n, expected);
      stages(session, model, n, got);
    }
    for (String step :
        new String[] {"F2 1", "F3 0", "F4 2", "B1 2", "B4 1", "B5 0", "T3 1", "D4 2"}) {
      assertThat(got).containsKey(step + " 19");
    }
    got.forEach(
        (step, values) -> {
          float[] reference = expected.get(step);
          assertThat(values).as(step).hasSameSizeAs(reference);
          for (int i = 0; i < values.length; i++) {
            float error = Math.abs(values[i] - reference[i]);
            assertThat(error <= 2e-5f * (1 + Math.abs(reference[i])))
                .as("%s, column %d: %s, expected %s", step, i, values[i], reference[i])
                .isTrue();
          }
        });
  }

  /** From "label layer row" to the row's values. */
  private static StageListener collector(Map<String, float[]> stages) {
    return (label, layer, firstRow, values) -> {
      for (int r = 0; r < values.length; r++) {
        stages.put(label + " " + layer + " " + (firstRow + r), values[r].clone());
      }
    };
  }

  private static void stages(
      MlpSession session, MlpParameters model, int n, Map<String, float[]> stages) {
    float[] x = normals(3 * n, 1);
    float[] v = normals(3 * n, 2);
    float[] w = normals(n, 3);
    session.setParameters(model);
    session.listen(collector(stages));
    session.inputGradient(x, n, null, new float[3 * n]);
    session.directionalParameterGradient(
        x, v, w, w, w, n, new float[model.shape().parameterCount()]);
    session.listen(null);
    int before = stages.size();
    session.energy(x, n, new float[n]);
    assertThat(stages).hasSize(before);
  }

  @Test
  void stagesOfHeldRowsAreShown() {
    MlpShape shape = MlpShape.of(Activation.TANH, 3, 9, 5);
    MlpParameters model = MlpParameters.random(shape, Gaussian.isotropic(3, 0.2f, 1.5f), 5);
    int n = 20;
    float[] x = normals(3 * n, 1);
    Map<String, float[]> expected = new TreeMap<>();
    Map<String, float[]> got = new TreeMap<>();
    try (MlpSession session = new MlpCuda(device, shape, n, Precision.FLOAT32)) {
      session.setParameters(model);
      HeldRows held = session.hold(x, n);
      session.listen(collector(expected));
      session.inputGradient(x, n, null, new float[3 * n]);
      session.listen(null);
      session.energy(new float[3 * n], n, new float[n]); // other rows where x was
      session.listen(collector(got));
      session.inputGradient(held, null, new float[3 * n]);
    }
    assertThat(got.keySet()).isEqualTo(expected.keySet()).contains("F4 2 19", "B5 0 19");
    got.forEach((step, values) -> assertThat(values).as(step).isEqualTo(expected.get(step)));
  }
}
