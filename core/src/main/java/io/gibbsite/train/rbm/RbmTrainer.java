package io.gibbsite.train.rbm;

import io.gibbsite.backend.Backend;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.DataOrder;
import java.util.Arrays;
import java.util.Map;

/** Trains a restricted Boltzmann machine with binary visible units. */
public final class RbmTrainer extends ContrastiveDivergenceTrainer {
  private final RbmSession session;
  private final byte[] data;
  private final int dataRows;
  private final RbmParameters parameters;
  private final byte[] x;
  private final byte[] chainStates;
  private final int chains;
  private final TemperedPhase tempered; // or null
  private float[] savedLevels; // of the last checkpoint written or read

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
    this(backend, copy(initial.parameters()), data, rows, options);
  }

  private RbmTrainer(
      Backend backend, RbmParameters start, byte[] data, int rows, RbmTrainingOptions options) {
    super(backend, start.shape(), start.values(), rows, options);
    RbmShape shape = start.shape();
    DataOrder.requireRows(data.length, rows, shape.visible());
    this.data = data;
    this.dataRows = rows;
    this.parameters = start;
    this.x = new byte[options.batch() * shape.visible()];
    this.chains = options.chains();
    int replicas = Math.multiplyExact(options.chains(), options.levels());
    this.chainStates = new byte[Math.multiplyExact(replicas, shape.visible())];
    if (options.gradient() == RbmGradient.CENTRED) {
      columnMeans(data, rows, shape.visible(), offsets());
    }
    this.session = backend.open(shape, Math.max(options.batch(), replicas));
    session.setParameters(parameters);
    this.tempered = startChains(options);
  }

  /** Starts the persistent chains; returns what tempers them, or null if nothing does. */
  private TemperedPhase startChains(RbmTrainingOptions options) {
    int count = options.chains();
    if (count == 0) {
      return null;
    }
    byte[] start = BaseRates.sample(parameters.visibleBias(), count, options.seed());
    if (options.levels() == 1) {
      session.setVisible(start, count);
      return null;
    }
    float[] base = BaseRates.logOdds(floats(data), dataRows, parameters.shape().visible());
    return new TemperedPhase(
        session, count, options.levels(), options.sweeps(), base, start, options.seed());
  }

  private static RbmParameters copy(RbmParameters parameters) {
    return new RbmParameters(parameters.shape(), parameters.values().clone());
  }

  /**
   * The usual start: normal weights of sd 0.01 at (INITIAL_PARAMETERS, 0, visible unit), and hidden
   * biases 0.
   *
   * @param visibleBias float[visible], best the log-odds of the data's columns
   */
  public static RbmModel initial(RbmShape shape, float[] visibleBias, long seed) {
    return new RbmModel(initialParameters(shape, visibleBias, seed));
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

  @Override
  RbmSession session() {
    return session;
  }

  @Override
  void setParameters() {
    session.setParameters(parameters);
  }

  @Override
  void batchStatistics(int[] rows, float[] sums) {
    int visible = parameters.shape().visible();
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(data, rows[r] * visible, x, r * visible, visible);
    }
    session.statistics(x, rows.length, sums);
  }

  @Override
  void startFromBatch() {
    session.setVisible(x, x.length / parameters.shape().visible());
  }

  @Override
  int negativePhase(float[] sums) {
    if (tempered == null) {
      return super.negativePhase(sums);
    }
    tempered.statistics(sums);
    return chains;
  }

  @Override
  void setChains(float[] states, long steps) {
    for (int k = 0; k < chainStates.length; k++) {
      chainStates[k] = (byte) states[k];
    }
    if (tempered == null) {
      session.setVisible(chainStates, chains);
    } else {
      tempered.resume(chainStates, savedLevels, steps);
    }
  }

  @Override
  Map<String, float[]> chainState() {
    if (tempered == null) {
      return Map.of();
    }
    savedLevels = tempered.levels();
    return Map.of("levels", savedLevels);
  }

  @Override
  void readChains(float[] states) {
    session.readVisible(chainStates);
    for (int k = 0; k < chainStates.length; k++) {
      states[k] = chainStates[k];
    }
  }

  @Override
  String describeData() {
    return "data=" + dataRows + " rows " + Checkpoint.digest(floats(data));
  }

  private static float[] floats(byte[] states) {
    float[] floats = new float[states.length];
    for (int k = 0; k < floats.length; k++) {
      floats[k] = states[k];
    }
    return floats;
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
    return new RbmModel(copy(parameters));
  }
}
