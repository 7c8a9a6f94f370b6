package io.gibbsite.train.dbm;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.dbm.DbmBlocks;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.dbm.DbmStatistics;
import io.gibbsite.dbm.MeanField;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.train.Sgd;
import io.gibbsite.train.UnitStates;
import io.gibbsite.train.rbm.PersistentChains;
import io.gibbsite.train.rbm.RbmGradient;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The joint training of all layers of a deep Boltzmann machine: P1 to P3 of {@link
 * io.gibbsite.dbm.Dbm}, mean field for the data and persistent chains, tempered or not, for the
 * model.
 */
final class JointTraining {
  private final Backend backend;
  private final DbmTrainingOptions options;
  private final DbmShape shape;
  private final Sgd optimiser;
  private final DbmParameters parameters;
  private final float[] gradient;
  private final float[] dataSums;
  private final float[] offsets;
  private final PersistentChains chains;
  private final RbmParameters blocks;
  private final float[] blockSums;
  private final float[] mu;
  private final byte[] x;
  private final DbmStatistics statistics;
  private final MeanField meanField;
  private final float[] base; // [even units]: log-odds of their lowest level
  private RbmSession session; // or null, before the layers are trained
  private double sweeps = Double.NaN;

  JointTraining(Backend backend, DbmShape shape, DbmTrainingOptions options, Workers workers) {
    this.backend = backend;
    this.options = options;
    this.shape = shape;
    int count = shape.parameterCount();
    this.optimiser = new Sgd(count, options.momentum(), options.weightDecay(), shape.biasOffset(0));
    this.parameters = new DbmParameters(shape, new float[count]);
    this.gradient = new float[count];
    this.dataSums = new float[count];
    this.offsets = new float[shape.visible() + shape.hidden()];
    this.chains =
        new PersistentChains(
            options.chains(),
            options.levels(),
            options.sweeps(),
            shape.rbm().visible(),
            options.seed());
    this.base = new float[shape.rbm().visible()];
    this.blocks = DbmBlocks.join(parameters);
    this.blockSums = new float[blocks.values().length];
    this.mu = new float[Math.multiplyExact(options.batch(), shape.hidden())];
    this.x = new byte[Math.multiplyExact(options.batch(), shape.visible())];
    this.statistics = new DbmStatistics(shape, workers);
    this.meanField = MeanField.of(shape, workers);
  }

  DbmParameters parameters() {
    return parameters;
  }

  float[] theta() {
    return parameters.values();
  }

  float[] gradient() {
    return gradient;
  }

  /** Mean sweeps of the mean field in the last step; NaN before the first. */
  double meanFieldSweeps() {
    return sweeps;
  }

  /** Starts from these parameters, with chains from the first training rows. */
  void begin(DbmParameters start, byte[] data, int rows) {
    System.arraycopy(start.values(), 0, parameters.values(), 0, gradient.length);
    if (options.gradient() == RbmGradient.CENTRED) {
      float[] means = BaseRates.means(UnitStates.floats(data), rows, shape.visible());
      System.arraycopy(means, 0, offsets, 0, means.length);
    }
    open();
    int count = options.chains();
    byte[] v = new byte[count * shape.visible()];
    for (int k = 0; k < v.length; k++) {
      v[k] = data[k % (rows * shape.visible())];
    }
    float[] means = new float[count * shape.hidden()];
    meanField.infer(v, count, options.meanField(), means);
    byte[] states = DbmBlocks.evenStates(shape, v, means, count);
    float[] log = BaseRates.logOdds(UnitStates.floats(states), count, base.length);
    System.arraycopy(log, 0, base, 0, base.length);
    chains.begin(session, states, base);
  }

  /** Takes up the refilled arrays of {@link #state}. */
  void resume(long steps) {
    open();
    chains.resume(session, base, steps);
  }

  private void open() {
    close();
    session = backend.open(shape.rbm(), chains.replicas());
    setParameters();
  }

  private void setParameters() {
    DbmBlocks.join(parameters, blocks);
    session.setParameters(blocks);
    meanField.setParameters(parameters);
  }

  /**
   * Makes one update.
   *
   * @param step of the joint training, from 0
   */
  void step(byte[] data, int[] rows, long step) {
    int visible = shape.visible();
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(data, rows[r] * visible, x, r * visible, visible);
    }
    sweeps = meanField.infer(x, rows.length, options.meanField(), mu);
    statistics.sums(x, mu, rows.length, dataSums); // P1
    chains.statistics(step, blockSums); // P2
    DbmBlocks.split(shape, blockSums, gradient);
    DbmGradient.of(
        options.gradient(),
        shape,
        dataSums,
        rows.length,
        gradient,
        options.chains(),
        offsets,
        step == 0); // P3
    optimiser.step(parameters.values(), gradient, options.jointRate().at(step), step + 1);
    setParameters();
  }

  Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("theta", theta());
    state.putAll(optimiser.state());
    state.put("offsets", offsets);
    state.putAll(chains.state());
    if (options.levels() > 1) {
      state.put("base", base);
    }
    return state;
  }

  void close() {
    if (session != null) {
      session.close();
      chains.end();
      session = null;
    }
  }
}
