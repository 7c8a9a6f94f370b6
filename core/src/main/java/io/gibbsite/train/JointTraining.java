package io.gibbsite.train;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.dbm.DbmBlocks;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.dbm.DbmStatistics;
import io.gibbsite.dbm.MeanField;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.sampler.Gibbs;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The joint training of all layers of a deep Boltzmann machine: P1 to P3 of {@link
 * io.gibbsite.dbm.Dbm}, mean field for the data and persistent chains for the model.
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
  private final Workers workers;
  private final MeanField meanField;
  private RbmSession session; // or null, before the layers are trained
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
    this.savedChains = new float[Math.multiplyExact(options.chains(), shape.rbm().visible())];
    this.blocks = DbmBlocks.join(parameters);
    this.blockSums = new float[blocks.values().length];
    this.mu = new float[Math.multiplyExact(options.batch(), shape.hidden())];
    this.x = new byte[Math.multiplyExact(options.batch(), shape.visible())];
    this.workers = workers;
    this.meanField = MeanField.of(shape, workers);
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
    session.setVisible(DbmBlocks.evenStates(shape, v, means, chains), chains);
  }

  /** Takes up the refilled arrays of {@link #state}. */
  void resume() {
    open();
    byte[] states = new byte[savedChains.length];
    for (int k = 0; k < states.length; k++) {
      states[k] = (byte) savedChains[k];
    }
    session.setVisible(states, options.chains());
  }

  private void open() {
    close();
    session = backend.open(shape.rbm(), options.chains());
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
    DbmStatistics.sums(shape, x, mu, rows.length, dataSums, workers); // P1
    session.gibbs(Gibbs.sweeps(0).from(step * options.sweeps(), options.sweeps()), options.seed());
    session.chainStatistics(blockSums); // P2
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

  Map<String, float[]> state() {
    if (session != null) {
      byte[] states = new byte[savedChains.length];
      session.readVisible(states);
      for (int k = 0; k < states.length; k++) {
        savedChains[k] = states[k];
      }
    }
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("theta", parameters.values());
    state.putAll(optimiser.state());
    state.put("offsets", offsets);
    state.put("chains", savedChains);
    return state;
  }

  void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
