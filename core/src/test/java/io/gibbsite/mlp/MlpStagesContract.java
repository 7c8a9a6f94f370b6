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

  /**
   * The steps of score matching, or in their place those that they shorten: S1 follows from B5, S2
   * is the first of T3's results, S3 the first of D4's.
   */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void stagesOfScoreMatchingAgree(Activation activation) {
    Map<String, float[]> directions = new TreeMap<>();
    Map<String, float[]> got = new TreeMap<>();
    Pass pass = (session, x, v, w, gradient) -> session.scoreMatching(x, v, 3, w, ROWS, gradient);
    Backend plain = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32));
    Map<String, float[]> scalar =
        stages(
            plain,
            activation,
            (session, x, v, w, gradient) -> {
              pass.run(session, x, v, w, gradient);
              directions.putAll(directions(session, x, v, w));
            });
    got.putAll(stages(backend(2), activation, pass));
    for (String step : new String[] {"F3 0", "F3 1", "B4 1", "B4 2"}) {
      agree(step, got, step, scalar);
    }
    boolean own = got.containsKey("S1 0 0");
    agree(own ? "S1 0" : "B5 0", got, own ? "S1 0" : "B5 0", own ? directions : scalar);
    for (int l = 0; l < 2; l++) {
      agree((own ? "S2 " : "T3 ") + l, got, "T3 " + l, scalar);
      agree((own ? "S3 " : "D4 ") + (l + 1), got, "D4 " + (l + 1), scalar);
    }
  }

  /** S1's {@code v} by its formula. */
  private static Map<String, float[]> directions(
      MlpSession session, float[] x, float[] target, float[] scale) {
    float[] g = new float[ROWS * 3];
    session.inputGradient(x, ROWS, null, g);
    Map<String, float[]> directions = new TreeMap<>();
    for (int row = 0; row < ROWS; row++) {
      float[] v = new float[3];
      for (int j = 0; j < 3; j++) {
        float residual = target[row * 3 + j] - scale[row] * g[row * 3 + j];
        v[j] = -scale[row] * residual / ROWS;
      }
      directions.put("S1 0 " + row, v);
    }
    return directions;
  }

  private static void agree(
      String step, Map<String, float[]> got, String plain, Map<String, float[]> scalar) {
    for (int row = 0; row < ROWS; row++) {
      float[] expected = scalar.get(plain + " " + row);
      float[] values = got.get(step + " " + row);
      assertThat(values).as("%s, row %d", step, row).isNotEmpty();
      int columns = step.startsWith("S") ? values.length : expected.length;
      assertThat(columns).isIn(3, 5, 9, 10, 15, 18, 27).isLessThanOrEqualTo(expected.length);
      for (int i = 0; i < columns; i++) {
        float bound = 2e-5f * (1 + Math.abs(expected[i]));
        assertThat(values[i])
            .as("%s, row %d, column %d", step, row, i)
            .isBetween(expected[i] - bound, expected[i] + bound);
      }
    }
  }

  /** What is called while the listener listens. */
  private interface Pass {
    void run(MlpSession session, float[] x, float[] v, float[] w, float[] gradient);
  }

  private static Map<String, float[]> stages(Backend opened, Activation activation) {
    return stages(
        opened,
        activation,
        (session, x, v, w, gradient) -> {
          session.inputGradient(x, ROWS, null, new float[ROWS * 3]);
          session.directionalParameterGradient(x, v, w, w, w, ROWS, gradient);
        });
  }

  /** From "label layer row" to the row's values. */
  private static Map<String, float[]> stages(Backend opened, Activation activation, Pass pass) {
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
      pass.run(session, x, v, w, new float[shape.parameterCount()]);
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
