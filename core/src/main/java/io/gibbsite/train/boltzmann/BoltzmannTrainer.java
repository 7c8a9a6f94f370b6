package io.gibbsite.train.boltzmann;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.boltzmann.BoltzmannShape;
import io.gibbsite.boltzmann.MeanField;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinStates;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.DataOrder;
import io.gibbsite.train.DivergedException;
import io.gibbsite.train.Resumable;
import io.gibbsite.train.Sgd;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trains a Boltzmann machine by maximum likelihood, steps L1 to L3 of {@link
 * io.gibbsite.boltzmann.Boltzmann}.
 */
public final class BoltzmannTrainer implements Resumable, AutoCloseable {
  private static final float INITIAL_WEIGHT_SD = 0.01f;

  /** Sweeps of the positive phase have addresses that the chains never reach. */
  private static final long POSITIVE_PHASE = Draws.STEP_LIMIT / 2;

  private final BoltzmannShape shape;
  private final byte[] data;
  private final int dataRows;
  private final BoltzmannTrainingOptions options;
  private final SpinParameters parameters;
  private final DataOrder order;
  private final Sgd optimiser;
  private final SpinSession positive;
  private final SpinSession negative;
  private final Workers workers;
  private final int[] indices;
  private final byte[] v;
  private final byte[] chainStates;
  private final float[] savedChains;
  private final float[] gradient;
  private final float[] ofData;
  private final int[] sums;
  private long stepsDone;
  private boolean hasGradient;
  private boolean diverged;

  /**
   * @param backend computes
   * @param initial where training starts; copied. Persistent chains start from its biases alone
   * @param data byte[rows * visible], each -1 or +1; not copied
   * @param rows at least {@code options.batch()}
   */
  public BoltzmannTrainer(
      Backend backend,
      BoltzmannModel initial,
      byte[] data,
      int rows,
      BoltzmannTrainingOptions options) {
    this.shape = initial.shape();
    DataOrder.requireRows(data.length, rows, shape.visible());
    this.data = data;
    this.dataRows = rows;
    this.options = options;
    this.parameters = new SpinParameters(shape.network(), initial.parameters().values().clone());
    this.order = new DataOrder(rows, options.batch(), options.seed());
    int count = parameters.values().length;
    this.optimiser = new Sgd(count, options.momentum());
    this.indices = new int[options.batch()];
    this.v = new byte[options.batch() * shape.visible()];
    this.chainStates = SpinStates.sample(parameters.biases(), options.chains(), 0, options.seed());
    this.savedChains = new float[chainStates.length];
    this.gradient = new float[count];
    this.ofData = new float[count];
    this.sums = new int[count];
    this.workers = new Workers(backend.options().threads(), "gibbsite-boltzmann");
    this.positive = backend.open(shape.network(), options.batch());
    this.negative = backend.open(shape.network(), options.chains());
    positive.clamp(shape.visibleUnits());
    negative.setParameters(parameters);
    negative.setStates(chainStates, options.chains());
  }

  /**
   * The usual start: normal couplings of sd 0.01 at (INITIAL_PARAMETERS, 0, unit), and hidden
   * biases 0.
   *
   * @param visibleBias float[visible], best of independent units with the data's means
   */
  public static BoltzmannModel initial(BoltzmannShape shape, float[] visibleBias, long seed) {
    int n = shape.units();
    float[] weight = new float[n * n];
    float[] normals = new float[n];
    for (int i = 1; i < n; i++) {
      Draws.normals(seed, DrawStream.INITIAL_PARAMETERS, 0, i, normals, 0, i);
      for (int j = 0; j < i; j++) {
        weight[i * n + j] = INITIAL_WEIGHT_SD * normals[j];
        weight[j * n + i] = weight[i * n + j];
      }
    }
    float[] bias = java.util.Arrays.copyOf(visibleBias, n);
    return new BoltzmannModel(shape, SpinParameters.of(weight, bias));
  }

