package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gibbsite.backend.Backend;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import org.junit.jupiter.api.Test;

/** What a session refuses. */
interface MlpErrorsContract extends MlpBackend {
  @Test
  default void refusesBadArguments() {
    ModelCase model = ModelCase.of("3-5-4-1", Activation.SILU, false);
    MlpShape shape = model.shape();
    int count = shape.parameterCount();
    float[] x = new float[12];
    float[] four = new float[4];
    float[] other = new float[4];
    float[] theta = new float[count + 1];
    SigmoidNce nce = new SigmoidNce(2, Samples.noises(3).get(0));
    try (Backend backend = backend(1);
        MlpSession session = backend.open(shape, 4)) {
      assertThat(session.shape()).isEqualTo(shape);
      assertThat(session.rows()).isEqualTo(4);
      assertThat(session.chains()).isZero();
      refuses(
          "2-3-1",
          () ->
              session.setParameters(
                  Samples.model(MlpShape.parse("2-3-1", shape.activation()), false, 1)));
      refuses(
          "tanh",
          () ->
              session.setParameters(
                  Samples.model(MlpShape.parse("3-5-4-1", Activation.TANH), false, 1)));
      session.setParameters(model.parameters());
      refuses("5 rows", () -> session.energy(new float[15], 5, new float[5]));
      refuses("-1 rows", () -> session.energy(x, -1, four));
      refuses("x has 11", () -> session.energy(new float[11], 4, four));
      refuses("energy has 3", () -> session.energy(x, 4, new float[3]));
      refuses("gradient has 4", () -> session.inputGradient(x, 4, null, four));
      refuses("w has 3", () -> session.parameterGradient(x, new float[3], 4, theta));
      refuses("gradient has 4", () -> session.parameterGradient(x, four, 4, other));
      refuses("v has 4", () -> session.directional(x, four, 4, null, four, other));
      refuses("slope has 3", () -> session.directional(x, x, 4, null, new float[3], other));
      refuses("noise has 12", () -> session.nce(nce, 0, x.clone(), 4, x, theta));
      refuses("gradient has", () -> session.nce(nce, 0, x, 4, 1, 1, new float[count]));
      refuses("log Z", () -> session.nce(nce, Float.NaN, x, 4, 1, 1, theta));
      refuses("step -1", () -> session.nce(nce, 0, x, 4, 1, -1, theta));
      refuses(
          "noise of 2",
          () -> session.nce(new SigmoidNce(1, Samples.noises(2).get(0)), 0, x, 4, 1, 1, theta));
      refuses("5 rows", () -> session.normals(1, DrawStream.DIRECTION, 0, 5, 3, new float[15]));
      refuses("4 columns", () -> session.normals(1, DrawStream.DIRECTION, 0, 3, 4, x));
      refuses("0 columns", () -> session.normals(1, DrawStream.DIRECTION, 0, 3, 0, x));
      refuses("out has 4", () -> session.normals(1, DrawStream.DIRECTION, 0, 4, 3, four));
      refuses("step -1", () -> session.normals(1, DrawStream.DIRECTION, -1, 4, 3, x));
      refuses("5 rows", () -> session.setChains(new float[15], 5));
      session.setChains(x, 4);
      refuses("x has 4", () -> session.readChains(four));
      refuses("energies has 4", () -> session.langevin(Langevin.steps(2), 1, four));
      refuses("step", () -> session.langevin(Langevin.steps(2).from(Draws.STEP_LIMIT, 1), 1));

      float[] big = new float[Math.max(12, count + 1)];
      refuses("also an input", () -> session.energy(big, 4, big));
      refuses("also an input", () -> session.inputGradient(x, 4, null, x));
      refuses("also an input", () -> session.inputGradient(x, 4, big, big));
      refuses("also an input", () -> session.parameterGradient(big, four, 4, big));
      refuses("also an input", () -> session.parameterGradient(x, big, 4, big));
      refuses("also an input", () -> session.directional(x, big, 4, null, big, four));
      refuses("also an input", () -> session.directional(x, x, 4, null, four, four));
      refuses(
          "also an input",
          () -> session.directionalParameterGradient(x, x, four, four, big, 4, big));
      refuses("also an input", () -> session.nce(nce, 0, big, 4, 1, 1, big));
      float[] noise = new float[Math.max(24, count + 1)];
      refuses("also an input", () -> session.nce(nce, 0, x, 4, noise, noise));
    }
  }

  @Test
  default void refusesUseBeforeParametersAndAfterClose() {
    MlpShape shape = MlpShape.of(Activation.SILU, 2, 3);
    float[] x = new float[4];
    try (Backend backend = backend(1)) {
      assertThat(backend.bytes(shape, 4)).isPositive();
      assertThatIllegalArgumentException().isThrownBy(() -> backend.open(shape, 0).close());
      MlpSession session = backend.open(shape, 2);
      assertThatIllegalStateException()
          .isThrownBy(() -> session.energy(x, 2, new float[2]))
          .withMessageContaining("setParameters");
      session.setParameters(Samples.model(shape, false, 1));
      session.energy(x, 2, new float[2]);
      session.close();
      session.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> session.energy(x, 2, new float[2]))
          .withMessageContaining("closed");
      assertThatIllegalStateException().isThrownBy(() -> session.readChains(x));
      assertThatIllegalStateException().isThrownBy(() -> session.setChains(x, 2));
      assertThatIllegalStateException().isThrownBy(() -> session.langevin(Langevin.steps(1), 1));
    }
  }

  private static void refuses(String telling, Runnable call) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .withMessageContaining(telling)
        .withMessageNotContaining("\n");
  }
}
