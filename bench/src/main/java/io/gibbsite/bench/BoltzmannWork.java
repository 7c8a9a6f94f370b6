package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinShape;
import io.gibbsite.spin.SpinStates;

/**
 * Sequential Gibbs sweeps of a Boltzmann machine, unit after unit, at temperature 1: all units
 * coupled, couplings normal of variance {@code 1 / units}, no biases, first states by fair coins.
 *
 * @param units of the network
 * @param batch chains
 */
public record BoltzmannWork(int units, int batch) implements SpinWork {
  /** The name it is asked for by. */
  public static final String NAME = "boltzmann";

  private static final long SEED = 1;

  public BoltzmannWork {
    new SpinShape(units);
    if (batch < 1) {
      throw new IllegalArgumentException("the chains must be at least 1, not " + batch);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String shape() {
    return Integer.toString(units);
  }

  @Override
  public int steps() {
    return 1;
  }

  /** The network that is timed. */
  public SpinParameters parameters() {
    SpinShape shape = new SpinShape(units);
    float[] values = new float[shape.parameterCount()];
    float[] normals = new float[units];
    float sd = (float) (1 / Math.sqrt(units));
    for (int i = 1; i < units; i++) {
      Draws.normals(SEED, DrawStream.COUPLINGS, 0, i, normals, 0, i);
      for (int j = 0; j < i; j++) {
        values[i * units + j] = sd * normals[j];
        values[j * units + i] = sd * normals[j];
      }
    }
    return new SpinParameters(shape, values);
  }

  @Override
  public Run prepare(Backend backend) {
    return new Run(this, backend);
  }

  /** The session with its chains. */
  public static final class Run implements Body {
    private final SpinSession session;
    private final Gibbs gibbs = Gibbs.sweeps(1);

    private Run(BoltzmannWork work, Backend backend) {
      session = backend.open(work.parameters().shape(), work.batch);
      session.setParameters(work.parameters());
      session.setStates(SpinStates.random(work.units, work.batch, SEED), work.batch);
    }

    /** As the sweeps left them, byte[chains * units]. */
    public byte[] states() {
      byte[] y = new byte[session.chains() * session.shape().units()];
      session.readStates(y);
      return y;
    }

    @Override
    public void run() {
      session.gibbs(gibbs, Scan.SEQUENTIAL, SEED);
    }

    @Override
    public String method() {
      return "sequential scan";
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
