package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.BuiltIn;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.likelihood.GridIntegral;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.sampler.EnergyFunction;
import io.gibbsite.target.Banana;
import io.gibbsite.target.EightGaussians;
import io.gibbsite.target.Funnel;
import io.gibbsite.target.IllConditionedGaussian;
import io.gibbsite.target.Target;
import io.gibbsite.train.Adam;
import io.gibbsite.train.LearningRate;
import io.gibbsite.train.mlp.MlpTrainer;
import io.gibbsite.train.mlp.NceObjective;
import io.gibbsite.train.mlp.TrainingOptions;
import java.util.List;
import java.util.stream.Stream;

/**
 * An energy whose moments are known, for comparing samplers.
 *
 * @param name in tables
 * @param energy on the caller's threads or on a backend's
 * @param mean of the columns whose moments are compared, the first ones
 * @param deviation of the same
 * @param session to close, or null
 */
public record SamplerTarget(
    String name, EnergyFunction energy, double[] mean, double[] deviation, MlpSession session)
    implements AutoCloseable {
  private static final String MLP = "mlp";
  private static final List<Target> CLOSED_FORM =
      List.of(new IllConditionedGaussian(10, 30), new Banana(), new EightGaussians(), new Funnel());

  private static final int TRAINING_ROWS = 8_000;
  private static final int TRAINING_STEPS = 800;
  private static final float BOX = 6;
  private static final int CELLS = 600;

  /** Every name that {@link #named} knows. */
  public static List<String> names() {
    return Stream.concat(CLOSED_FORM.stream().map(Target::name), Stream.of(MLP)).toList();
  }

  /**
   * The target of that name; {@code mlp} is trained on two moons, in a few seconds.
   *
   * @param rows the most rows of one pass
   * @throws IllegalArgumentException if there is none
   */
  public static SamplerTarget named(String name, Backend backend, int rows, long seed) {
    if (name.equals(MLP)) {
      return trained(backend, rows, seed);
    }
    Target target =
        CLOSED_FORM.stream()
            .filter(t -> t.name().equals(name))
            .findAny()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "unknown target '" + name + "': " + String.join(", ", names())));
    double[] mean = new double[target.momentColumns()];
    double[] deviation = new double[mean.length];
    for (int c = 0; c < mean.length; c++) {
      mean[c] = target.mean(c);
      deviation[c] = target.deviation(c);
    }
    return new SamplerTarget(name, target, mean, deviation, null);
  }

  /** An MLP over a Gaussian base, whose moments are integrated on a grid. */
  private static SamplerTarget trained(Backend backend, int rows, long seed) {
    float[] data = BuiltIn.TWO_MOONS.sample(TRAINING_ROWS, seed);
    Gaussian base = Gaussian.fit(data, TRAINING_ROWS, 2, true);
    MlpShape shape = MlpShape.of(Activation.SILU, 2, 64, 64);
    MlpModel model = new MlpModel(MlpParameters.random(shape, base, seed), 0);
    LearningRate rate =
        new LearningRate(LearningRate.Schedule.COSINE, 5e-3f, 0.01f, TRAINING_STEPS);
    try (MlpTrainer trainer =
        new MlpTrainer(
            backend,
            model,
            data,
            TRAINING_ROWS,
            new NceObjective(new SigmoidNce(4, base)),
            new Adam(shape.parameterCount() + 1),
            TrainingOptions.of(500, rate, seed))) {
      for (int step = 0; step < TRAINING_STEPS; step++) {
        trainer.step();
      }
      model = trainer.model();
    }
    MlpSession session = backend.open(shape, rows);
    session.setParameters(model.parameters());
    double[] mean = new double[2];
    double[] deviation = new double[2];
    moments(session, mean, deviation);
    return new SamplerTarget(MLP, session, mean, deviation, session);
  }

  /** By the midpoint rule, to about 1e-6. */
  private static void moments(MlpSession session, double[] mean, double[] deviation) {
    UniformBox box = new UniformBox(new float[] {-BOX, -BOX}, new float[] {BOX, BOX});
    float[] energies = GridIntegral.energies(session, box, CELLS);
    double sum = 0;
    double[] first = new double[2];
    double[] second = new double[2];
    for (int cell = 0; cell < energies.length; cell++) {
      double p = Math.exp(-energies[cell]);
      double[] x = {midpoint(cell % CELLS), midpoint(cell / CELLS)};
      sum += p;
      for (int c = 0; c < 2; c++) {
        first[c] += p * x[c];
        second[c] += p * x[c] * x[c];
      }
    }
    for (int c = 0; c < 2; c++) {
      mean[c] = first[c] / sum;
      deviation[c] = Math.sqrt(second[c] / sum - mean[c] * mean[c]);
    }
  }

  private static double midpoint(int cell) {
    return BOX * (2 * (cell + 0.5) / CELLS - 1);
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }
}
