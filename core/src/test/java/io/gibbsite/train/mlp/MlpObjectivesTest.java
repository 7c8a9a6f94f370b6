package io.gibbsite.train.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.Workers;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.GeneratorScalar;
import io.gibbsite.mlp.GeneratorShape;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpScalar;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.ContrastiveDivergence;
import io.gibbsite.objective.DenoisingScoreMatching;
import io.gibbsite.objective.InfoNce;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.objective.SlicedScoreMatching;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import io.gibbsite.train.Adam;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.DataOrder;
import io.gibbsite.train.DivergedException;
import io.gibbsite.train.LearningRate;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every objective of a training must keep, and what each one adds to its rule. */
class MlpObjectivesTest {
  private static final int D = 3;
  private static final int BATCH = 8;
  private static final int K = 2;
  private static final long SEED = 11;
  private static final int ROWS = 40;
  private static final MlpShape SHAPE = MlpShape.of(Activation.SILU, D, 6, 5);
  private static final Gaussian NOISE = Gaussian.isotropic(D, 0.1f, 1.3f);
  private static final Workers ALONE = new Workers(1, "test");
  private static final Langevin DYNAMICS = Langevin.steps(4).stepSize(0.01f);

  @TempDir private Path folder;

  enum Kind {
    NCE,
    NCE_ADAPTIVE,
    INFONCE,
    CD,
    MLE,
    PCD,
    STEINCD,
    STEINCD_PERSISTENT,
    STEINGAN,
    ISM,
    DSM,
    SSM,
    SSM_VR,
    MULTI_DSM;

    MlpObjective make() {
      return switch (this) {
        case NCE -> new NceObjective(new SigmoidNce(K, NOISE));
        case NCE_ADAPTIVE -> new AdaptiveNceObjective(K, NOISE, 2, 7, DYNAMICS);
        case INFONCE -> new InfoNceObjective(new InfoNce(K, NOISE));
        case CD -> by("cd", LangevinNegatives.fromData(DYNAMICS));
        case MLE -> by("mle", LangevinNegatives.fromNoise(DYNAMICS, NOISE, 6));
        case PCD -> by("pcd", new ReplayBuffer(DYNAMICS, NOISE, 6, 20, 0.3f));
        case STEINCD -> by("steincd", SteinNegatives.fromData(3, 0.1f, ALONE));
        case STEINCD_PERSISTENT ->
            by("steincd persistent", SteinNegatives.persistent(2, 0.1f, NOISE, 7, ALONE));
        case STEINGAN -> by("steingan", generator());
        case ISM -> ScoreMatchingObjective.implicit();
        case DSM -> ScoreMatchingObjective.denoising(0.3f);
        case SSM -> ScoreMatchingObjective.sliced();
        case SSM_VR -> ScoreMatchingObjective.varianceReduced();
        case MULTI_DSM ->
            new MultiScaleObjective(new float[] {0.8f, 0.1f}, 1.2f, new float[] {3, 1, 0.3f});
      };
    }

    private static Negatives generator() {
      GeneratorShape shape = GeneratorShape.of(Activation.TANH, 2, new int[] {5}, D, false);
      return new GeneratorNegatives(shape, 6, 0.01f, GeneratorScalar::new, ALONE);
    }

    private static MlpObjective by(String name, Negatives negatives) {
      return new ContrastiveDivergenceObjective(name, negatives, 0.01f, null, 100);
    }
  }

  private static float[] data(int rows) {
    float[] x = new float[rows * D];
    for (int i = 0; i < rows; i++) {
      NOISE.sample(5, DrawStream.DATA, 0, i, x, i * D);
      x[i * D] = Math.abs(x[i * D]);
    }
    return x;
  }

  private static MlpTrainer trainer(Backend backend, MlpObjective objective) {
    TrainingOptions options =
        TrainingOptions.of(BATCH, LearningRate.constant(0.01f), SEED).withAverageDecay(0.5f);
    return new MlpTrainer(
        backend,
        new MlpModel(MlpParameters.random(SHAPE, NOISE, 2), 0.1f),
        data(ROWS),
        ROWS,
        objective,
        new Adam(SHAPE.parameterCount() + 1),
        options);
  }

  private static Backend scalar(int threads) {
    return Backends.named("scalar", new BackendOptions(threads, Precision.FLOAT32));
  }

  /** Over two refits of the noise, and twice through the replay buffer. */
  @ParameterizedTest
  @EnumSource
  void aResumedRunGivesTheSameBitsWithAnyNumberOfThreads(Kind kind) throws IOException {
    float[] whole;
    double heldOut;
    try (Backend backend = scalar(1);
        MlpTrainer trainer = trainer(backend, kind.make())) {
      for (int s = 0; s < 17; s++) {
        trainer.step();
        trainer.heldOut(data(5), 5);
      }
      whole = trainer.model().parameters().values();
      heldOut = trainer.heldOut(data(9), 9);
    }
    for (int threads : new int[] {2, 5}) {
      Path file = folder.resolve(threads + ".safetensors");
      try (Backend backend = scalar(threads);
          MlpTrainer trainer = trainer(backend, kind.make())) {
        for (int s = 0; s < 10; s++) {
          trainer.step();
        }
        Checkpoint.write(file, trainer);
      }
      try (Backend backend = scalar(threads);
          MlpTrainer trainer = trainer(backend, kind.make())) {
        Checkpoint.resume(file, trainer);
        for (int s = 10; s < 17; s++) {
          trainer.step();
        }
        assertThat(trainer.model().parameters().values()).isEqualTo(whole);
        assertThat(trainer.heldOut(data(9), 9)).isEqualTo(heldOut);
      }
    }
  }

