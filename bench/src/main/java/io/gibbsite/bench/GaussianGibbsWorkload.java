package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import io.gibbsite.rbm.GaussianBase;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Gibbs;
import java.util.Arrays;

/**
 * Block Gibbs sweeps of a Gaussian-Bernoulli RBM: the weights and biases of {@link GibbsWorkload},
 * deviations 1, first states standard normal. The product with real states is one of float32, that
 * with binary ones a sum of weights.
 *
 * @param units the model
 * @param batch chains
 */
public record GaussianGibbsWorkload(RbmShape units, int batch) implements Workload {
  /** The name it is asked for by. */
  public static final String NAME = "gibbs-gaussian";

  private static final long SEED = 1;

  public GaussianGibbsWorkload {
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

  /** The weights in each direction, real states as floats and binary ones as bits, in and out. */
  @Override
  public double bytes() {
    return 2.0 * Float.BYTES * (units.weightCount() + (double) units.visible() * batch)
        + units.hidden() * (double) batch / 4;
  }

  @Override
  public double binaryShare() {
    return 0.5;
  }

  @Override
  public int steps() {
    return new GibbsWorkload(units, batch).steps();
  }

  /** The model that is timed. */
  public GaussianRbmParameters parameters() {
    float[] sd = new float[units.visible()];
    Arrays.fill(sd, 1);
    return GaussianRbmParameters.of(new GibbsWorkload(units, batch).parameters(), sd);
  }

  /** The chains' first states, float[batch * visible]. */
  public float[] states() {
    return GaussianBase.sample(parameters().visibleBias(), parameters().visibleSd(), batch, SEED);
  }

  @Override
  public Run prepare(Backend backend) {
    return new Run(this, backend);
  }

  /** The session with its chains; {@link #states} reads where they are. */
  public static final class Run implements Body {
    private final GaussianRbmSession session;
    private final Gibbs gibbs;
    private final float[] states;

    private Run(GaussianGibbsWorkload workload, Backend backend) {
      gibbs = Gibbs.sweeps(workload.steps());
      states = workload.states();
      session = backend.open(new GaussianRbmShape(workload.units), workload.batch);
      session.setParameters(workload.parameters());
      session.setVisible(states, workload.batch);
    }

    @Override
    public void run() {
      session.gibbs(gibbs, SEED);
    }

    /** The chains' visible states, float[batch * visible]. */
    public float[] states() {
      session.readVisible(states);
      return states;
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
