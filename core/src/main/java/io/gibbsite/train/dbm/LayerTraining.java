package io.gibbsite.train.dbm;

import io.gibbsite.backend.Backend;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.train.Sgd;
import io.gibbsite.train.rbm.CentredGradient;
import io.gibbsite.train.rbm.PersistentChains;
import io.gibbsite.train.rbm.RbmGradient;
import io.gibbsite.train.rbm.RbmTrainer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One layer of the greedy pre-training of a deep Boltzmann machine: an RBM between two layers, some
 * of whose sides stand for two copies of the layer with the same weights, by persistent contrastive
 * divergence.
 *
 * <p>In the deep machine a layer gets input from below and from above; an RBM knows one of them,
 * and with a second copy of it the input has the size that it will have. The copies are real: the
 * session's RBM has them all, and of its gradient the mean over copies counts.
 */
final class LayerTraining {
  private static final int BLOCK = 1024;

  private final Backend backend;
  private final DbmTrainingOptions options;
  private final long seed;
  private final RbmShape shape;
  private final int below;
  private final int above;
  private final Sgd optimiser;
  private final CentredGradient centred;
  private final float[] theta;
  private final float[] gradient;
  private final float[] offsets;
  private final PersistentChains chains;
  private final RbmParameters tied;
  private final float[] tiedData;
  private final float[] tiedModel;
  private float[] inputs; // [rows, visible]: probabilities, or states
  private RbmSession session; // or null, while the layer is not trained

  /**
   * @param shape the layer below and the layer above
   * @param below copies of the layer below
   * @param above copies of the layer above
   * @param number of the layer, which makes its draws its own
   */
  LayerTraining(
      Backend backend, RbmShape shape, int below, int above, int number, DbmTrainingOptions o) {
    this.backend = backend;
    this.options = o;
    this.seed = o.seed() + number;
    this.shape = shape;
    this.below = below;
    this.above = above;
    this.optimiser =
        new Sgd(shape.parameterCount(), o.momentum(), o.weightDecay(), shape.weightCount());
    this.theta = new float[shape.parameterCount()];
    this.gradient = new float[theta.length];
    RbmShape copies = new RbmShape(below * shape.visible(), above * shape.hidden());
    this.centred = new CentredGradient(copies, backend);
    this.offsets = new float[copies.visible() + copies.hidden()];
    this.chains = new PersistentChains(o.chains(), 1, o.sweeps(), copies.visible(), seed);
    this.tied = new RbmParameters(copies, new float[copies.parameterCount()]);
    this.tiedData = new float[copies.parameterCount()];
    this.tiedModel = new float[tiedData.length];
  }

  float[] theta() {
    return theta;
  }

  float[] gradient() {
    return gradient;
  }

  /**
   * Sets the weights to small random ones, and the biases below to the log-odds of the inputs.
   *
   * @param x float[rows * visible], from 0 to 1: the probability that the unit is on; not copied
   */
  void initialise(float[] x, int rows) {
    float[] bias = BaseRates.logOdds(x, rows, shape.visible());
    RbmParameters start = RbmTrainer.initial(shape, bias, seed).parameters();
    System.arraycopy(start.values(), 0, theta, 0, theta.length);
    if (options.gradient() == RbmGradient.CENTRED) {
      float[] means = BaseRates.means(x, rows, shape.visible());
      for (int copy = 0; copy < below; copy++) {
        System.arraycopy(means, 0, offsets, copy * means.length, means.length);
      }
    }
  }

  /** Opens the session, and takes up the chains, or starts them from the biases. */
  void open(float[] x, boolean resumed) {
    inputs = x;
    session = backend.open(tied.shape(), Math.max(options.batch(), options.chains()));
    setParameters();
    if (resumed) {
      chains.resume(session, null, 0);
    } else {
      chains.begin(session, BaseRates.sample(tied.visibleBias(), options.chains(), seed), null);
    }
  }

  void close() {
    if (session != null) {
      session.close();
      chains.end();
      session = null;
      inputs = null;
    }
  }

  private void setParameters() {
    tie();
    session.setParameters(tied);
  }

