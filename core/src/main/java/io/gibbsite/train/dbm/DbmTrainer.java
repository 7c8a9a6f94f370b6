package io.gibbsite.train.dbm;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.dbm.DbmModel;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.DataOrder;
import io.gibbsite.train.DivergedException;
import io.gibbsite.train.Trainer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains a deep Boltzmann machine: first its layers one after the other, then all together.
 *
 * <pre>
 *   layer 1          RBM of (v, v) and h_1: two copies of what is below
 *   layers between   RBM of h_l-1 and h_l, whose weights are then halved
 *   layer L          RBM of h_L-1 and (h_L, h_L): two copies of what is above
 *   together         W_l as trained or halved; b_0 and b_L as trained; b_l the mean of what it is
 *                    as the hidden bias of layer l and as the visible bias of layer l + 1
 * </pre>
 *
 * <p>The unit's distributions under the two RBMs that share it are then combined by their geometric
 * mean, which counts each of the two inputs once: of {@code exp(b h)} times the square of what one
 * side's copies sum to, and the same for the other side, the root of the product is left. Inputs of
 * a layer above the first are states drawn from the layer below, anew at every visit.
 *
 * <p>Step {@code t} is of layer {@code t / layerSteps} until all are trained. A run is a function
 * of its data, options and seed, whatever the number of threads, and can be taken up at any step.
 * Source: Salakhutdinov and Hinton, "Deep Boltzmann machines", AISTATS 2009, section 3.1.
 */
public final class DbmTrainer extends Trainer {
  private final DbmShape shape;
  private final DbmTrainingOptions options;
  private final byte[] data;
  private final int rows;
  private final Workers workers;
  private final List<LayerTraining> layers = new ArrayList<>();
  private final JointTraining joint;
  private float[] gradient; // of the last step

  /**
   * @param data byte[rows * visible], each 0 or 1; not copied
   * @param rows at least {@code options.batch()}
   */
  public DbmTrainer(
      Backend backend, DbmShape shape, byte[] data, int rows, DbmTrainingOptions options) {
    super(rows, options.batch(), options.seed());
    DataOrder.requireRows(data.length, rows, shape.visible());
    this.shape = shape;
    this.options = options;
    this.data = data;
    this.rows = rows;
    this.workers = new Workers(backend.options().threads(), "gibbsite-dbm");
    int depth = shape.depth();
    for (int l = 1; l <= depth; l++) {
      RbmShape pair = new RbmShape(shape.units(l - 1), shape.units(l));
      layers.add(new LayerTraining(backend, pair, l == 1 ? 2 : 1, l == depth ? 2 : 1, l, options));
    }
    this.joint = new JointTraining(backend, shape, options, workers);
    enter(0, false);
  }

  /** Steps of all layers before the joint training. */
  private long layerSteps() {
    return shape.depth() * options.layerSteps();
  }

  /**
   * Makes ready for the step: closes what came before, and opens the layer or the joint training.
   *
   * @param resumed whether the arrays of {@link #state} are those after as many steps
   */
  private void enter(long step, boolean resumed) {
    layers.forEach(LayerTraining::close);
    if (step < layerSteps()) {
      joint.close();
      int layer = (int) (step / options.layerSteps());
      boolean begun = resumed && step % options.layerSteps() > 0;
      float[] x = inputs(layer, !begun);
      layers.get(layer).open(x, begun);
    } else if (resumed && step > layerSteps()) {
      joint.resume(step - layerSteps());
    } else {
      if (options.layerSteps() == 0) {
        inputs(shape.depth() - 1, true);
      }
      joint.begin(compose(), data, rows);
    }
  }

  /** What a layer, counted from 0, is trained on: its rows' probabilities. */
  private float[] inputs(int layer, boolean initialise) {
    float[] x = new float[rows * shape.visible()];
    for (int k = 0; k < x.length; k++) {
      x[k] = data[k];
    }
    for (int l = 0; l <= layer; l++) {
      boolean untrained = initialise && (l == layer || options.layerSteps() == 0);
      if (untrained) {
        layers.get(l).initialise(x, rows);
      }
      x = l < layer ? layers.get(l).up(x, rows) : x;
    }
    return x;
  }

