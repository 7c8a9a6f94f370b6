package io.gibbsite.train.rbm;

import io.gibbsite.backend.Backend;
import io.gibbsite.math.FloatMath;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.GaussianBase;
import io.gibbsite.rbm.GaussianRbmModel;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.rbm.GaussianRbmTempering;
import io.gibbsite.sampler.ParallelTempering;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.DataOrder;
import java.util.Arrays;
import java.util.Map;

/**
 * Trains a restricted Boltzmann machine with real visible units.
 *
 * <p>The gradient is that of {@link RbmGradient} in {@code x = v / sd} and {@code b / sd}, so that
 * a step does not depend on the units that v is measured in. Deviations are held, or learned as
 * {@code log sd}, whose derivative at given biases is
 *
 * <pre>
 *   d(-F)/d(log sd_i) = (x_i - b_i / sd_i)^2 - x_i sum_j W_ij p_j
 * </pre>
 *
 * <p>Source: Cho, Ilin and Raiko, "Improved learning of Gaussian-Bernoulli restricted Boltzmann
 * machines", ICANN 2011 (deviations by their logarithms, and the enhanced gradient).
 */
public final class GaussianRbmTrainer extends ContrastiveDivergenceTrainer {
  private final GaussianRbmSession session;
  private final GaussianRbmParameters parameters;
  private final float[] theta;
  private final float sdRate;
  private final float[] data;
  private final int dataRows;
  private final float[] batch;
  private final float[] sdGradient;
  private final RbmTrainingOptions options;
  private final GaussianRbmTempering tempering; // or null
  private final float[] coldStates; // [chains * visible] of tempered chains at the model itself
  private final float[] savedChains; // [chains * levels * visible]
  private final float[] savedLevels; // [chains * levels]

  /**
   * @param backend computes; opens a session of the larger of batch and chains
   * @param initial where training starts; copied. Persistent chains start from its visible units
   *     without weights, at (INITIAL_STATE, 0, chain)
   * @param data float[rows * visible]; not copied
   * @param rows at least {@code options.batch()}
   * @param options of the steps
   * @param sdRate the learning rate of {@code log sd}, as a fraction of that of the weights; 0 to
   *     hold the deviations
   */
  public GaussianRbmTrainer(
      Backend backend,
      GaussianRbmModel initial,
      float[] data,
      int rows,
      RbmTrainingOptions options,
      float sdRate) {
    this(backend, initial.parameters(), theta(initial.parameters()), data, rows, options, sdRate);
  }

  private GaussianRbmTrainer(
      Backend backend,
      GaussianRbmParameters start,
      float[] theta,
      float[] data,
      int rows,
      RbmTrainingOptions options,
      float sdRate) {
    super(backend, start.shape().units(), theta, rows, options);
    GaussianRbmShape shape = start.shape();
    DataOrder.requireRows(data.length, rows, shape.visible());
    if (!(sdRate >= 0 && Float.isFinite(sdRate))) {
      throw new IllegalArgumentException(
          "the rate of the deviations must be at least 0, not " + sdRate);
    }
    this.theta = theta;
    this.sdRate = sdRate;
    this.data = data;
    this.dataRows = rows;
    this.parameters = new GaussianRbmParameters(shape, start.values().clone());
    this.batch = new float[options.batch() * shape.visible()];
    this.sdGradient = new float[shape.visible()];
    this.options = options;
    this.savedLevels = new float[Math.multiplyExact(options.chains(), options.levels())];
    this.savedChains = new float[Math.multiplyExact(savedLevels.length, shape.visible())];
    this.coldStates = new float[options.chains() * shape.visible()];
    if (options.gradient() == RbmGradient.CENTRED) {
      columnMeans(offsets());
    }
    this.session = backend.open(shape, Math.max(options.batch(), savedLevels.length));
    session.setParameters(parameters);
    float[] first =
        GaussianBase.sample(
            parameters.visibleBias(), parameters.visibleSd(), options.chains(), options.seed());
    if (options.levels() > 1) {
      float[] base = BaseRates.means(data, rows, shape.visible());
      ParallelTempering path =
          ParallelTempering.even(options.levels(), base).sweeps(options.sweeps());
      this.tempering =
          new GaussianRbmTempering(session, path, first, options.chains(), options.seed());
    } else {
      this.tempering = null;
      session.setVisible(first, options.chains());
    }
  }

  /** The parameters with {@code log sd} for sd. */
  private static float[] theta(GaussianRbmParameters parameters) {
    float[] theta = parameters.values().clone();
    for (int k = parameters.shape().visibleSdOffset(); k < theta.length; k++) {
      theta[k] = (float) StrictMath.log(theta[k]);
    }
    return theta;
  }

