package io.gibbsite.mlp;

import io.gibbsite.backend.StageListener;
import io.gibbsite.density.Gaussian;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import java.util.Arrays;

/**
 * {@link MlpEnergy} in float32, row after row in plain loops on the caller's thread: the reference
 * that faster backends are read and measured against.
 *
 * <p>Sums over rows are taken in row order in float32, those of the NCE loss and of its {@code c}
 * gradient in double. NCE shows its noise rows to a {@link StageListener} as rows {@code n + i * k
 * + j}.
 */
public final class MlpScalar extends CheckedMlpSession {
  private final int columns;
  private final float[] state;
  private final float[] normals;
  private final float[] scratch;
  private MlpScalarRow row;
  private StageListener listener;

  /**
   * @param shape the layers
   * @param rows the most data rows of one call, and the most chains
   */
  public MlpScalar(MlpShape shape, int rows) {
    super(shape, rows);
    columns = shape.inputs();
    state = new float[rows * columns];
    normals = new float[columns];
    scratch = new float[columns];
  }

  /** Bytes that a session of this shape and this many rows takes. */
  public static long bytes(MlpShape shape, int rows) {
    long units = 2L * shape.inputs();
    for (int l = 0; l < shape.layers(); l++) {
      units += 6L * shape.width(l) + 9L * shape.width(l + 1);
    }
    long base = shape.inputs() * (shape.inputs() + 1L);
    return Float.BYTES * (units + shape.parameterCount() + base + (rows + 2L) * shape.inputs());
  }

  @Override
  public void listen(StageListener stages) {
    listener = stages;
  }

