package io.gibbsite.train;

import io.gibbsite.backend.Backend;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Gibbs;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trains a restricted Boltzmann machine on minibatches by contrastive divergence (CD-k), or by
 * persistent contrastive divergence (PCD-k), which is stochastic maximum likelihood.
 *
 * <p>Step {@code t} takes the statistics of a minibatch, moves the chains by k sweeps with the
 * addresses {@code t k .. t k + k - 1}, takes their statistics, and moves the parameters against
 * the {@link RbmGradient}, with momentum. A run is a function of its data, options and seed,
 * whatever the number of threads, and can be taken up at any step (see {@link Checkpoint}). Used by
 * one thread at a time.
 *
 * <p>Sources: Hinton, "Training products of experts by minimizing contrastive divergence", 2002;
 * Tieleman, "Training restricted Boltzmann machines using approximations to the likelihood
 * gradient", ICML 2008; Hinton, "A practical guide to training restricted Boltzmann machines", 2010
 * (the initial weights).
 */
public final class RbmTrainer implements Resumable, AutoCloseable {
  private static final float INITIAL_WEIGHT_SD = 0.01f;

  private final RbmSession session;
  private final RbmTrainingOptions options;
  private final Sgd optimiser;
  private final DataOrder order;
  private final byte[] data;
  private final int dataRows;
  private final RbmParameters parameters;
  private final float[] gradient;
  private final float[] dataSums;
  private final float[] offsets;
  private final float[] activity;
  private final int[] indices;
  private final byte[] x;
  private final byte[] chainStates;
  private final float[] savedChains;
  private long stepsDone;
  private double gradientNorm = Double.NaN;
  private boolean diverged;

  /**
   * @param backend computes; opens a session of the larger of batch and chains
   * @param initial where training starts; copied. Persistent chains start from its visible biases
   *     alone, at (INITIAL_STATE, 0, chain)
   * @param data byte[rows * visible], each 0 or 1; not copied
   * @param rows at least {@code options.batch()}
   * @param options of the steps
   */
  public RbmTrainer(
      Backend backend, RbmModel initial, byte[] data, int rows, RbmTrainingOptions options) {
    RbmShape shape = initial.parameters().shape();
    if (data.length < (long) rows * shape.visible()) {
      throw new IllegalArgumentException(
          "%d training rows of %d columns in %d entries"
              .formatted(rows, shape.visible(), data.length));
    }
    this.options = options;
    this.optimiser = new Sgd(shape.parameterCount(), options.momentum());
    this.order = new DataOrder(rows, options.batch(), options.seed());
    this.data = data;
    this.dataRows = rows;
    this.parameters = new RbmParameters(shape, initial.parameters().values().clone());
    this.gradient = new float[shape.parameterCount()];
    this.dataSums = new float[shape.parameterCount()];
    this.offsets = new float[shape.visible() + shape.hidden()];
    this.activity = new float[shape.hidden()];
    if (options.gradient() == RbmGradient.CENTRED) {
      columnMeans(data, rows, shape.visible(), offsets);
    }
    this.indices = new int[options.batch()];
    this.x = new byte[options.batch() * shape.visible()];
    this.chainStates = new byte[Math.multiplyExact(options.chains(), shape.visible())];
    this.savedChains = new float[chainStates.length];
    this.session = backend.open(shape, Math.max(options.batch(), options.chains()));
    session.setParameters(parameters);
    if (options.chains() > 0) {
      byte[] start = BaseRates.sample(parameters.visibleBias(), options.chains(), options.seed());
      session.setVisible(start, options.chains());
    }
  }

  /**
   * The usual start: normal weights of sd 0.01 at (INITIAL_PARAMETERS, 0, visible unit), and hidden
   * biases 0.
   *
   * @param visibleBias float[visible], best the log-odds of the data's columns
   */
  public static RbmModel initial(RbmShape shape, float[] visibleBias, long seed) {
    float[] weight = new float[shape.weightCount()];
    for (int i = 0; i < shape.visible(); i++) {
      Draws.normals(
          seed, DrawStream.INITIAL_PARAMETERS, 0, i, weight, i * shape.hidden(), shape.hidden());
    }
    for (int k = 0; k < weight.length; k++) {
      weight[k] *= INITIAL_WEIGHT_SD;
    }
    return new RbmModel(RbmParameters.of(shape, weight, visibleBias, new float[shape.hidden()]));
  }