  /**
   * The usual start: as that of {@link RbmTrainer#initial}.
   *
   * @param visibleBias float[visible], best the means of the data's columns
   * @param visibleSd float[visible], positive
   */
  public static GaussianRbmModel initial(
      GaussianRbmShape shape, float[] visibleBias, float[] visibleSd, long seed) {
    return new GaussianRbmModel(
        GaussianRbmParameters.of(initialParameters(shape.units(), visibleBias, seed), visibleSd));
  }

  private void columnMeans(float[] means) {
    int columns = parameters.shape().visible();
    for (int i = 0; i < columns; i++) {
      double sum = 0;
      for (int r = 0; r < dataRows; r++) {
        sum += data[r * columns + i];
      }
      means[i] = (float) (sum / dataRows / parameters.visibleSd(i));
    }
  }

  @Override
  GaussianRbmSession session() {
    return session;
  }

  @Override
  void setParameters() {
    float[] values = parameters.values();
    int tail = parameters.shape().visibleSdOffset();
    System.arraycopy(theta, 0, values, 0, tail);
    if (sdRate > 0) {
      for (int k = tail; k < values.length; k++) {
        values[k] = FloatMath.exp(theta[k]);
      }
    }
    session.setParameters(parameters);
  }

  @Override
  void batchStatistics(int[] rows, float[] sums) {
    int visible = parameters.shape().visible();
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(data, rows[r] * visible, batch, r * visible, visible);
    }
    session.statistics(batch, rows.length, sums);
  }

  @Override
  void startFromBatch() {
    session.setVisible(batch, batch.length / parameters.shape().visible());
  }

  @Override
  int negativePhase(long step, float[] sums) {
    if (tempering == null) {
      return super.negativePhase(step, sums);
    }
    tempering.step();
    tempering.readVisible(coldStates);
    session.statistics(coldStates, options.chains(), sums);
    return options.chains();
  }

  @Override
  Map<String, float[]> chainState() {
    session.readVisible(savedChains);
    if (tempering == null) {
      return Map.of("chains", savedChains);
    }
    int[] levels = tempering.levels();
    for (int row = 0; row < levels.length; row++) {
      savedLevels[row] = levels[row];
    }
    return Map.of("chains", savedChains, "levels", savedLevels);
  }

  @Override
  void resumeChains(long steps) {
    if (tempering == null) {
      session.setVisible(savedChains, options.chains());
      return;
    }
    int[] levels = new int[savedLevels.length];
    for (int row = 0; row < levels.length; row++) {
      levels[row] = (int) savedLevels[row];
    }
    tempering.resume(savedChains, levels, steps);
  }

  @Override
  void toGradient(float[] dataSums, int rows, float[] model, int chains) {
    Arrays.fill(sdGradient, 0f);
    if (sdRate > 0) {
      addSdGradient(model, sdRate / chains);
      addSdGradient(dataSums, -sdRate / rows);
    }
    super.toGradient(dataSums, rows, model, chains);
    int b = parameters.shape().units().visibleBiasOffset();
    for (int i = 0; i < sdGradient.length; i++) {
      model[b + i] *= parameters.visibleSd(i);
    }
    System.arraycopy(sdGradient, 0, model, parameters.shape().visibleSdOffset(), sdGradient.length);
  }

  /** {@code sdGradient += factor * (the sum of d(-F)/d(log sd), less what is the same for all)}. */
  private void addSdGradient(float[] sums, float factor) {
    int hidden = parameters.shape().hidden();
    int b = parameters.shape().units().visibleBiasOffset();
    int tail = parameters.shape().visibleSdOffset();
    for (int i = 0; i < sdGradient.length; i++) {
      double bias = parameters.visibleBias(i) / parameters.visibleSd(i);
      double sum = sums[tail + i] - 2 * bias * sums[b + i];
      for (int j = 0; j < hidden; j++) {
        sum -= (double) parameters.weight(i, j) * sums[i * hidden + j];
      }
      sdGradient[i] += (float) (factor * sum);
    }
  }

  @Override
  String describeData() {
    return "sd rate=%s; data=%d rows %s".formatted(sdRate, dataRows, Checkpoint.digest(data));
  }

  /**
   * The mean free energy of rows under the model as trained so far.
   *
   * @param v float[rows * visible]
   */
  public double meanFreeEnergy(float[] v, int rows) {
    return meanFreeEnergy(session, v, rows);
  }

  /** The mean free energy of rows under the model that the session holds. */
  public static double meanFreeEnergy(GaussianRbmSession session, float[] v, int rows) {
    int visible = session.shape().visible();
    return mean(
        rows,
        session.rows(),
        (first, n, energy) ->
            session.freeEnergy(
                Arrays.copyOfRange(v, first * visible, (first + n) * visible), n, energy));
  }

  /** The model as trained so far; a copy. */
  public GaussianRbmModel model() {
    return new GaussianRbmModel(
        new GaussianRbmParameters(parameters.shape(), parameters.values().clone()));
  }
}
