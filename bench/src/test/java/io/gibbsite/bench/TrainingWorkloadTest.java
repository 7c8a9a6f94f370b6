package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.ContrastiveDivergence;
import io.gibbsite.objective.DenoisingScoreMatching;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import io.gibbsite.train.DataOrder;
import io.gibbsite.train.mlp.MlpTrainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the benchmark times is the update that it names. */
class TrainingWorkloadTest {
  private static final int BATCH = 37;
  private static final int COLUMNS = 5;
  private static final MlpShape SHAPE = MlpShape.of(Activation.SILU, COLUMNS, 24, 17);
  private static final float RATE = 1e-5f;

  /**
   * The signs of Adam's first moments are those of the gradient; smaller entries may be rounding.
   */
  private static final float CLEAR = 1e-3f;

  private static Backend open(String name) {
    return Backends.named(name, new BackendOptions(2, Precision.FLOAT32));
  }

  @ParameterizedTest
  @ValueSource(strings = {"train-dsm", "train-cd"})
  void anUpdateFollowsTheGradientOfItsLoss(String name) {
    TrainingWorkload workload = new TrainingWorkload(name, SHAPE, BATCH);
    for (Backends.Status status : Backends.report()) {
      if (!status.available()) {
        continue;
      }
      try (Backend backend = open(status.name());
          Backend scalar = open("scalar");
          TrainingWorkload.Run body = workload.prepare(backend)) {
        MlpTrainer trainer = body.trainer();
        float[] before = trainer.model().parameters().values();
        double loss = trainer.step();
        float[] after = trainer.model().parameters().values();
        float[] gradient = new float[SHAPE.parameterCount()];
        double expected = loss(name, scalar, minibatch(), gradient);
        assertThat(loss).describedAs(status.name()).isCloseTo(expected, within(1e-4));
        body.run();
        assertThat(trainer.stepsDone()).isEqualTo(2);
        int clear = 0;
        for (int p = 0; p < before.length; p++) {
          if (Math.abs(gradient[p]) > CLEAR) {
            // Adam's first update is the rate, against the gradient.
            assertThat(after[p] - before[p])
                .describedAs("%s, parameter %d", status.name(), p)
                .isCloseTo(-RATE * Math.signum(gradient[p]), within(0.2f * RATE));
            clear++;
          }
        }
        assertThat(clear).isGreaterThan(50);
      }
    }
  }

  /** The first one. */
  private static float[] minibatch() {
    float[] rows = MlpWorkload.normals(DrawStream.DATA, 4 * BATCH, COLUMNS);
    int[] indices = new int[BATCH];
    new DataOrder(4 * BATCH, BATCH, 1).rows(0, indices);
    float[] x = new float[BATCH * COLUMNS];
    for (int r = 0; r < BATCH; r++) {
      System.arraycopy(rows, indices[r] * COLUMNS, x, r * COLUMNS, COLUMNS);
    }
    return x;
  }

  private static double loss(String name, Backend backend, float[] x, float[] gradient) {
    try (MlpSession session = backend.open(SHAPE, BATCH)) {
      session.setParameters(MlpWorkload.parameters(SHAPE));
      float[] other = new float[BATCH * COLUMNS];
      if (name.equals("train-cd")) {
        session.setChains(x, BATCH);
        session.langevin(Langevin.steps(20).stepSize(0.005f), 1);
        session.readChains(other);
        return new ContrastiveDivergence().loss(session, x, BATCH, other, BATCH, gradient);
      }
      for (int r = 0; r < BATCH; r++) {
        Draws.normals(1, DrawStream.DIRECTION, 0, r, other, r * COLUMNS, COLUMNS);
      }
      return new DenoisingScoreMatching(0.1f).loss(session, x, BATCH, other, gradient);
    }
  }

  @Test
  void operationsAreThoseThatPeersCount() {
    double forward = 2.0 * 256 * (784 * 512 + 512 * 512 + 512);
    assertThat(Workloads.named("train-dsm", "784-512-512-1", 0).flops()).isEqualTo(6 * forward);
    assertThat(Workloads.named("train-cd", "784-512-512-1", 0).flops()).isEqualTo(46 * forward);
    assertThat(Workloads.select("train-dsm", null, 0))
        .extracting(Workload::shape)
        .containsExactly("2-128-128-1", "784-512-512-1");
  }

  @Test
  void anythingElseIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingWorkload("train-nce", SHAPE, 1))
        .withMessageContaining("train-dsm, train-cd");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingWorkload("train-cd", SHAPE, 0))
        .withMessageContaining("at least 1");
  }
}