  @Override
  protected void computeSetParameters(MlpParameters parameters) {
    float[] theta = parameters.values().clone();
    Gaussian base = parameters.base();
    if (base == null) {
      row = new MlpScalarRow(shape(), theta, null, null, 0);
      return;
    }
    double[] whitening = base.whitening();
    float[] rounded = new float[whitening.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) whitening[i];
    }
    row = new MlpScalarRow(shape(), theta, base.mean(), rounded, (float) -base.logNormaliser());
  }

  @Override
  protected void computeEnergy(RowSource source, int n, float[] energy) {
    float[] x = source.array();
    for (int i = 0; i < n; i++) {
      energy[i] = forward(x, i * columns, i);
    }
  }

  @Override
  protected void computeInputGradient(RowSource source, int n, float[] energy, float[] gradient) {
    float[] x = source.array();
    for (int i = 0; i < n; i++) {
      float e = forward(x, i * columns, i);
      if (energy != null) {
        energy[i] = e;
      }
      backward(1, i);
      inputGradient(gradient, i * columns, i);
    }
  }

  @Override
  protected void computeParameterGradient(RowSource source, float[] w, int n, float[] gradient) {
    float[] x = source.array();
    Arrays.fill(gradient, 0, shape().parameterCount(), 0);
    for (int i = 0; i < n; i++) {
      forward(x, i * columns, i);
      backward(w[i], i);
      row.addParameterGradient(gradient);
    }
  }

  @Override
  protected void computeDirectional(
      float[] x, float[] v, int n, float[] energy, float[] slope, float[] curvature) {
    for (int i = 0; i < n; i++) {
      float e = forward(x, i * columns, i);
      if (energy != null) {
        energy[i] = e;
      }
      taylor(v, i);
      slope[i] = row.slope();
      curvature[i] = row.curvature();
    }
  }

  @Override
  protected void computeDirectionalParameterGradient(
      float[] x, float[] v, float[] w, float[] a, float[] b, int n, float[] gradient) {
    Arrays.fill(gradient, 0, shape().parameterCount(), 0);
    for (int i = 0; i < n; i++) {
      forward(x, i * columns, i);
      taylor(v, i);
      directionalBackward(w[i], a[i], b[i], i);
      row.addDirectionalParameterGradient(gradient);
    }
  }

  @Override
  protected double computeNce(
      SigmoidNce nce,
      float logZ,
      RowSource source,
      int n,
      RowSource noise,
      long seed,
      long step,
      float[] gradient) {
    float[] data = source.array();
    int k = nce.k();
    double loss = 0;
    double weights = 0;
    if (gradient != null) {
      Arrays.fill(gradient, 0, shape().parameterCount(), 0);
    }
    for (int i = 0; i < n; i++) {
      double u = logit(nce, logZ, data, i * columns, i);
      loss += Activation.SOFTPLUS.value(-u);
      weights += addNceGradient(1 / (1 + Math.exp(u)) / n, i, gradient);
      for (int j = 0; j < k; j++) {
        int m = i * k + j;
        if (noise == null) {
          nce.noise().sample(seed, DrawStream.NCE_NOISE, step, m, scratch, 0);
          u = logit(nce, logZ, scratch, 0, n + m);
        } else {
          u = logit(nce, logZ, noise.array(), m * columns, n + m);
        }
        loss += Activation.SOFTPLUS.value(u);
        weights += addNceGradient(-1 / (1 + Math.exp(-u)) / n, n + m, gradient);
      }
    }
    if (gradient != null) {
      gradient[shape().parameterCount()] = (float) weights;
    }
    return loss / n;
  }

  /** {@code u(x) = -E(x) - c - log p_n(x) - log k}. */
  private double logit(SigmoidNce nce, float logZ, float[] x, int offset, int i) {
    double energy = forward(x, offset, i);
    return -energy - logZ - nce.noise().logDensity(x, offset) - Math.log(nce.k());
  }

  private double addNceGradient(double weight, int i, float[] gradient) {
    if (gradient != null) {
      backward((float) weight, i);
      row.addParameterGradient(gradient);
    }
    return weight;
  }

  @Override
  protected void computeSetChains(float[] x, int n) {
    System.arraycopy(x, 0, state, 0, n * columns);
  }

  @Override
  protected void computeReadChains(float[] x, int n) {
    System.arraycopy(state, 0, x, 0, n * columns);
  }

  @Override
  protected RowSource computeChainRows() {
    return () -> state;
  }

  @Override
  protected void computeLangevin(Langevin langevin, long seed, int n, float[] energies) {
    for (int t = 0; t < langevin.steps(); t++) {
      for (int i = 0; i < n; i++) {
        float e = forward(state, i * columns, i);
        if (energies != null) {
          energies[t * n + i] = e;
        }
        backward(1, i);
        inputGradient(scratch, 0, i);
        if (langevin.noise() > 0) {
          Draws.normals(
              seed, DrawStream.LANGEVIN, langevin.firstStep() + t, i, normals, 0, columns);
        }
        for (int j = 0; j < columns; j++) {
          int at = i * columns + j;
          state[at] = langevin.move(state[at], scratch[j], normals[j]);
        }
      }
    }
  }

  private float forward(float[] x, int offset, int i) {
    float energy = row.forward(x, offset);
    if (listener != null) {
      for (int l = 0; l < shape().layers(); l++) {
        show("F2", l, i, row.z[l]);
        if (l < shape().layers() - 1) {
          show("F3", l, i, row.a[l + 1]);
        }
      }
      show("F4", shape().layers() - 1, i, row.z[shape().layers() - 1]);
    }
    return energy;
  }

  private void backward(float w, int i) {
    row.backward(w);
    if (listener != null) {
      show("B1", shape().layers() - 1, i, row.d[shape().layers() - 1]);
      for (int l = shape().layers() - 1; l > 0; l--) {
        show("B4", l, i, row.d[l - 1]);
      }
    }
  }

  private void inputGradient(float[] gradient, int offset, int i) {
    row.inputGradient(gradient, offset);
    if (listener != null) {
      show("B5", 0, i, Arrays.copyOfRange(gradient, offset, offset + columns));
    }
  }

  private void taylor(float[] v, int i) {
    row.taylor(v, i * columns);
    if (listener != null) {
      for (int l = 0; l < shape().layers(); l++) {
        show("T2", l, i, row.zt[l], row.zs[l]);
        if (l < shape().layers() - 1) {
          show("T3", l, i, row.at[l + 1], row.as[l + 1]);
        }
      }
    }
  }

  private void directionalBackward(float w, float a, float b, int i) {
    row.directionalBackward(w, a, b);
    if (listener != null) {
      for (int l = shape().layers() - 1; l > 0; l--) {
        show("D4", l, i, row.d[l - 1], row.dt[l - 1], row.ds[l - 1]);
      }
    }
  }

  private void show(String label, int layer, int i, float[]... parts) {
    float[] values = new float[parts.length * parts[0].length];
    for (int part = 0; part < parts.length; part++) {
      System.arraycopy(parts[part], 0, values, part * parts[0].length, parts[0].length);
    }
    listener.stage(label, layer, i, new float[][] {values});
  }

  @Override
  protected void computeClose() {
    row = null;
  }
}
