package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.Langevin;
import io.gibbsite.train.Adam;
import io.gibbsite.train.LearningRate;
import io.gibbsite.train.mlp.ContrastiveDivergenceObjective;
import io.gibbsite.train.mlp.LangevinNegatives;
import io.gibbsite.train.mlp.MlpObjective;
import io.gibbsite.train.mlp.MlpTrainer;
import io.gibbsite.train.mlp.ScoreMatchingObjective;
import io.gibbsite.train.mlp.TrainingOptions;
import java.util.List;

/**
 * One update of an MLP energy with SiLU: the minibatch, the draws, the loss, its gradient and Adam.
 * Weights start at N(0, 1) / sqrt(in), biases at 0, and the rows are standard normal; the learning
 * rate is so low that the model stays what it was, and with it the cost of an update.
 *
 * @param name {@code train-dsm}: denoising score matching at sigma 0.1; {@code train-cd}:
 *     contrastive divergence with 20 Langevin steps of 0.005 from the minibatch
 * @param layers the model
 * @param batch rows of the minibatch
 */
public record TrainingWorkload(String name, MlpShape layers, int batch) implements Workload {
  private static final String DSM = "train-dsm";
  private static final String CD = "train-cd";

  /** Every name. */
  static final List<String> NAMES = List.of(DSM, CD);

  private static final long SEED = 1;
  private static final float SIGMA = 0.1f;
  private static final int LANGEVIN_STEPS = 20;
  private static final float STEP_SIZE = 0.005f;
  private static final float LEARNING_RATE = 1e-5f;

  /** Of the training rows, so that a minibatch is gathered from among them. */
  private static final int MINIBATCHES = 4;

  public TrainingWorkload {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "unknown training '%s': %s".formatted(name, String.join(", ", NAMES)));
    }
    if (batch < 1) {
      throw new IllegalArgumentException("the batch must be at least 1, not " + batch);
    }
  }

  @Override
  public String shape() {
    return layers.toString();
  }

  /**
   * In forward passes {@code F = 2 B sum(in * out)}: the loss of denoising costs an energy and its
   * input gradient, 2 F, and its gradient twice that; contrastive divergence 2 F a Langevin step,
   * and 3 F for the gradients of each half.
   */
  @Override
  public double flops() {
    return (double) forwardPasses() * batch * layers.forwardFlops();
  }

  private int forwardPasses() {
    return name.equals(DSM) ? 6 : 2 * LANGEVIN_STEPS + 6;
  }

  /** The rows, and parameters, gradient and Adam's moments. */
  @Override
  public double bytes() {
    double rows = (double) batch * layers.inputs();
    return Float.BYTES * (rows + 7.0 * layers.parameterCount());
  }

  @Override
  public int steps() {
    return 1;
  }

  @Override
  public Run prepare(Backend backend) {
    int rows = MINIBATCHES * batch;
    MlpObjective objective =
        name.equals(DSM)
            ? ScoreMatchingObjective.denoising(SIGMA)
            : new ContrastiveDivergenceObjective(
                "cd",
                LangevinNegatives.fromData(Langevin.steps(LANGEVIN_STEPS).stepSize(STEP_SIZE)),
                0,
                null,
                Float.POSITIVE_INFINITY);
    return new Run(
        new MlpTrainer(
            backend,
            new MlpModel(MlpWorkload.parameters(layers), 0),
            MlpWorkload.normals(DrawStream.DATA, rows, layers.inputs()),
            rows,
            objective,
            new Adam(layers.parameterCount() + 1),
            TrainingOptions.of(batch, LearningRate.constant(LEARNING_RATE), SEED)));
  }

  /** The prepared training: {@link #run} makes one update. */
  public record Run(MlpTrainer trainer) implements Body {
    @Override
    public void run() {
      trainer.step();
    }

    @Override
    public void close() {
      trainer.close();
    }
  }
}
