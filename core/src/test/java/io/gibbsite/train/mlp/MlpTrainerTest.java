package io.gibbsite.train.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.likelihood.GridIntegral;
import io.gibbsite.likelihood.HeldOut;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.train.Adam;
import io.gibbsite.train.DivergedException;
import io.gibbsite.train.LearningRate;
import io.gibbsite.train.LearningRate.Schedule;
import io.gibbsite.train.Optimiser;
import io.gibbsite.train.Sgd;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class MlpTrainerTest {
  private static final MlpShape LINE = MlpShape.of(Activation.SILU, 3);
  private static final SigmoidNce NCE = new SigmoidNce(2, Gaussian.isotropic(3, 0, 1));

  private static MlpTrainer trainer(FakeSession session, int rows, TrainingOptions options) {
    return trainer(session, rows, new Sgd(5, 0), options);
  }

  private static MlpTrainer trainer(
      FakeSession session, int rows, Optimiser optimiser, TrainingOptions options) {
    float[] data = new float[3 * rows];
    for (int i = 0; i < data.length; i++) {
      data[i] = i / 3;
    }
    MlpModel model = new MlpModel(new MlpParameters(LINE, new float[] {1, 2, 3, 4}), 5);
    return new MlpTrainer(
        session.backend(), model, data, rows, new NceObjective(NCE), optimiser, options);
  }

  private static TrainingOptions options(float rate) {
    return TrainingOptions.of(4, LearningRate.constant(rate), 1);
  }

  @Test
  void aStepMovesParametersAndLogZAgainstTheGradient() {
    FakeSession session = new FakeSession(LINE, 4);
    try (MlpTrainer trainer = trainer(session, 9, options(0.5f))) {
      assertThat(trainer.step()).isEqualTo(1);
      MlpModel model = trainer.model();
      assertThat(model.parameters().values()).containsExactly(0.75f, 1.75f, 2.75f, 3.75f);
      assertThat(model.logZ()).isEqualTo(4.75f);
      assertThat(trainer.gradientNorm()).isCloseTo(0.5 * Math.sqrt(5), within(1e-6));
      assertThat(trainer.stepsDone()).isEqualTo(1);
    }
  }

  @Test
  void weightDecayShrinksAllButLogZ() {
    FakeSession session = new FakeSession(LINE, 4);
    session.slope = 0;
    try (MlpTrainer trainer = trainer(session, 9, options(0.5f).withWeightDecay(0.5f))) {
      trainer.step();
      assertThat(trainer.model().parameters().values()).containsExactly(0.75f, 1.5f, 2.25f, 3f);
      assertThat(trainer.model().logZ()).isEqualTo(5);
    }
  }

  @Test
  void gradientsAreHeldToTheNormLimit() {
    FakeSession session = new FakeSession(LINE, 4);
    session.slope = 100;
    try (MlpTrainer trainer = trainer(session, 9, options(1).withGradientNormLimit(1))) {
      trainer.step();
      assertThat(trainer.model().logZ()).isCloseTo(5 - (float) (1 / Math.sqrt(5)), within(1e-5f));
    }
  }

  @Test
  void theAverageIsTheModel() {
    FakeSession session = new FakeSession(LINE, 4);
    try (MlpTrainer trainer = trainer(session, 9, options(1).withAverageDecay(0.5f))) {
      trainer.step();
      trainer.step();
      // c runs 5, 4.5, 4; d_1 = min(0.5, 1/10), d_2 = min(0.5, 2/11)
      double first = 0.1 * 5 + 0.9 * 4.5;
      assertThat((double) trainer.logZ()).isCloseTo(2 / 11.0 * first + 9 / 11.0 * 4, within(1e-5));
      assertThat(trainer.model().logZ()).isEqualTo(trainer.logZ());
    }
  }

  @Test
  void jitterIsFreshAtEveryVisitAndHasTheGivenSize() {
    FakeSession session = new FakeSession(LINE, 4);
    float[] sd = {0, 0.5f, 2};
    try (MlpTrainer trainer = trainer(session, 4, options(1e-9f).withJitter(sd))) {
      int visits = 3000;
      double[] squares = new double[3];
      float[] before = new float[12];
      for (int s = 0; s < visits; s++) {
        trainer.step();
        for (int r = 0; r < 4; r++) {
          float row = session.data[3 * r];
          for (int j = 0; j < 3; j++) {
            squares[j] += Math.pow(session.data[3 * r + j] - row, 2) / (4 * visits);
          }
        }
        assertThat(session.data).isNotEqualTo(before);
        before = session.data.clone();
      }
      // A mean of 12,000 squares has the relative standard error 0.013: 6 of them is 2e-9.
      assertThat(squares[0]).isZero();
      assertThat(squares[1]).isCloseTo(0.25, within(0.25 * 0.08));
      assertThat(squares[2]).isCloseTo(4, within(4 * 0.08));
    }
  }

  @Test
  void aStepAllocatesNothing() {
    FakeSession session = new FakeSession(LINE, 4);
    float[] sd = {0.1f, 0.5f, 2};
    TrainingOptions options =
        new TrainingOptions(
            4, new LearningRate(Schedule.COSINE, 1e-3f, 0, 5000), 1, 0.1f, 1, 0.9f, sd);
    try (MlpTrainer trainer = trainer(session, 9, new Adam(5), options)) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      for (int s = 0; s < 100; s++) {
        trainer.step();
      }
      threads.getCurrentThreadAllocatedBytes();
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int s = 0; s < 1000; s++) {
        trainer.step();
      }
      // The JVM may take a little when it compiles; an object a step would be 16,000 bytes.
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4000);
    }
  }

  @Test
  void divergenceNamesTheStepAndWhatToTry() {
    FakeSession session = new FakeSession(LINE, 4);
    try (MlpTrainer trainer = trainer(session, 9, options(0.1f))) {
      trainer.step();
      session.loss = Double.NaN;
      assertThatThrownBy(trainer::step)
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining("step 1")
          .hasMessageContaining("learning rate");
      assertThatThrownBy(trainer::step).isInstanceOf(IllegalStateException.class);
    }
    FakeSession steep = new FakeSession(LINE, 4);
    steep.slope = Float.POSITIVE_INFINITY;
    try (MlpTrainer trainer = trainer(steep, 9, options(0.1f))) {
      assertThatThrownBy(trainer::step).hasMessageContaining("norm of the gradient");
    }
    FakeSession large = new FakeSession(LINE, 4);
    large.slope = 1e30f;
    try (MlpTrainer trainer = trainer(large, 9, options(1e30f))) {
      assertThatThrownBy(trainer::step).hasMessageContaining("parameter");
    }
  }

  /**
   * A correlated Gaussian as an MLP over a standard normal base: the learned c must agree with the
   * integral of exp(-E), and the model with the truth. All draws are fixed by the seeds, so this
   * cannot fail by chance. An NCE with c turned round, or without log k, would be off by 0.4 or
   * more.
   */
  @Test
  void recoversTheLogPartitionFunctionOfACorrelatedGaussian() {
    int rows = 4096;
    Gaussian truth = new Gaussian(new float[] {0.3f, -0.2f}, new float[] {0.8f, 0, 0.5f, 0.6f});
    float[] x = new float[2 * rows];
    float[] fresh = new float[2 * rows];
    for (int i = 0; i < rows; i++) {
      truth.sample(7, DrawStream.DATA, 0, i, x, 2 * i);
      truth.sample(7, DrawStream.DATA, 1, i, fresh, 2 * i);
    }
    MlpShape shape = MlpShape.of(Activation.SILU, 2, 24);
    SigmoidNce nce = new SigmoidNce(5, Gaussian.isotropic(2, 0, 1.2f));
    // A constant in the energy, which c has to find.
    MlpParameters start = MlpParameters.random(shape, Gaussian.isotropic(2, 0, 1), 3);
    start.values()[shape.biasOffset(1)] = -4;
    TrainingOptions options =
        TrainingOptions.of(128, new LearningRate(Schedule.COSINE, 0.01f, 0.01f, 1200), 3)
            .withAverageDecay(0.99f);
    BackendOptions one = new BackendOptions(1, Precision.FLOAT32);
    try (Backend backend = Backends.named("scalar", one);
        MlpTrainer trainer =
            new MlpTrainer(
                backend,
                new MlpModel(start, 0),
                x,
                rows,
                new NceObjective(nce),
                new Adam(shape.parameterCount() + 1),
                options);
        MlpSession session = backend.open(shape, 1024)) {
      double before = trainer.heldOut(fresh, rows);
      for (int s = 0; s < 1200; s++) {
        trainer.step();
      }
      assertThat(trainer.heldOut(fresh, rows)).isLessThan(before - 0.1);
      assertThat(trainer.heldOut(fresh, rows)).isEqualTo(trainer.heldOut(fresh, rows));
      session.setParameters(trainer.model().parameters());
      UniformBox box = new UniformBox(new float[] {-8, -8}, new float[] {8, 8});
      GridIntegral integral = GridIntegral.integrate(session, box, 200);
      assertThat(integral.borderNegligible()).isTrue();
      assertThat(integral.logZ()).isGreaterThan(0.2);
      assertThat((double) trainer.logZ()).isCloseTo(integral.logZ(), within(0.03));
      HeldOut heldOut = HeldOut.compare(session, integral.logZ(), truth, fresh, rows);
      assertThat(heldOut.gain().value()).isBetween(-0.03, 0.001);
    }
  }

  @Test
  void balancedLogZCentresTheLogRatio() {
    try (Backend backend = Backends.named("scalar", BackendOptions.defaults());
        MlpSession session = backend.open(LINE, 8)) {
      session.setParameters(new MlpParameters(LINE, new float[] {0, 0, 0, 2}));
      float[] origin = new float[6];
      double logDensity = -1.5 * Math.log(2 * Math.PI);
      assertThat((double) NceObjective.balancedLogZ(session, NCE.noise(), origin, 2))
          .isCloseTo(-2 - logDensity, within(1e-6));
    }
  }

  @Test
  void wrongShapesAreNamed() {
    FakeSession session = new FakeSession(LINE, 4);
    assertThatThrownBy(() -> trainer(session, 3, options(0.1f)))
        .hasMessageContaining("a batch of 4 from 3 training rows");
    assertThatThrownBy(() -> trainer(session, 9, options(0.1f).withJitter(new float[2])))
        .hasMessageContaining("jitter for 2 columns on data of 3");
  }
}