  /**
   * Makes one update.
   *
   * @throws DivergedException if the gradient or a parameter is not finite
   */
  public void step() {
    if (diverged) {
      throw new IllegalStateException("the training has diverged: resume from its checkpoint");
    }
    RbmShape shape = parameters.shape();
    gather();
    session.statistics(x, options.batch(), dataSums);
    if (options.chains() == 0) {
      session.setVisible(x, options.batch());
    }
    session.gibbs(
        Gibbs.sweeps(0).from(stepsDone * options.sweeps(), options.sweeps()), options.seed());
    session.chainStatistics(gradient);
    boolean first = stepsDone == 0;
    options
        .gradient()
        .of(shape, dataSums, options.batch(), gradient, session.chains(), offsets, first);
    if (options.sparsity().isActive()) {
      options.sparsity().add(shape, dataSums, activity, first, gradient);
    }
    gradientNorm = norm(gradient);
    float rate = options.learningRate().at(stepsDone);
    float[] theta = parameters.values();
    shrink(theta, shape.weightCount(), 1 - rate * options.weightDecay());
    optimiser.step(theta, gradient, rate, stepsDone + 1);
    if (!Double.isFinite(gradientNorm) || !Double.isFinite(norm(theta))) {
      diverged = true;
      throw new DivergedException(stepsDone, "a parameter or its gradient is not finite");
    }
    session.setParameters(parameters);
    stepsDone++;
  }

  private void gather() {
    int visible = parameters.shape().visible();
    order.rows(stepsDone, indices);
    for (int r = 0; r < indices.length; r++) {
      System.arraycopy(data, indices[r] * visible, x, r * visible, visible);
    }
  }

  /** The mean of each column to the first entries of {@code means}. */
  private static void columnMeans(byte[] x, int rows, int columns, float[] means) {
    for (int i = 0; i < columns; i++) {
      long ones = 0;
      for (int r = 0; r < rows; r++) {
        ones += x[r * columns + i];
      }
      means[i] = (float) ((double) ones / rows);
    }
  }

  private static void shrink(float[] values, int n, float factor) {
    if (factor != 1) {
      for (int i = 0; i < n; i++) {
        values[i] *= factor;
      }
    }
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }

  /**
   * The mean free energy of rows under the model as trained so far.
   *
   * @param v byte[rows * visible]
   */
  public double meanFreeEnergy(byte[] v, int rows) {
    return meanFreeEnergy(session, v, rows);
  }

  /** The mean free energy of rows under the model that the session holds. */
  public static double meanFreeEnergy(RbmSession session, byte[] v, int rows) {
    int visible = session.shape().visible();
    int block = Math.min(session.rows(), rows);
    double[] energy = new double[block];
    double sum = 0;
    for (int first = 0; first < rows; first += block) {
      int n = Math.min(block, rows - first);
      session.freeEnergy(Arrays.copyOfRange(v, first * visible, (first + n) * visible), n, energy);
      for (int i = 0; i < n; i++) {
        sum += energy[i];
      }
    }
    return sum / rows;
  }

  /** The model as trained so far; a copy. */
  public RbmModel model() {
    return new RbmModel(new RbmParameters(parameters.shape(), parameters.values().clone()));
  }

  /** Passes over the data begun so far, from 0. */
  public long epoch() {
    return order.epoch(stepsDone);
  }

  /** Minibatches in one pass over the data. */
  public int stepsPerEpoch() {
    return order.stepsPerEpoch();
  }

  /** The Euclidean norm of the last step's gradient; NaN before the first. */
  public double gradientNorm() {
    return gradientNorm;
  }

  @Override
  public long stepsDone() {
    return stepsDone;
  }

  @Override
  public boolean hasDiverged() {
    return diverged;
  }

  /**
   * {@code theta} [P], the momentum; with the centred gradient its {@code offsets}; with sparsity
   * the hidden units' {@code activity}; and with persistent chains {@code chains}, 0 or 1 each.
   */
  @Override
  public Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("theta", parameters.values());
    state.putAll(optimiser.state());
    if (options.gradient() == RbmGradient.CENTRED) {
      state.put("offsets", offsets);
    }
    if (options.sparsity().isActive()) {
      state.put("activity", activity);
    }
    if (options.chains() > 0) {
      session.readVisible(chainStates);
      for (int k = 0; k < chainStates.length; k++) {
        savedChains[k] = chainStates[k];
      }
      state.put("chains", savedChains);
    }
    return state;
  }

  @Override
  public void resumeAt(long steps) {
    stepsDone = steps;
    gradientNorm = Double.NaN;
    diverged = false;
    session.setParameters(parameters);
    if (options.chains() > 0) {
      for (int k = 0; k < chainStates.length; k++) {
        chainStates[k] = (byte) savedChains[k];
      }
      session.setVisible(chainStates, options.chains());
    }
  }

  @Override
  public String configuration() {
    return String.join(
        "; ",
        "shape=" + parameters.shape(),
        "chains=" + options.chains(),
        "sweeps=" + options.sweeps(),
        "gradient=" + options.gradient().label(),
        "optimiser=" + optimiser.description(),
        "batch=" + options.batch(),
        options.learningRate().configuration(),
        "seed=" + options.seed(),
        "weight decay=" + options.weightDecay(),
        "sparsity=" + options.sparsity(),
        "data=" + dataRows + " rows " + Checkpoint.digest(floats(data)));
  }

  private static float[] floats(byte[] states) {
    float[] floats = new float[states.length];
    for (int k = 0; k < floats.length; k++) {
      floats[k] = states[k];
    }
    return floats;
  }

  @Override
  public void close() {
    session.close();
  }
}
