package io.gibbsite.mlp;

import io.gibbsite.math.FloatMath;
import java.util.Arrays;

/** A {@link Generator} in plain loops, row by row: the reference. */
public final class GeneratorScalar extends CheckedGenerator {
  private final MlpShape trunk;
  private final int layers;
  private final float[] theta;

  /** {@code a_l} of one row, l = 0 .. L, and {@code f'(y_{l-1})} beside it. */
  private final float[][] a;

  private final float[][] slope;
  private final float[][] d;
  private final float[] jet = new float[4];

  public GeneratorScalar(GeneratorShape shape, int rows) {
    super(shape, rows);
    trunk = shape.trunk();
    layers = shape.layers();
    theta = new float[shape.parameterCount()];
    a = new float[layers + 1][];
    slope = new float[layers + 1][];
    d = new float[layers + 1][];
    for (int l = 0; l <= layers; l++) {
      a[l] = new float[trunk.width(l)];
      slope[l] = new float[trunk.width(l)];
      d[l] = new float[trunk.width(l)];
    }
  }

  @Override
  void computeSetParameters(float[] values) {
    System.arraycopy(values, 0, theta, 0, theta.length);
  }

  @Override
  void computeForward(float[] z, int n, float[] x) {
    int outputs = shape().outputs();
    for (int r = 0; r < n; r++) {
      forward(z, r);
      System.arraycopy(a[layers], 0, x, r * outputs, outputs);
    }
  }

  private void forward(float[] z, int r) {
    System.arraycopy(z, r * shape().latent(), a[0], 0, shape().latent()); // G1
    for (int l = 0; l < layers; l++) {
      int in = trunk.width(l);
      for (int o = 0; o < trunk.width(l + 1); o++) {
        float y = theta[trunk.biasOffset(l) + o]; // G2
        for (int i = 0; i < in; i++) {
          y = Math.fma(theta[trunk.weightOffset(l) + o * in + i], a[l][i], y);
        }
        activate(l, y);
        a[l + 1][o] = jet[0];
        slope[l + 1][o] = jet[1];
      }
    }
  }

  /** G3 and G4, with their slopes. */
  private void activate(int l, float y) {
    if (l < layers - 1) {
      trunk.activation().jet(y, jet);
    } else if (shape().bounded()) {
      jet[0] = FloatMath.tanh(y);
      jet[1] = 1 - jet[0] * jet[0];
    } else {
      jet[0] = y;
      jet[1] = 1;
    }
  }

  @Override
  void computeParameterGradient(float[] z, float[] v, int n, float[] gradient) {
    Arrays.fill(gradient, 0, theta.length, 0);
    int outputs = shape().outputs();
    for (int r = 0; r < n; r++) {
      forward(z, r);
      for (int o = 0; o < outputs; o++) {
        d[layers][o] = v[r * outputs + o] * slope[layers][o]; // J1
      }
      for (int l = layers - 1; l >= 0; l--) {
        int in = trunk.width(l);
        Arrays.fill(d[l], 0);
        for (int o = 0; o < trunk.width(l + 1); o++) {
          float delta = d[l + 1][o];
          int row = trunk.weightOffset(l) + o * in;
          for (int i = 0; i < in; i++) {
            gradient[row + i] = Math.fma(delta, a[l][i], gradient[row + i]); // J2
            d[l][i] = Math.fma(delta, theta[row + i], d[l][i]); // J3
          }
          gradient[trunk.biasOffset(l) + o] += delta;
        }
        for (int i = 0; i < in && l > 0; i++) {
          d[l][i] *= slope[l][i]; // J4
        }
      }
    }
  }
}
