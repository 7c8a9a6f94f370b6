package io.gibbsite.train.mlp;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Jitter;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.DataOrder;
import io.gibbsite.train.DivergedException;
import io.gibbsite.train.LearningRate;
import io.gibbsite.train.Optimiser;
import io.gibbsite.train.Trainer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trains an MLP energy, and its {@code c = log Z} if the {@link MlpObjective} learns it, on
 * minibatches.
 *
 * <p>{@code theta} is float[P + 1]: the parameters, then {@code c}. Every random number of step
 * {@code t} has {@code t} in its address. A step allocates nothing.
 */
public final class MlpTrainer extends Trainer {
  /** Held-out noise is drawn at this step and after it; no training step comes so far. */
  private static final long HELD_OUT_STEP = 1L << 55;

  private final MlpSession session;
  private final MlpObjective objective;
  private final TrainingOptions options;
  private final Optimiser optimiser;
  private final Jitter jitter;
  private final ParameterAverage average;
  private final float[] data;
  private final int dataRows;
  private final MlpParameters parameters;
  private final float[] theta;
  private final float[] gradient;
  private final float[] x;
  private double gradientNorm;

  /**
   * @param backend computes
   * @param initial where training starts; copied
   * @param data float[rows * d], not copied
   * @param rows at least {@code options.batch()}
   * @param objective begun and closed by this trainer
   * @param optimiser of P + 1 parameters
   * @param options of the steps
   */
  public MlpTrainer(
      Backend backend,
      MlpModel initial,
      float[] data,
      int rows,
      MlpObjective objective,
      Optimiser optimiser,
      TrainingOptions options) {
    super(rows, options.batch(), options.seed());
    MlpShape shape = initial.parameters().shape();
    int d = shape.inputs();
    int count = shape.parameterCount();
    DataOrder.requireRows(data.length, rows, d);
    if (options.jitterSd() != null && options.jitterSd().length != d) {
      throw new IllegalArgumentException(
          "jitter for %d columns on data of %d".formatted(options.jitterSd().length, d));
    }
    this.objective = objective;
    this.options = options;
    this.optimiser = optimiser;
    this.jitter =
        options.jitterSd() == null ? null : new Jitter(options.jitterSd(), options.seed());
    this.data = data;
    this.dataRows = rows;
    this.theta = Arrays.copyOf(initial.parameters().values(), count + 1);
    theta[count] = initial.logZ();
    this.average =
        options.averageDecay() == 0 ? null : new ParameterAverage(options.averageDecay(), theta);
    this.parameters = new MlpParameters(shape, new float[count], initial.parameters().base());
    this.gradient = new float[count + 1];
    this.x = new float[options.batch() * d];
    this.session = backend.open(shape, objective.rows(options.batch()));
    show(theta);
    objective.begin(session, options.batch(), options.seed());
  }

  @Override
  protected double update(long step, int[] rows) {
    int count = parameters.values().length;
    gather(step, rows);
    double loss = objective.loss(x, options.batch(), theta[count], step, gradient);
    if (!Double.isFinite(loss)) {
      throw diverged(step, "the loss is " + loss);
    }
    gradientNorm = norm(gradient);
    if (!Double.isFinite(gradientNorm)) {
      throw diverged(step, "the norm of the gradient is " + gradientNorm);
    }
    if (gradientNorm > options.gradientNormLimit()) {
      scale(gradient, gradient.length, (float) (options.gradientNormLimit() / gradientNorm));
    }
    float rate = options.learningRate().at(step);
    if (options.weightDecay() > 0) {
      scale(theta, count, 1 - rate * options.weightDecay());
    }
    optimiser.step(theta, gradient, rate, step + 1);
    if (!(largest(theta) <= Float.MAX_VALUE)) {
      throw diverged(step, "a parameter is no longer finite");
    }
    if (average != null) {
      average.add(theta, step + 1);
    }
    show(theta);
    return loss;
  }

  /** Copies the step's minibatch to {@code x}, with fresh jitter. */
  private void gather(long step, int[] rows) {
    int d = parameters.shape().inputs();
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(data, rows[r] * d, x, r * d, d);
      if (jitter != null) {
        jitter.add(step, r, x, r * d);
      }
    }
  }

  private void show(float[] values) {
    System.arraycopy(values, 0, parameters.values(), 0, parameters.values().length);
    session.setParameters(parameters);
  }

  private DivergedException diverged(long step, String what) {
    return new DivergedException(step, what, objective.remedy());
  }

  /**
   * What the objective says of {@link #model} on rows of their own, with draws that are the same at
   * every call: its loss, or {@link MlpObjective#heldOutName}.
   *
   * @param rowsX float[rows * d]
   */
  public double heldOut(float[] rowsX, int rows) {
    int d = parameters.shape().inputs();
    float[] values = average == null ? theta : average.values();
    show(values);
    double sum = 0;
    int block = options.batch();
    for (int first = 0; first < rows; first += block) {
      int n = Math.min(block, rows - first);
      System.arraycopy(rowsX, first * d, x, 0, n * d);
      long address = HELD_OUT_STEP + first / block;
      sum += n * objective.heldOut(x, n, values[values.length - 1], address);
    }
    show(theta);
    return sum / rows;
  }

  /** The model as trained so far, averaged over the steps if the options say so; a copy. */
  public MlpModel model() {
    float[] values = average == null ? theta : average.values();
    int count = parameters.values().length;
    return new MlpModel(
        new MlpParameters(parameters.shape(), Arrays.copyOf(values, count), parameters.base()),
        values[count]);
  }

  /** What is minimised. */
  public MlpObjective objective() {
    return objective;
  }

  /** {@code c} of {@link #model}. */
  public float logZ() {
    return (average == null ? theta : average.values())[theta.length - 1];
  }

  @Override
  protected double lastGradientNorm() {
    return gradientNorm;
  }

  /**
   * {@code theta} [P + 1], {@code average} [P + 1] if there is one, the optimiser's state and the
   * objective's: the arrays themselves.
   */
  @Override
  public Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("theta", theta);
    if (average != null) {
      state.put("average", average.values());
    }
    state.putAll(optimiser.state());
    state.putAll(objective.state());
    return state;
  }

  @Override
  public String configuration() {
    LearningRate rate = options.learningRate();
    MlpShape shape = parameters.shape();
    Gaussian base = parameters.base();
    return String.join(
        "; ",
        "shape=" + shape,
        "activation=" + shape.activation().label(),
        "base=" + (base == null ? "none" : Checkpoint.digest(base.mean(), base.cholesky())),
        "objective=" + objective.name(),
        objective.configuration(),
        "optimiser=" + optimiser.description(),
        "batch=" + options.batch(),
        rate.configuration(),
        "seed=" + options.seed(),
        "weight decay=" + options.weightDecay(),
        "gradient-norm limit=" + options.gradientNormLimit(),
        "average decay=" + options.averageDecay(),
        "jitter=" + (options.jitterSd() == null ? "none" : Checkpoint.digest(options.jitterSd())),
        "data="
            + dataRows
            + " rows "
            + Checkpoint.digest(Arrays.copyOf(data, dataRows * shape.inputs())));
  }

  @Override
  protected void resumed(long steps) {
    show(theta);
    objective.resumeAt(steps);
  }

  private static void scale(float[] values, int n, float factor) {
    for (int i = 0; i < n; i++) {
      values[i] *= factor;
    }
  }

  @Override
  public void close() {
    objective.close();
    session.close();
  }
}