  /** Copies theta to every copy of the units. */
  private void tie() {
    int n = shape.visible();
    int m = shape.hidden();
    float[] all = tied.values();
    for (int i = 0; i < below * n; i++) {
      for (int j = 0; j < above * m; j += m) {
        System.arraycopy(theta, i % n * m, all, i * above * m + j, m);
      }
      all[tied.shape().visibleBiasOffset() + i] = theta[shape.visibleBiasOffset() + i % n];
    }
    for (int j = 0; j < above * m; j++) {
      all[tied.shape().hiddenBiasOffset() + j] = theta[shape.hiddenBiasOffset() + j % m];
    }
  }

  /** The mean over copies of their gradients. */
  private void untie(float[] all, float[] out) {
    int n = shape.visible();
    int m = shape.hidden();
    Arrays.fill(out, 0f);
    for (int i = 0; i < below * n; i++) {
      for (int j = 0; j < above * m; j++) {
        out[i % n * m + j % m] += all[i * above * m + j] * (1f / (below * above));
      }
      out[shape.visibleBiasOffset() + i % n] +=
          all[tied.shape().visibleBiasOffset() + i] * (1f / below);
    }
    for (int j = 0; j < above * m; j++) {
      out[shape.hiddenBiasOffset() + j % m] +=
          all[tied.shape().hiddenBiasOffset() + j] * (1f / above);
    }
  }

  /**
   * Makes one update from these rows of the inputs, whose states are drawn at (JITTER, step, row of
   * the minibatch).
   *
   * @param step of the layer, from 0
   */
  void step(int[] rows, long step) {
    int n = shape.visible();
    byte[] x = new byte[rows.length * below * n];
    float[] u = new float[n];
    for (int r = 0; r < rows.length; r++) {
      Draws.uniforms(seed, DrawStream.JITTER, step, r, u, 0, n);
      for (int i = 0; i < below * n; i++) {
        boolean on = u[i % n] < inputs[rows[r] * n + i % n];
        x[r * below * n + i] = (byte) (on ? 1 : 0);
      }
    }
    session.statistics(x, rows.length, tiedData);
    chains.statistics(step, tiedModel);
    centred.compute(
        options.gradient(), tiedData, rows.length, tiedModel, options.chains(), offsets, step == 0);
    untie(tiedModel, gradient);
    optimiser.step(theta, gradient, options.layerRate().at(step), step + 1);
    setParameters();
  }

  /**
   * {@code p(above = 1 | below)} of every row of inputs, of which states are drawn once, at
   * (JITTER, 2^56 - 1, row).
   *
   * @param x float[rows * visible], from 0 to 1
   */
  float[] up(float[] x, int rows) {
    int n = shape.visible();
    int m = shape.hidden();
    float[] p = new float[Math.multiplyExact(rows, m)];
    float[] u = new float[n];
    tie();
    int block = Math.min(BLOCK, rows);
    byte[] states = new byte[block * below * n];
    float[] copies = new float[block * above * m];
    try (RbmSession once = backend.open(tied.shape(), block)) {
      once.setParameters(tied);
      for (int first = 0; first < rows; first += block) {
        int count = Math.min(block, rows - first);
        for (int r = 0; r < count; r++) {
          Draws.uniforms(seed, DrawStream.JITTER, Draws.STEP_LIMIT - 1, first + r, u, 0, n);
          for (int i = 0; i < below * n; i++) {
            boolean on = u[i % n] < x[(first + r) * n + i % n];
            states[r * below * n + i] = (byte) (on ? 1 : 0);
          }
        }
        once.hiddenProbabilities(states, count, copies);
        for (int r = 0; r < count; r++) {
          System.arraycopy(copies, r * above * m, p, (first + r) * m, m);
        }
      }
    }
    return p;
  }

  /** What the steps to come depend on, by name. */
  Map<String, float[]> state(String prefix) {
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put(prefix + "theta", theta);
    optimiser.state().forEach((name, values) -> state.put(prefix + name, values));
    state.put(prefix + "offsets", offsets);
    chains.state().forEach((name, values) -> state.put(prefix + name, values));
    return state;
  }
}