  /** The deep machine that the layers make, as far as they are trained. */
  private DbmParameters compose() {
    float[] values = new float[shape.parameterCount()];
    int depth = shape.depth();
    for (int l = 1; l <= depth; l++) {
      float[] theta = layers.get(l - 1).theta();
      int weights = shape.units(l - 1) * shape.units(l);
      float factor = l == 1 || l == depth ? 1f : 0.5f;
      for (int k = 0; k < weights; k++) {
        values[shape.weightOffset(l) + k] = factor * theta[k];
      }
      for (int side = 0; side < 2; side++) {
        int layer = l - 1 + side;
        float share = layer == 0 || layer == depth ? 1f : 0.5f;
        int from = weights + side * shape.units(l - 1);
        for (int i = 0; i < shape.units(layer); i++) {
          values[shape.biasOffset(layer) + i] += share * theta[from + i];
        }
      }
    }
    return new DbmParameters(shape, values);
  }

  @Override
  protected double update(long step, int[] batch) {
    if (step > 0 && isFirst(step)) {
      enter(step, false);
    }
    try {
      if (step < layerSteps()) {
        LayerTraining layer = layers.get((int) (step / options.layerSteps()));
        layer.step(batch, step % options.layerSteps());
        gradient = layer.gradient();
        requireBounded(layer.theta(), step);
      } else {
        joint.step(data, batch, step - layerSteps());
        gradient = joint.gradient();
        requireBounded(joint.theta(), step);
      }
    } catch (IllegalArgumentException e) {
      // A session takes finite parameters only.
      throw new DivergedException(step, e.getMessage());
    }
    return Double.NaN;
  }

  /** Whether the step is the first of a layer, or of the joint training. */
  private boolean isFirst(long step) {
    return step == layerSteps() || step < layerSteps() && step % options.layerSteps() == 0;
  }

  /** The layer, from 1, that the next step trains; 0 for all together. */
  public int layer() {
    return stepsDone() < layerSteps() ? (int) (stepsDone() / options.layerSteps()) + 1 : 0;
  }

  /** The learning rate of the next step. */
  public float learningRate() {
    return stepsDone() < layerSteps()
        ? options.layerRate().at(stepsDone() % options.layerSteps())
        : options.jointRate().at(stepsDone() - layerSteps());
  }

  /** Mean sweeps of the mean field in the last joint step; NaN before the first. */
  public double meanFieldSweeps() {
    return joint.meanFieldSweeps();
  }

  @Override
  protected double lastGradientNorm() {
    return norm(gradient);
  }

  /** The model as trained so far, the layers put together while they are trained; a copy. */
  public DbmModel model() {
    boolean together = stepsDone() > layerSteps() || layerSteps() == 0;
    return new DbmModel(together ? joint.parameters().copy() : compose());
  }

  /** The arrays of every layer, under {@code layer.N.}, and those of the joint training. */
  @Override
  public Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    for (int l = 1; l <= shape.depth(); l++) {
      state.putAll(layers.get(l - 1).state("layer." + l + "."));
    }
    state.putAll(joint.state());
    return state;
  }

  @Override
  protected void resumed(long steps) {
    enter(steps, true);
  }

  @Override
  public String configuration() {
    return String.join(
        "; ",
        "layers=" + shape,
        "chains=" + options.chains(),
        "levels=" + options.levels(),
        "sweeps=" + options.sweeps(),
        "gradient=" + options.gradient().label(),
        "momentum=" + options.momentum(),
        "batch=" + options.batch(),
        "steps of a layer=" + options.layerSteps(),
        "of a layer: " + options.layerRate().configuration(),
        options.jointRate().configuration(),
        "seed=" + options.seed(),
        "weight decay=" + options.weightDecay(),
        "mean field=" + options.meanField(),
        "data=" + rows + " rows " + Checkpoint.digest(data));
  }

  @Override
  public void close() {
    layers.forEach(LayerTraining::close);
    joint.close();
    workers.close();
  }
}
