package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.HeldRows;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;

/**
 * A pass of an MLP energy with SiLU: weights N(0, 1) / sqrt(in), biases 0, standard normal data
 * and, for NCE, standard normal noise rows that are given, not drawn; Langevin with step size 0.01,
 * ten steps a call. The session holds the rows, as the peers keep theirs on their device; results,
 * and the weights of a parameter gradient, are the caller's arrays.
 *
 * @param pass what is computed
 * @param layers the model
 * @param batch data rows, or chains
 */
public record MlpWorkload(MlpPass pass, MlpShape layers, int batch) implements Workload {
  private static final long SEED = 1;
  private static final int LANGEVIN_STEPS = 10;

  public MlpWorkload {
    if (batch < 1) {
      throw new IllegalArgumentException("the batch must be at least 1, not " + batch);
    }
  }

  @Override
  public String name() {
    return pass.label();
  }

  @Override
  public String shape() {
    return layers.toString();
  }

  @Override
  public double flops() {
    return (double) pass.forwardPasses() * batch * layers.forwardFlops();
  }

  /**
   * Rows are read from where they are held. Chains stay there too during a call, so a step moves a
   * part of theirs.
   */
  @Override
  public double bytes() {
    double rows = (double) batch * layers.inputs();
    double parameters = layers.parameterCount();
    return Float.BYTES
        * switch (pass) {
          case ENERGY -> rows + parameters + batch;
          case INPUT_GRADIENT -> 2 * rows + parameters;
          case LANGEVIN -> (2 * rows + parameters) / LANGEVIN_STEPS;
          case PARAMETER_GRADIENT -> rows + batch + 2 * parameters;
          case NCE -> 2 * rows + 2 * parameters;
        };
  }

  @Override
  public int steps() {
    return pass == MlpPass.LANGEVIN ? LANGEVIN_STEPS : 1;
  }

  /** The model that is timed. */
  public MlpParameters parameters() {
    return parameters(layers);
  }

  /** Weights N(0, 1) / sqrt(in), biases 0. */
  static MlpParameters parameters(MlpShape layers) {
    float[] values = new float[layers.parameterCount()];
    for (int l = 0; l < layers.layers(); l++) {
      int in = layers.width(l);
      for (int o = 0; o < layers.width(l + 1); o++) {
        int row = layers.weightOffset(l) + o * in;
        Draws.normals(SEED, DrawStream.INITIAL_PARAMETERS, l, o, values, row, in);
        for (int i = 0; i < in; i++) {
          values[row + i] *= (float) (1 / Math.sqrt(in));
        }
      }
    }
    return new MlpParameters(layers, values);
  }

  @Override
  public Run prepare(Backend backend) {
    return new Run(this, backend);
  }

  private float[] normals(DrawStream stream) {
    return normals(stream, batch, layers.inputs());
  }

  /** Standard normal rows. */
  static float[] normals(DrawStream stream, int rows, int columns) {
    float[] x = new float[rows * columns];
    for (int row = 0; row < rows; row++) {
      Draws.normals(SEED, stream, 0, row, x, row * columns, columns);
    }
    return x;
  }

  /**
   * The prepared arrays and the session: {@link #run} computes, {@link #output} is where it wrote.
   */
  public static final class Run implements Body {
    private final MlpPass pass;
    private final MlpSession session;
    private final float[] x;
    private final float[] noise;
    private final float[] output;
    private final HeldRows held;
    private final HeldRows heldNoise;
    private final SigmoidNce nce;
    private final Langevin langevin = Langevin.steps(LANGEVIN_STEPS);
    private double loss;

    private Run(MlpWorkload workload, Backend backend) {
      pass = workload.pass;
      int batch = workload.batch;
      int columns = workload.layers.inputs();
      int parameters = workload.layers.parameterCount();
      x = workload.normals(DrawStream.DATA);
      noise = pass == MlpPass.NCE ? workload.normals(DrawStream.NCE_NOISE) : null;
      nce = pass == MlpPass.NCE ? new SigmoidNce(1, Gaussian.isotropic(columns, 0f, 1f)) : null;
      output =
          new float
              [switch (pass) {
                case ENERGY -> batch;
                case INPUT_GRADIENT, LANGEVIN -> batch * columns;
                case PARAMETER_GRADIENT -> parameters;
                case NCE -> parameters + 1;
              }];
      session = backend.open(workload.layers, batch);
      session.setParameters(workload.parameters());
      session.setChains(x, pass == MlpPass.LANGEVIN ? batch : 0);
      held = pass == MlpPass.LANGEVIN ? null : session.hold(x, batch);
      heldNoise = pass == MlpPass.NCE ? session.hold(noise, batch) : null;
    }

    @Override
    public void run() {
      switch (pass) {
        case ENERGY -> session.energy(held, output);
        case INPUT_GRADIENT -> session.inputGradient(held, null, output);
        // The data's first entries serve as the weights too: any numbers of order one do.
        case PARAMETER_GRADIENT -> session.parameterGradient(held, x, output);
        case LANGEVIN -> session.langevin(langevin, SEED);
        case NCE -> loss = session.nce(nce, 0f, held, heldNoise, output);
      }
    }

    /** The data, or the chains' first states: float[batch * columns]. */
    public float[] data() {
      return x;
    }

    /** The noise rows of NCE: float[batch * columns]. */
    public float[] noise() {
      return noise;
    }

    /** Energies, gradients or, read from the session, states. */
    public float[] output() {
      if (pass == MlpPass.LANGEVIN) {
        session.readChains(output);
      }
      return output;
    }

    /** The NCE loss of the last call. */
    public double loss() {
      return loss;
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
