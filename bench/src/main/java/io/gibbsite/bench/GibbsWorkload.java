package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Gibbs;

/**
 * Block Gibbs sweeps of a binary RBM: weights N(0, 0.05^2), biases 0, first states by fair coins.
 *
 * @param units the model
 * @param batch chains
 */
public record GibbsWorkload(RbmShape units, int batch) implements Workload {
  /** The name it is asked for by. */
  public static final String NAME = "gibbs";

  private static final long SEED = 1;
  private static final float WEIGHT_SD = 0.05f;

  /** Sweeps a call: a tenth of a second or so. */
  private static final double FLOPS_A_CALL = 2e10;

  public GibbsWorkload {
    if (batch < 1) {
      throw new IllegalArgumentException("the batch must be at least 1, not " + batch);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String shape() {
    return units.toString();
  }

  @Override
  public double flops() {
    return 4.0 * units.visible() * units.hidden() * batch;
  }

  /** The weights in each direction, and the states as bits. */
  @Override
  public double bytes() {
    return 2.0 * Float.BYTES * units.weightCount()
        + (units.visible() + units.hidden()) * (double) batch / 4;
  }

  @Override
  public double binaryShare() {
    return 1;
  }

  @Override
  public int steps() {
    return (int) Math.clamp(FLOPS_A_CALL / flops(), 1, 10);
  }

  /** The model that is timed. */
  public RbmParameters parameters() {
    float[] values = new float[units.parameterCount()];
    for (int i = 0; i < units.visible(); i++) {
      int row = i * units.hidden();
      Draws.normals(SEED, DrawStream.INITIAL_PARAMETERS, 0, i, values, row, units.hidden());
    }
    for (int i = 0; i < units.weightCount(); i++) {
      values[i] *= WEIGHT_SD;
    }
    return new RbmParameters(units, values);
  }

  /** The chains' first states, byte[batch * visible]. */
  public byte[] states() {
    int columns = units.visible();
    byte[] v = new byte[batch * columns];
    float[] draws = new float[columns];
    for (int row = 0; row < batch; row++) {
      Draws.uniforms(SEED, DrawStream.INITIAL_STATE, 0, row, draws, 0, columns);
      for (int i = 0; i < columns; i++) {
        v[row * columns + i] = (byte) (draws[i] < 0.5f ? 1 : 0);
      }
    }
    return v;
  }

  @Override
  public Run prepare(Backend backend) {
    return new Run(this, backend);
  }

  /** The session with its chains; {@link #states} reads where they are. */
  public static final class Run implements Body {
    private final RbmSession session;
    private final Gibbs gibbs;
    private final byte[] states;

    private Run(GibbsWorkload workload, Backend backend) {
      gibbs = Gibbs.sweeps(workload.steps());
      states = workload.states();
      session = backend.open(workload.units, workload.batch);
      session.setParameters(workload.parameters());
      session.setVisible(states, workload.batch);
    }

    @Override
    public void run() {
      session.gibbs(gibbs, SEED);
    }

    /** The chains' visible states, byte[batch * visible]. */
    public byte[] states() {
      session.readVisible(states);
      return states;
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
