package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions: the same bits always, side by side, and parameters of their own. */
interface MlpSessionContract extends MlpBackend {
  @ParameterizedTest
  @MethodSource("io.gibbsite.mlp.MlpSessionContract#threadedModels")
  default void sameBitsTwiceAndForAnyNumberOfThreads(ModelCase model) {
    float[][] once = everything(model, 1, ModelCase.ROWS);
    for (int threads : new int[] {1, 2, 5}) {
      float[][] again = everything(model, threads, ModelCase.ROWS);
      for (int i = 0; i < once.length; i++) {
        Tolerance.requireSameBits(again[i], once[i]);
      }
    }
  }

  static Stream<ModelCase> threadedModels() {
    return Stream.of(
        ModelCase.of("2-3-1", Activation.SILU, false),
        ModelCase.of("17-33-31-1", Activation.GELU, true),
        ModelCase.of("49-64-64-1", Activation.TANH, false));
  }

  private float[][] everything(ModelCase model, int threads, int n) {
    try (Backend backend = backend(threads);
        MlpSession session = backend.open(model.shape(), n)) {
      session.setParameters(model.parameters());
      return SessionResults.of(session, n);
    }
  }

  @Test
  default void sessionsOfOneBackendRunSideBySide() {
    List<ModelCase> models =
        List.of(
            ModelCase.of("17-33-31-1", Activation.SILU, true),
            ModelCase.of("3-5-4-1", Activation.TANH, false));
    try (Backend backend = backend(2)) {
      Function<ModelCase, float[][]> work =
          model -> {
            try (MlpSession session = backend.open(model.shape(), 255)) {
              session.setParameters(model.parameters());
              return SessionResults.of(session, 255);
            }
          };
      List<float[][]> alone = models.stream().map(work).toList();
      for (int repeat = 0; repeat < 5; repeat++) {
        List<CompletableFuture<float[][]>> together =
            models.stream()
                .map(model -> CompletableFuture.supplyAsync(() -> work.apply(model)))
                .toList();
        for (int m = 0; m < models.size(); m++) {
          float[][] got = together.get(m).join();
          for (int i = 0; i < got.length; i++) {
            Tolerance.requireSameBits(got[i], alone.get(m)[i]);
          }
        }
      }
    }
  }

  @Test
  default void newParametersReplaceTheOldAndAreCopied() {
    ModelCase model = ModelCase.of("3-5-4-1", Activation.SILU, true);
    MlpParameters other = Samples.model(model.shape(), false, 99);
    float[] x = Samples.input(5 * 3, 1, 1);
    try (Backend backend = backend(1);
        MlpSession session = backend.open(model.shape(), 5);
        MlpSession fresh = backend.open(model.shape(), 5)) {
      session.setParameters(model.parameters());
      session.setParameters(other);
      float[] expected = new float[5];
      session.energy(x, 5, expected);
      float[] values = other.values().clone();
      MlpParameters mutable = new MlpParameters(model.shape(), values);
      fresh.setParameters(mutable);
      Arrays.fill(values, 7f);
      float[] got = new float[5];
      fresh.energy(x, 5, got);
      Tolerance.requireSameBits(got, expected);
    }
  }
}
