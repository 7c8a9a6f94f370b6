package io.gibbsite.train.rbm;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.rbm.RbmChains;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.train.Sgd;
import io.gibbsite.train.Trainer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trains a restricted Boltzmann machine, whatever its visible units, on minibatches by contrastive
 * divergence (CD-k), or by persistent contrastive divergence (PCD-k), which is stochastic maximum
 * likelihood.
 *
 * <p>Step {@code t} takes the statistics of a minibatch, moves the chains by k sweeps with the
 * addresses {@code t k .. t k + k - 1}, takes their statistics, and moves the parameters against
 * the {@link RbmGradient}, with momentum.
 *
 * <p>Persistent chains may be tempered ({@link io.gibbsite.rbm.RbmReplicas}, from the base rates of
 * the data, or from the means of real ones): then they pass between modes that plain ones would be
 * caught in, and a step takes the statistics of the states at beta 1.
 *
 * <p>Sources: Hinton, "Training products of experts by minimizing contrastive divergence", 2002;
 * Tieleman, "Training restricted Boltzmann machines using approximations to the likelihood
 * gradient", ICML 2008; Desjardins et al., "Tempered Markov chain Monte Carlo for training of
 * restricted Boltzmann machines", AISTATS 2010; Hinton, "A practical guide to training restricted
 * Boltzmann machines", 2010 (the initial weights).
 */
