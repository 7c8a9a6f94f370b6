package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A backend's intermediate results are the scalar one's, step by step. */
public abstract class MlpStagesContract {
  private static final int ROWS = 300;

  /** The backend under test, with that many threads. */
  protected abstract Backend backend(int threads);

  @ParameterizedTest
  @EnumSource(Activation.class)
  void stagesAgree(Activation activation) {
    Map<String, float[]> scalar =
        stages(Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32)), activation);
    Map<String, float[]> got = stages(backend(2), activation);
    for (int row = 0; row < ROWS; row++) {
      for (String step : new String[] {"F3 0", "F3 1", "F4 2", "B4 1", "B4 2", "B5 0"}) {
        assertThat(got).containsKey(step + " " + row);
      }
      for (String step : new String[] {"T3 0", "T3 1", "D4 1", "D4 2"}) {
        assertThat(got).containsKey(step + " " + row);
      }
    }
    got.forEach(
        (step, values) -> {
          float[] expected = scalar.get(step);
          assertThat(values).as(step).hasSameSizeAs(expected);
          for (int i = 0; i < values.length; i++) {
            float bound = 2e-5f * (1 + Math.abs(expected[i]));
            assertThat(values[i])
                .as("%s, column %d", step, i)
                .isBetween(expected[i] - bound, expected[i] + bound);
          }
        });
  }

  /** From "label layer row" to the row's values. */
  private static Map<String, float[]> stages(Backend opened, Activation activation) {
    Map<String, float[]> stages = new TreeMap<>();
    MlpShape shape = MlpShape.of(activation, 3, 9, 5);
    Random random = new Random(4);
    float[] x = normals(random, ROWS * 3);
    float[] v = normals(random, ROWS * 3);
    float[] w = normals(random, ROWS);
    try (Backend backend = opened;
        MlpSession session = backend.open(shape, ROWS)) {
      session.setParameters(MlpParameters.random(shape, null, 5));
      session.listen(
          (label, layer, firstRow, values) -> {
            for (int r = 0; r < values.length; r++) {
              stages.put(label + " " + layer + " " + (firstRow + r), values[r]);
            }
          });
      session.inputGradient(x, ROWS, null, new float[ROWS * 3]);
      float[] gradient = new float[shape.parameterCount()];
      session.directionalParameterGradient(x, v, w, w, w, ROWS, gradient);
      int before = stages.size();
      session.listen(null);
      session.energy(x, ROWS, new float[ROWS]);
      assertThat(stages).hasSize(before);
    }
    return stages;
  }

  private static float[] normals(Random random, int length) {
    float[] normals = new float[length];
    for (int i = 0; i < length; i++) {
      normals[i] = (float) random.nextGaussian();
    }
    return normals;
  }
}
