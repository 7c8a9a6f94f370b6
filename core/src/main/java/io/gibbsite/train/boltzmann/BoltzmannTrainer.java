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
import io.gibbsite.train.Sgd;
import io.gibbsite.train.Trainer;
import io.gibbsite.train.UnitStates;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trains a Boltzmann machine by maximum likelihood, steps L1 to L3 of {@link
 * io.gibbsite.boltzmann.Boltzmann}.
 */
public final class BoltzmannTrainer extends Trainer {
  private static final float INITIAL_WEIGHT_SD = 0.01f;

  /** Sweeps of the positive phase have addresses that the chains never reach. */
  private static final long POSITIVE_PHASE = Draws.STEP_LIMIT / 2;

  private final BoltzmannShape shape;
  private final byte[] data;
  private final int dataRows;
  private final BoltzmannTrainingOptions options;
  private final SpinParameters parameters;
  private final Sgd optimiser;
  private final SpinSession positive;
  private final SpinSession negative;
  private final Workers workers;
  private final byte[] v;
  private final byte[] chainStates;
  private final float[] savedChains;
  private final float[] gradient;
  private final float[] ofData;
  private final int[] sums;

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
    super(rows, options.batch(), options.seed());
    this.shape = initial.shape();
    DataOrder.requireRows(data.length, rows, shape.visible());
    this.data = data;
    this.dataRows = rows;
    this.options = options;
    this.parameters = new SpinParameters(shape.network(), initial.parameters().values().clone());
    int count = parameters.values().length;
    this.optimiser =
        new Sgd(count, options.momentum(), options.weightDecay(), shape.units() * shape.units());
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
    float[] bias = Arrays.copyOf(visibleBias, n);
    return new BoltzmannModel(shape, SpinParameters.of(weight, bias));
  }

  @Override
  protected double update(long step, int[] rows) {
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(data, rows[r] * shape.visible(), v, r * shape.visible(), shape.visible());
    }
    positivePhase(step);
    negative.gibbs(
        Gibbs.sweeps(0).from(step * options.sweeps(), options.sweeps()),
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
    optimiser.step(theta, gradient, options.learningRate().at(step), step + 1);
    requireBounded(theta, step);
    negative.setParameters(parameters);
    return Double.NaN;
  }

  /** L1: sums over the minibatch. */
  private void positivePhase(long step) {
    int n = shape.units();
    int rows = options.batch();
    if (options.meanField() && shape.hidden() > 0) {
      float[] means = new float[rows * n];
      new MeanField(model(), options.positiveSweeps()).settle(v, rows, means, null, workers);
      MeanField.statistics(means, rows, n, ofData, workers);
      return;
    }
    byte[] y = SpinStates.sample(new float[n], rows, 1 + step, options.seed());
    shape.join(v, rows, y);
    positive.setParameters(parameters);
    positive.setStates(y, rows);
    if (shape.hidden() > 0) {
      long first = POSITIVE_PHASE + step * options.positiveSweeps();
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

  @Override
  protected double lastGradientNorm() {
    return norm(gradient);
  }

  /** {@code theta} [P], the momentum, and the persistent {@code chains}. */
  @Override
  public Map<String, float[]> state() {
    negative.readStates(chainStates);
    UnitStates.toFloats(chainStates, savedChains);
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("theta", parameters.values());
    state.putAll(optimiser.state());
    state.put("chains", savedChains);
    return state;
  }

  @Override
  protected void resumed(long steps) {
    negative.setParameters(new SpinParameters(shape.network(), parameters.values()));
    negative.setStates(UnitStates.bytes(savedChains), options.chains());
  }

  @Override
  public String configuration() {
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
        "data=" + dataRows + " rows " + Checkpoint.digest(data));
  }

  @Override
  public void close() {
    positive.close();
    negative.close();
    workers.close();
  }
}
