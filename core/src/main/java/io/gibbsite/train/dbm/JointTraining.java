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
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.train.Sgd;
import io.gibbsite.train.rbm.RbmGradient;
import io.gibbsite.train.rbm.TemperedPhase;
import java.util.Arrays;
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
  private final float[] savedChains;
  private final RbmParameters blocks;
  private final float[] blockSums;
  private final float[] mu;
  private final byte[] x;
  private final DbmStatistics statistics;
  private final MeanField meanField;
  private final float[] savedLevels; // [chains * levels], of tempered chains
  private final float[] base; // [even units]: log-odds of their lowest level
  private RbmSession session; // or null, before the layers are trained
  private TemperedPhase tempered; // or null
  private double sweeps = Double.NaN;

  JointTraining(Backend backend, DbmShape shape, DbmTrainingOptions options, Workers workers) {
    this.backend = backend;
    this.options = options;
    this.shape = shape;
    int count = shape.parameterCount();
    this.optimiser = new Sgd(count, options.momentum());
    this.parameters = new DbmParameters(shape, new float[count]);
    this.gradient = new float[count];
    this.dataSums = new float[count];
    this.offsets = new float[shape.visible() + shape.hidden()];
    this.savedChains = new float[Math.multiplyExact(replicas(), shape.rbm().visible())];
    this.savedLevels = new float[replicas()];
    this.base = new float[shape.rbm().visible()];
    this.blocks = DbmBlocks.join(parameters);
    this.blockSums = new float[blocks.values().length];
    this.mu = new float[Math.multiplyExact(options.batch(), shape.hidden())];
    this.x = new byte[Math.multiplyExact(options.batch(), shape.visible())];
    this.statistics = new DbmStatistics(shape, workers);
    this.meanField = MeanField.of(shape, workers);
  }

  /** Rows of the session: a chain has one for each level. */
  private int replicas() {
    return Math.multiplyExact(options.chains(), options.levels());
  }

  DbmParameters parameters() {
    return parameters;
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
      for (int i = 0; i < shape.visible(); i++) {
        long ones = 0;
        for (int r = 0; r < rows; r++) {
          ones += data[r * shape.visible() + i];
        }
        offsets[i] = (float) ((double) ones / rows);
      }
    }
    open();
    int chains = options.chains();
    byte[] v = new byte[chains * shape.visible()];
    for (int k = 0; k < v.length; k++) {
      v[k] = data[k % (rows * shape.visible())];
    }
    float[] means = new float[chains * shape.hidden()];
    meanField.infer(v, chains, options.meanField(), means);
    byte[] states = DbmBlocks.evenStates(shape, v, means, chains);
    float[] log = BaseRates.logOdds(floats(states), chains, base.length);
    System.arraycopy(log, 0, base, 0, base.length);
    start(states);
  }

  private static float[] floats(byte[] states) {
    float[] x = new float[states.length];
    for (int k = 0; k < x.length; k++) {
      x[k] = states[k];
    }
    return x;
  }

  /** Starts the chains, and all of their replicas, from these states. */
  private void start(byte[] states) {
    int chains = options.chains();
    if (options.levels() == 1) {
      session.setVisible(states, chains);
    } else {
      tempered =
          new TemperedPhase(
              session, chains, options.levels(), options.sweeps(), base, states, options.seed());
    }
  }

  /** Takes up the refilled arrays of {@link #state}. */
  void resume(long steps) {
    open();
    byte[] states = new byte[savedChains.length];
    for (int k = 0; k < states.length; k++) {
      states[k] = (byte) savedChains[k];
    }
    start(Arrays.copyOf(states, options.chains() * base.length));
    if (tempered != null) {
      tempered.resume(states, savedLevels, steps);
    }
  }

  private void open() {
    close();
    session = backend.open(shape.rbm(), replicas());
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
    negativePhase(step); // P2
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
    float rate = options.jointRate().at(step);
    float kept = 1 - rate * options.weightDecay();
    for (int k = 0; k < shape.biasOffset(0); k++) {
      parameters.values()[k] *= kept;
    }
    optimiser.step(parameters.values(), gradient, rate, step + 1);
    setParameters();
  }

  private void negativePhase(long step) {
    if (tempered != null) {
      tempered.statistics(blockSums);
      return;
    }
    session.gibbs(Gibbs.sweeps(0).from(step * options.sweeps(), options.sweeps()), options.seed());
    session.chainStatistics(blockSums);
  }

  Map<String, float[]> state() {
    if (session != null) {
      byte[] states = new byte[savedChains.length];
      session.readVisible(states);
      for (int k = 0; k < states.length; k++) {
        savedChains[k] = states[k];
      }
    }
    if (tempered != null) {
      System.arraycopy(tempered.levels(), 0, savedLevels, 0, savedLevels.length);
    }
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("theta", parameters.values());
    state.putAll(optimiser.state());
    state.put("offsets", offsets);
    state.put("chains", savedChains);
    if (options.levels() > 1) {
      state.put("levels", savedLevels);
      state.put("base", base);
    }
    return state;
  }

  void close() {
    if (session != null) {
      session.close();
      session = null;
      tempered = null;
    }
  }
}