  /**
   * Makes one update.
   *
   * @throws DivergedException if a parameter or its gradient is not finite
   */
  public void step() {
    if (diverged) {
      throw new IllegalStateException("the training has diverged: resume from its checkpoint");
    }
    order.rows(stepsDone, indices);
    for (int r = 0; r < indices.length; r++) {
      System.arraycopy(data, indices[r] * shape.visible(), v, r * shape.visible(), shape.visible());
    }
    positivePhase();
    negative.gibbs(
        Gibbs.sweeps(0).from(stepsDone * options.sweeps(), options.sweeps()),
        Scan.SEQUENTIAL,
        options.seed());
    negative.statistics(sums);
    float perRow = 1f / options.batch();
    float perChain = 1f / options.chains();
    for (int k = 0; k < gradient.length; k++) { // L3
      gradient[k] = sums[k] * perChain - ofData[k] * perRow;
    }
    int n = shape.units();
    for (int i = 0; i < n; i++) {
      gradient[i * n + i] = 0;
    }
    float[] theta = parameters.values();
    float rate = options.learningRate().at(stepsDone);
    float kept = 1 - rate * options.weightDecay();
    for (int k = 0; k < n * n; k++) {
      theta[k] *= kept;
    }
    optimiser.step(theta, gradient, rate, stepsDone + 1);
    for (float value : theta) {
      diverged |= !Float.isFinite(value);
    }
    if (diverged) {
      throw new DivergedException(stepsDone, "a parameter or its gradient is not finite");
    }
    negative.setParameters(parameters);
    hasGradient = true;
    stepsDone++;
  }

  /** L1: sums over the minibatch. */
  private void positivePhase() {
    int n = shape.units();
    int rows = options.batch();
    if (options.meanField() && shape.hidden() > 0) {
      float[] means = new float[rows * n];
      new MeanField(model(), options.positiveSweeps()).settle(v, rows, means, null, workers);
      MeanField.statistics(means, rows, n, ofData, workers);
      return;
    }
    byte[] y = SpinStates.sample(new float[n], rows, 1 + stepsDone, options.seed());
    shape.join(v, rows, y);
    positive.setParameters(parameters);
    positive.setStates(y, rows);
    if (shape.hidden() > 0) {
      long first = POSITIVE_PHASE + stepsDone * options.positiveSweeps();
      positive.gibbs(
          Gibbs.sweeps(0).from(first, options.positiveSweeps()), Scan.SEQUENTIAL, options.seed());
    }
    positive.statistics(sums);
    for (int k = 0; k < sums.length; k++) {
      ofData[k] = sums[k];
    }
  }

  /** The model as trained so far; a copy. */
  public BoltzmannModel model() {
    return new BoltzmannModel(
        shape, new SpinParameters(shape.network(), parameters.values().clone()));
  }

  /** Passes over the data begun so far, from 0. */
  public long epoch() {
    return order.epoch(stepsDone);
  }

  /** The Euclidean norm of the last step's gradient; NaN before the first. */
  public double gradientNorm() {
    double sum = 0;
    for (float g : gradient) {
      sum += (double) g * g;
    }
    return hasGradient ? Math.sqrt(sum) : Double.NaN;
  }

  @Override
  public long stepsDone() {
    return stepsDone;
  }

  @Override
  public boolean hasDiverged() {
    return diverged;
  }

  /** {@code theta} [P], the momentum, and the persistent {@code chains}. */
  @Override
  public Map<String, float[]> state() {
    negative.readStates(chainStates);
    for (int k = 0; k < chainStates.length; k++) {
      savedChains[k] = chainStates[k];
    }
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("theta", parameters.values());
    state.putAll(optimiser.state());
    state.put("chains", savedChains);
    return state;
  }

  @Override
  public void resumeAt(long steps) {
    stepsDone = steps;
    hasGradient = false;
    diverged = false;
    for (int k = 0; k < chainStates.length; k++) {
      chainStates[k] = (byte) savedChains[k];
    }
    negative.setParameters(new SpinParameters(shape.network(), parameters.values()));
    negative.setStates(chainStates, options.chains());
  }

  @Override
  public String configuration() {
    float[] floats = new float[data.length];
    for (int k = 0; k < floats.length; k++) {
      floats[k] = data[k];
    }
    return String.join(
        "; ",
        "shape=" + shape,
        "chains=" + options.chains(),
        "sweeps=" + options.sweeps(),
        "positive phase=" + (options.meanField() ? "mean field" : "sampled"),
        "positive sweeps=" + options.positiveSweeps(),
        "optimiser=" + optimiser.description(),
        "batch=" + options.batch(),
        options.learningRate().configuration(),
        "seed=" + options.seed(),
        "weight decay=" + options.weightDecay(),
        "data=" + dataRows + " rows " + Checkpoint.digest(floats));
  }

  @Override
  public void close() {
    positive.close();
    negative.close();
    workers.close();
  }
}
