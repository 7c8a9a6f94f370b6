package io.gibbsite.train.rbm;

import io.gibbsite.backend.Backend;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.DataOrder;
import io.gibbsite.train.UnitStates;
import java.util.Arrays;
import java.util.Map;

/** Trains a restricted Boltzmann machine with binary visible units. */
public final class RbmTrainer extends ContrastiveDivergenceTrainer {
  private final RbmSession session;
  private final byte[] data;
  private final int dataRows;
  private final RbmParameters parameters;
  private final byte[] x;
  private final PersistentChains chains; // or null
  private final float[] base; // log-odds of the data's columns, or null if nothing is tempered

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
    this.chains =
        options.chains() == 0
            ? null
            : new PersistentChains(
                options.chains(),
                options.levels(),
                options.sweeps(),
                shape.visible(),
                options.seed());
    if (options.gradient() == RbmGradient.CENTRED) {
      float[] means = BaseRates.means(UnitStates.floats(data), rows, shape.visible());
      System.arraycopy(means, 0, offsets(), 0, means.length);
    }
    this.base =
        options.levels() == 1
            ? null
            : BaseRates.logOdds(UnitStates.floats(data), rows, shape.visible());
    int replicas = chains == null ? 0 : chains.replicas();
    this.session = backend.open(shape, Math.max(options.batch(), replicas));
    session.setParameters(parameters);
    if (chains != null) {
      byte[] states = BaseRates.sample(parameters.visibleBias(), options.chains(), options.seed());
      chains.begin(session, states, base);
    }
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
  int negativePhase(long step, float[] sums) {
    return chains == null ? super.negativePhase(step, sums) : chains.statistics(step, sums);
  }

  @Override
  Map<String, float[]> chainState() {
    return chains.state();
  }

  @Override
  void resumeChains(long steps) {
    chains.resume(session, base, steps);
  }

  @Override
  String describeData() {
    return "data=" + dataRows + " rows " + Checkpoint.digest(data);
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
    return mean(
        rows,
        session.rows(),
        (first, n, energy) ->
            session.freeEnergy(
                Arrays.copyOfRange(v, first * visible, (first + n) * visible), n, energy));
  }

  /** The model as trained so far; a copy. */
  public RbmModel model() {
    return new RbmModel(copy(parameters));
  }
}
