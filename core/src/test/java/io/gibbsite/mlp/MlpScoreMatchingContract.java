package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gibbsite.backend.Backend;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Score matching to given targets: of all columns, and with the last one a condition. */
interface MlpScoreMatchingContract extends MlpBackend {
  @ParameterizedTest
  @MethodSource(ModelCase.ALL)
  default void scoreMatching(ModelCase model) {
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      int count = model.shape().parameterCount();
      for (int n : model.batches()) {
        int columns = n % 2 == 0 ? d : Math.max(1, d - 1);
        float[] x = Samples.input(n * d, 1.5, n);
        float[] target = Samples.input(n * columns, 1, n + 1);
        float[] scale = Samples.input(n, 1, n + 2);
        double[] gradient = new double[count];
        double loss = trio.exact.scoreMatching(x, target, columns, scale, n, gradient);
        float[] scalar = new float[count];
        double scalarLoss = trio.scalar.scoreMatching(x, target, columns, scale, n, scalar);
        float[] got = Samples.output(count);
        double gotLoss = trio.session.scoreMatching(x, target, columns, scale, n, got);

        String rows = n + " rows";
        Tolerance.check(rows + ", loss", gotLoss, scalarLoss, loss, Math.max(1, loss));
        double sum =
            Tolerance.sumOfRows(
                n,
                count,
                (i, g) ->
                    trio.exact.scoreMatching(
                        Arrays.copyOfRange(x, i * d, (i + 1) * d),
                        Arrays.copyOfRange(target, i * columns, (i + 1) * columns),
                        columns,
                        Arrays.copyOfRange(scale, i, i + 1),
                        1,
                        g));
        double natural = n == 0 ? 1 : Math.max(1, sum / n);
        Tolerance.check(rows, Samples.written(got), scalar, gradient, natural);
        double alone = trio.session.scoreMatching(x, target, columns, scale, n, null);
        assertThat(alone).as(rows + ", loss alone").isEqualTo(gotLoss);
      }
    }
  }

  @Test
  default void refusesBadTargets() {
    MlpShape shape = MlpShape.of(Activation.SILU, 3, 4);
    int count = shape.parameterCount();
    float[] x = new float[12];
    float[] scale = new float[4];
    float[] gradient = new float[count];
    try (Backend backend = backend(1);
        MlpSession session = backend.open(shape, 4)) {
      session.setParameters(Samples.model(shape, false, 1));
      refuses("4 columns", () -> session.scoreMatching(x, x, 4, scale, 3, gradient));
      refuses("0 columns", () -> session.scoreMatching(x, x, 0, scale, 3, gradient));
      refuses("target has 4", () -> session.scoreMatching(x, scale, 2, scale, 4, gradient));
      refuses("scale has 3", () -> session.scoreMatching(x, x, 3, new float[3], 4, null));
      refuses("gradient has 4", () -> session.scoreMatching(x, x, 3, scale, 4, new float[4]));
      float[] big = new float[Math.max(12, count)];
      refuses("also an input", () -> session.scoreMatching(big, x, 3, scale, 4, big));
      refuses("also an input", () -> session.scoreMatching(x, big, 3, scale, 4, big));
      refuses("also an input", () -> session.scoreMatching(x, x, 3, big, 4, big));
      assertThat(session.scoreMatching(x, x, 3, scale, 0, gradient)).isZero();
    }
  }

  private static void refuses(String telling, Runnable call) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .withMessageContaining(telling)
        .withMessageNotContaining("\n");
  }
}