  /**
   * A step of the chains names the address of their first move, which is a small object; that apart
   * nothing is allocated, nor by anything else but a refit of the noise.
   */
  @ParameterizedTest
  @EnumSource
  void aStepAllocatesNothing(Kind kind) {
    FakeSession session = new FakeSession(SHAPE, 2000);
    MlpObjective objective =
        kind == Kind.NCE_ADAPTIVE
            ? new AdaptiveNceObjective(K, NOISE, 2, 1 << 30, DYNAMICS)
            : kind.make();
    try (MlpTrainer trainer = trainer(session.backend(), objective)) {
      for (int s = 0; s < 20_000; s++) {
        trainer.step();
      }
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      threads.getCurrentThreadAllocatedBytes();
      boolean chains = kind == Kind.CD || kind == Kind.MLE || kind == Kind.PCD;
      long limit = chains ? 64 : 16;
      long least = Long.MAX_VALUE;
      // As many rounds as the compiler may need on a busy machine: what it cannot remove stays.
      for (int round = 0; round < 1000 && least / 1000 >= limit; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int s = 0; s < 1000; s++) {
          trainer.step();
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(least / 1000).isLessThan(limit);
    }
  }

  @ParameterizedTest
  @EnumSource
  void configurationTellsObjectivesAndTheirSettingsApart(Kind kind) {
    for (Kind other : Kind.values()) {
      if (other != kind) {
        assertThat(other.make().name()).isNotEqualTo(kind.make().name());
      }
    }
    try (Backend backend = scalar(1);
        MlpTrainer trainer = trainer(backend, kind.make())) {
      assertThat(trainer.configuration())
          .contains("objective=" + kind.make().name(), kind.make().configuration());
    }
    assertThat(ScoreMatchingObjective.denoising(0.2f).configuration())
        .isNotEqualTo(ScoreMatchingObjective.denoising(0.3f).configuration());
  }

  /** One step of an objective, on a session of its own. */
  private static float[] gradient(MlpObjective objective, long... steps) {
    float[] gradient = new float[SHAPE.parameterCount() + 1];
    try (MlpScalar session = new MlpScalar(SHAPE, objective.rows(BATCH))) {
      session.setParameters(MlpParameters.random(SHAPE, null, 2));
      objective.begin(session, BATCH, SEED);
      for (long step : steps) {
        Arrays.fill(gradient, Float.NaN);
        objective.loss(data(BATCH), BATCH, 0, step, gradient);
      }
    }
    assertThat(gradient[gradient.length - 1]).isZero();
    return gradient;
  }

  private interface Rule {
    void on(MlpScalar session, float[] x, float[] gradient);
  }

  private static float[] byHand(Rule rule) {
    float[] gradient = new float[SHAPE.parameterCount() + 1];
    try (MlpScalar session = new MlpScalar(SHAPE, 20)) {
      session.setParameters(MlpParameters.random(SHAPE, null, 2));
      rule.on(session, data(BATCH), gradient);
    }
    return gradient;
  }

  private static float[] normals(long step) {
    float[] v = new float[BATCH * D];
    for (int i = 0; i < BATCH; i++) {
      Draws.normals(SEED, DrawStream.DIRECTION, step, i, v, i * D, D);
    }
    return v;
  }

  @Test
  void drawsAreTakenAtTheStatedAddresses() {
    float[] noise = new float[BATCH * K * D];
    for (int i = 0; i < BATCH * K; i++) {
      NOISE.sample(SEED, DrawStream.NCE_NOISE, 3, i, noise, i * D);
    }
    assertThat(gradient(Kind.INFONCE.make(), 3))
        .isEqualTo(byHand((s, x, g) -> new InfoNce(K, NOISE).loss(s, x, BATCH, noise, g)));
    assertThat(gradient(Kind.ISM.make(), 3))
        .isEqualTo(byHand((s, x, g) -> new SlicedScoreMatching().implicit(s, x, BATCH, g)));
    assertThat(gradient(Kind.SSM.make(), 3))
        .isEqualTo(
            byHand((s, x, g) -> new SlicedScoreMatching().sliced(s, x, BATCH, normals(3), g)));
    assertThat(gradient(Kind.SSM_VR.make(), 3))
        .isEqualTo(
            byHand(
                (s, x, g) ->
                    new SlicedScoreMatching().varianceReduced(s, x, BATCH, normals(3), g)));
    assertThat(gradient(Kind.DSM.make(), 3))
        .isEqualTo(
            byHand((s, x, g) -> new DenoisingScoreMatching(0.3f).loss(s, x, BATCH, normals(3), g)));
  }

  @Test
  void chainsStartWhereTheObjectiveSaysAndGoOnWhereTheyWere() {
    ContrastiveDivergence rule = new ContrastiveDivergence(0.01f, 0);
    assertThat(gradient(Kind.CD.make(), 3))
        .isEqualTo(
            byHand(
                (s, x, g) -> {
                  float[] chains = x.clone();
                  move(s, chains, BATCH, 3);
                  rule.loss(s, x, BATCH, chains, BATCH, g);
                }));
    assertThat(gradient(Kind.MLE.make(), 3))
        .isEqualTo(
            byHand(
                (s, x, g) -> {
                  float[] chains = start(3, 6);
                  move(s, chains, 6, 3);
                  rule.loss(s, x, BATCH, chains, 6, g);
                }));
    // As many slots as chains, and none starts again: plain persistent chains, in another order.
    ReplayBuffer persistent = new ReplayBuffer(DYNAMICS, NOISE, 6, 6, 0);
    gradient(new ContrastiveDivergenceObjective("pcd", persistent, 0, null, 100), 0, 1);
    int[] first = new int[6];
    int[] second = new int[6];
    DataOrder order = new DataOrder(6, 6, SEED, 1);
    order.rows(0, first);
    order.rows(1, second);
    byHand(
        (s, x, g) -> {
          float[] buffer = start(0, 6);
          for (int[] taken : new int[][] {first, second}) {
            float[] chains = new float[6 * D];
            for (int i = 0; i < 6; i++) {
              System.arraycopy(buffer, taken[i] * D, chains, i * D, D);
            }
            move(s, chains, 6, taken == first ? 0 : 1);
            for (int i = 0; i < 6; i++) {
              System.arraycopy(chains, i * D, buffer, taken[i] * D, D);
            }
          }
          assertThat(persistent.state().get("chains")).isEqualTo(buffer);
        });
  }

  private static float[] start(long step, int chains) {
    float[] x = new float[chains * D];
    for (int i = 0; i < chains; i++) {
      NOISE.sample(SEED, DrawStream.INITIAL_STATE, step, i, x, i * D);
    }
    return x;
  }

  private static void move(MlpScalar session, float[] x, int chains, long step) {
    session.setChains(x, chains);
    session.langevin(DYNAMICS.from(4 * step, 4), SEED);
    session.readChains(x);
  }

  /**
   * Of 20,000 chains taken with a restart probability of 0.3, the share that starts again has the
   * standard error 0.0032: 5.5 of them is 4e-8.
   */
  @Test
  void chainsStartAgainAsOftenAsTheyShould() {
    Langevin still = Langevin.steps(1).stepSize(1e-30f).noiseScale(0);
    ReplayBuffer buffer = new ReplayBuffer(still, NOISE, 20, 40, 0.3f);
    try (MlpScalar session = new MlpScalar(SHAPE, 20)) {
      session.setParameters(MlpParameters.random(SHAPE, null, 2));
      buffer.begin(session, BATCH, SEED);
      float[] states = buffer.state().get("chains");
      int changed = 0;
      for (int step = 0; step < 1000; step++) {
        float[] before = states.clone();
        buffer.rows(data(BATCH), BATCH, step);
        for (int slot = 0; slot < 40; slot++) {
          changed += states[slot * D] == before[slot * D] ? 0 : 1;
        }
      }
      assertThat(changed / 20_000.0).isBetween(0.3 - 0.018, 0.3 + 0.018);
    }
  }

  @Test
  void aGapBeyondTheLimitEndsTheTrainingInOneLine() {
    Negatives far = LangevinNegatives.fromNoise(DYNAMICS, Gaussian.isotropic(D, 50, 1), 6);
    MlpObjective objective = new ContrastiveDivergenceObjective("mle", far, 0, NOISE, 20);
    try (Backend backend = scalar(1);
        MlpTrainer trainer = trainer(backend, objective)) {
      assertThatThrownBy(trainer::step)
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining("step 0")
          .hasMessageContaining("mean energy")
          .hasMessageContaining("Langevin");
      assertThat(trainer.hasDiverged()).isTrue();
      assertThatThrownBy(() -> Checkpoint.write(folder.resolve("x"), trainer))
          .isInstanceOf(IllegalStateException.class);
      assertThat(folder.resolve("x")).doesNotExist();
    }
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReplayBuffer(DYNAMICS, NOISE, 6, 5, 0))
        .withMessageContaining("5 slots for 6 chains");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReplayBuffer(DYNAMICS, NOISE, 6, 6, 1.5f))
        .withMessageContaining("1.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LangevinNegatives.fromNoise(DYNAMICS, NOISE, 0))
        .withMessageContaining("at least one chain");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdaptiveNceObjective(1, NOISE, 0, 1, DYNAMICS))
        .withMessageContaining("at least 1");
  }
}