public abstract sealed class ContrastiveDivergenceTrainer extends Trainer
    permits RbmTrainer, GaussianRbmTrainer {
  private static final float INITIAL_WEIGHT_SD = 0.01f;

  /** Parameters that are updated at a time: theirs of all arrays fit the first-level cache. */
  private static final int CHUNK = 2048;

  private final RbmShape units;
  private final RbmTrainingOptions options;
  private final Sgd optimiser;
  private final float[] theta;
  private final float[] gradient;
  private final float[] dataSums;
  private final float[] offsets;
  private final float[] activity;
  private final Backend backend;
  private final CentredGradient centred;
  private final float[][] moved;
  private final float[][] largest;
  private final Workers.Body updateBody = this::updateChunk;
  private float rate;

  /**
   * @param backend whose threads compute the update
   * @param theta where training starts: weights and biases, and what else the model has; trained in
   *     place
   * @param rows of the data, at least {@code options.batch()}
   */
  ContrastiveDivergenceTrainer(
      Backend backend, RbmShape units, float[] theta, int rows, RbmTrainingOptions options) {
    super(rows, options.batch(), options.seed());
    this.backend = backend;
    this.units = units;
    this.theta = theta;
    this.options = options;
    this.optimiser =
        new Sgd(theta.length, options.momentum(), options.weightDecay(), units.weightCount());
    this.gradient = new float[theta.length];
    this.dataSums = new float[theta.length];
    this.offsets = new float[units.visible() + units.hidden()];
    this.activity = new float[units.hidden()];
    this.centred = new CentredGradient(units, backend);
    this.moved = new float[backend.options().threads()][CHUNK];
    this.largest = new float[moved.length][CHUNK];
  }

  /** The session of the larger of batch and chains. */
  abstract RbmChains session();

  /** Hands theta to the session. */
  abstract void setParameters();

  /** Gathers these rows of the data into a minibatch, and sums its statistics. */
  abstract void batchStatistics(int[] rows, float[] sums);

  /** Starts chains from the minibatch. */
  abstract void startFromBatch();

  /** What a checkpoint needs of persistent chains: the arrays themselves. */
  abstract Map<String, float[]> chainState();

  /** Takes up persistent chains after so many steps, from the refilled arrays. */
  abstract void resumeChains(long steps);

  /** What else the numbers of a run depend on, as in {@link #configuration}. */
  abstract String describeData();

  /** The offsets of the centred gradient, where the data's means are written. */
  final float[] offsets() {
    return offsets;
  }

  /**
   * The usual start: normal weights of sd 0.01 at (INITIAL_PARAMETERS, 0, visible unit), and hidden
   * biases 0.
   */
  static RbmParameters initialParameters(RbmShape shape, float[] visibleBias, long seed) {
    float[] weight = new float[shape.weightCount()];
    for (int i = 0; i < shape.visible(); i++) {
      Draws.normals(
          seed, DrawStream.INITIAL_PARAMETERS, 0, i, weight, i * shape.hidden(), shape.hidden());
    }
    for (int k = 0; k < weight.length; k++) {
      weight[k] *= INITIAL_WEIGHT_SD;
    }
    return RbmParameters.of(shape, weight, visibleBias, new float[shape.hidden()]);
  }

  @Override
  protected final double update(long step, int[] rows) {
    batchStatistics(rows, dataSums);
    int negatives = negativePhase(step, gradient);
    toGradient(dataSums, options.batch(), gradient, negatives);
    rate = options.learningRate().at(step);
    backend.run((theta.length + CHUNK - 1) / CHUNK, updateBody);
    requireBounded(largest(), step);
    setParameters();
    return Double.NaN;
  }

  /** Moves the chains and sums their statistics; returns how many they are of. */
  int negativePhase(long step, float[] sums) {
    if (options.chains() == 0) {
      startFromBatch();
    }
    session()
        .gibbs(Gibbs.sweeps(0).from(step * options.sweeps(), options.sweeps()), options.seed());
    session().chainStatistics(sums);
    return session().chains();
  }

  /**
   * Turns sums into the gradient, in place of the chains' ones.
   *
   * @param data float[theta], sums over the minibatch; those of the units become means
   * @param model float[theta], sums over the chains; becomes the gradient
   */
  void toGradient(float[] data, int rows, float[] model, int chains) {
    boolean first = stepsDone() == 0;
    centred.compute(options.gradient(), data, rows, model, chains, offsets, first);
    if (options.sparsity().isActive()) {
      options.sparsity().add(units, data, activity, first, model);
    }
  }

  /** Moves a chunk of the parameters, and notes how large they are. */
  private void updateChunk(int chunk, int worker) {
    int first = chunk * CHUNK;
    int end = Math.min(first + CHUNK, theta.length);
    optimiser.step(theta, gradient, rate, first, end);
    System.arraycopy(theta, first, moved[worker], 0, end - first);
    raise(largest[worker], moved[worker], end - first);
  }

  /** By place, since one maximum of all would wait for each comparison; NaN stays. */
  private static void raise(float[] largest, float[] values, int n) {
    for (int i = 0; i < n; i++) {
      largest[i] = Math.max(largest[i], Math.abs(values[i]));
    }
  }

  /** Of all parameters so far, NaN if one was; a gradient that is not finite, they take over. */
  private float largest() {
    float most = 0;
    for (float[] each : largest) {
      for (float value : each) {
        most = Math.max(most, value);
      }
    }
    return most;
  }

  @Override
  protected final double lastGradientNorm() {
    return norm(gradient);
  }

  /**
   * {@code theta} [P], the momentum; with the centred gradient its {@code offsets}; with sparsity
   * the hidden units' {@code activity}; with persistent chains {@code chains}; and with tempering
   * their {@code levels}.
   */
  @Override
  public Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("theta", theta);
    state.putAll(optimiser.state());
    if (options.gradient() == RbmGradient.CENTRED) {
      state.put("offsets", offsets);
    }
    if (options.sparsity().isActive()) {
      state.put("activity", activity);
    }
    if (options.chains() > 0) {
      state.putAll(chainState());
    }
    return state;
  }

  @Override
  protected final void resumed(long steps) {
    for (float[] each : largest) {
      Arrays.fill(each, 0f);
    }
    setParameters();
    if (options.chains() > 0) {
      resumeChains(steps);
    }
  }

  @Override
  public String configuration() {
    return String.join(
        "; ",
        "shape=" + units,
        "chains=" + options.chains(),
        "levels=" + options.levels(),
        "sweeps=" + options.sweeps(),
        "gradient=" + options.gradient().label(),
        "optimiser=" + optimiser.description(),
        "batch=" + options.batch(),
        options.learningRate().configuration(),
        "seed=" + options.seed(),
        "weight decay=" + options.weightDecay(),
        "sparsity=" + options.sparsity(),
        describeData());
  }

  /** The free energies of rows. */
  @FunctionalInterface
  interface FreeEnergies {
    /**
     * @param first row
     * @param n rows
     * @param energy double[at least n], out
     */
    void of(int first, int n, double[] energy);
  }

  /**
   * The mean free energy of rows.
   *
   * @param most rows of a call
   */
  static double mean(int rows, int most, FreeEnergies energies) {
    int block = Math.min(most, rows);
    double[] energy = new double[block];
    double sum = 0;
    for (int first = 0; first < rows; first += block) {
      int n = Math.min(block, rows - first);
      energies.of(first, n, energy);
      for (int i = 0; i < n; i++) {
        sum += energy[i];
      }
    }
    return sum / rows;
  }

  @Override
  public void close() {
    session().close();
  }
}
