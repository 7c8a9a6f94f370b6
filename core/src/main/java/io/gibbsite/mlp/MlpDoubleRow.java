package io.gibbsite.mlp;

import java.util.Arrays;

/**
 * One row of {@link MlpEnergy} in plain loops: every array of the card, named as there, for a
 * single x.
 *
 * <p>Two classes have this text, one for each number type; a test holds them together. The {@code
 * l}-th array of a name belongs to layer {@code l}: {@code a}, {@code p} and their tangents have
 * {@code width(l)} entries, the others {@code width(l + 1)}.
 */
final class MlpDoubleRow {
  private final MlpShape shape;
  private final Activation activation;
  private final int layers;
  private final double[] theta;
  private final double[] mean;
  private final double[] whitening;
  private final double constant;

  final double[][] a;
  final double[][] z;
  final double[][] at;
  final double[][] as;
  final double[][] zt;
  final double[][] zs;
  final double[][] d;
  final double[][] dt;
  final double[][] ds;
  final double[][] p;
  private final double[][] pt;
  private final double[][] ps;

  /** {@code f', f'', f'''} at {@code z_l}. */
  private final double[][] f1;

  private final double[][] f2;
  private final double[][] f3;
  private final double[] jet = new double[4];
  private final double[] y;
  private final double[] yt;

  /**
   * @param theta double[P], laid out as {@link MlpShape} says; not copied
   * @param mean {@code m}, double[d], or null for no base density
   * @param whitening {@code R}, double[d * d]; not read without a base
   * @param constant {@code log det C + d log(2 pi) / 2}; not read without a base
   */
  MlpDoubleRow(MlpShape shape, double[] theta, double[] mean, double[] whitening, double constant) {
    this.shape = shape;
    this.activation = shape.activation();
    this.layers = shape.layers();
    this.theta = theta;
    this.mean = mean;
    this.whitening = whitening;
    this.constant = constant;
    a = rows(0);
    at = rows(0);
    as = rows(0);
    p = rows(0);
    pt = rows(0);
    ps = rows(0);
    z = rows(1);
    zt = rows(1);
    zs = rows(1);
    d = rows(1);
    dt = rows(1);
    ds = rows(1);
    f1 = rows(1);
    f2 = rows(1);
    f3 = rows(1);
    y = new double[shape.inputs()];
    yt = new double[shape.inputs()];
  }

  private double[][] rows(int side) {
    double[][] rows = new double[layers][];
    for (int l = 0; l < layers; l++) {
      rows[l] = new double[shape.width(l + side)];
    }
    return rows;
  }

  /** F1 to F5 for the row at {@code x[offset ..]}; returns E. */
  double forward(double[] x, int offset) {
    // F1
    System.arraycopy(x, offset, a[0], 0, shape.inputs());
    for (int l = 0; l < layers; l++) {
      // F2
      timesTransposed(a[l], l, z[l]);
      for (int o = 0; o < z[l].length; o++) {
        z[l][o] += theta[shape.biasOffset(l) + o];
      }
      // F3
      if (l < layers - 1) {
        for (int o = 0; o < z[l].length; o++) {
          a[l + 1][o] = activation.value(z[l][o]);
        }
      }
    }
    // F4
    double energy = z[layers - 1][0];
    // F5
    if (mean != null) {
      double square = 0;
      for (int i = 0; i < y.length; i++) {
        y[i] = 0;
        for (int j = 0; j <= i; j++) {
          y[i] += whitening[i * y.length + j] * (a[0][j] - mean[j]);
        }
        square += y[i] * y[i];
      }
      energy += square / 2 + constant;
    }
    return energy;
  }

  /** B1, B3 and B4 after {@link #forward}: leaves every {@code d_l} and {@code p_0}. */
  void backward(double w) {
    derivatives();
    // B1
    d[layers - 1][0] = w;
    for (int l = layers - 1; l >= 0; l--) {
      // B3
      times(d[l], l, p[l]);
      // B4
      if (l > 0) {
        for (int i = 0; i < p[l].length; i++) {
          d[l - 1][i] = p[l][i] * f1[l - 1][i];
        }
      }
    }
  }

  /** B2 after {@link #backward}: adds to {@code gradient[0 .. P)}. */
  void addParameterGradient(double[] gradient) {
    for (int l = 0; l < layers; l++) {
      addOuter(d[l], a[l], l, gradient);
      addBias(l, gradient);
    }
  }

  /** B5 after {@code backward(1)}: writes {@code gradient[offset .. offset + d)}. */
  void inputGradient(double[] gradient, int offset) {
    for (int j = 0; j < y.length; j++) {
      double sum = p[0][j];
      if (mean != null) {
        for (int i = j; i < y.length; i++) {
          sum += y[i] * whitening[i * y.length + j];
        }
      }
      gradient[offset + j] = sum;
    }
  }

  /** T1 to T3 along {@code v[offset ..]}, after {@link #forward}. */
  void taylor(double[] v, int offset) {
    derivatives();
    // T1
    System.arraycopy(v, offset, at[0], 0, shape.inputs());
    Arrays.fill(as[0], 0);
    for (int l = 0; l < layers; l++) {
      // T2
      timesTransposed(at[l], l, zt[l]);
      timesTransposed(as[l], l, zs[l]);
      // T3
      if (l < layers - 1) {
        for (int o = 0; o < z[l].length; o++) {
          at[l + 1][o] = f1[l][o] * zt[l][o];
          as[l + 1][o] = f2[l][o] * zt[l][o] * zt[l][o] + f1[l][o] * zs[l][o];
        }
      }
    }
    // T5
    if (mean != null) {
      for (int i = 0; i < yt.length; i++) {
        yt[i] = 0;
        for (int j = 0; j <= i; j++) {
          yt[i] += whitening[i * yt.length + j] * at[0][j];
        }
      }
    }
  }

  /** T4 and T5, after {@link #taylor}: {@code v.dE}. */
  double slope() {
    double slope = zt[layers - 1][0];
    if (mean != null) {
      for (int i = 0; i < y.length; i++) {
        slope += y[i] * yt[i];
      }
    }
    return slope;
  }

  /** T4 and T5, after {@link #taylor}: {@code v^T H v}. */
  double curvature() {
    double curvature = zs[layers - 1][0];
    if (mean != null) {
      for (int i = 0; i < yt.length; i++) {
        curvature += yt[i] * yt[i];
      }
    }
    return curvature;
  }

  /** D1, D3 and D4 after {@link #taylor}, for {@code wi E + ai v.dE + bi v^T H v}. */
  void directionalBackward(double wi, double ai, double bi) {
    // D1
    d[layers - 1][0] = wi;
    dt[layers - 1][0] = ai;
    ds[layers - 1][0] = bi;
    for (int l = layers - 1; l > 0; l--) {
      // D3
      times(d[l], l, p[l]);
      times(dt[l], l, pt[l]);
      times(ds[l], l, ps[l]);
      // D4
      int m = l - 1;
      for (int i = 0; i < p[l].length; i++) {
        d[m][i] =
            p[l][i] * f1[m][i]
                + pt[l][i] * f2[m][i] * zt[m][i]
                + ps[l][i] * (f3[m][i] * zt[m][i] * zt[m][i] + f2[m][i] * zs[m][i]);
        dt[m][i] = pt[l][i] * f1[m][i] + 2 * ps[l][i] * f2[m][i] * zt[m][i];
        ds[m][i] = ps[l][i] * f1[m][i];
      }
    }
  }

  /** D2 after {@link #directionalBackward}: adds to {@code gradient[0 .. P)}. */
  void addDirectionalParameterGradient(double[] gradient) {
    for (int l = 0; l < layers; l++) {
      addOuter(d[l], a[l], l, gradient);
      addOuter(dt[l], at[l], l, gradient);
      addOuter(ds[l], as[l], l, gradient);
      addBias(l, gradient);
    }
  }

  private void derivatives() {
    for (int l = 0; l < layers - 1; l++) {
      for (int o = 0; o < z[l].length; o++) {
        activation.jet(z[l][o], jet);
        f1[l][o] = jet[1];
        f2[l][o] = jet[2];
        f3[l][o] = jet[3];
      }
    }
  }

  /** {@code out = in W_l^T}. */
  private void timesTransposed(double[] in, int l, double[] out) {
    for (int o = 0; o < out.length; o++) {
      int first = shape.weightOffset(l) + o * in.length;
      double sum = 0;
      for (int i = 0; i < in.length; i++) {
        sum += theta[first + i] * in[i];
      }
      out[o] = sum;
    }
  }

  /** {@code out = in W_l}. */
  private void times(double[] in, int l, double[] out) {
    Arrays.fill(out, 0);
    for (int o = 0; o < in.length; o++) {
      int first = shape.weightOffset(l) + o * out.length;
      for (int i = 0; i < out.length; i++) {
        out[i] += in[o] * theta[first + i];
      }
    }
  }

  /** {@code dW_l += left^T right}. */
  private void addOuter(double[] left, double[] right, int l, double[] gradient) {
    for (int o = 0; o < left.length; o++) {
      int first = shape.weightOffset(l) + o * right.length;
      for (int i = 0; i < right.length; i++) {
        gradient[first + i] += left[o] * right[i];
      }
    }
  }

  /** {@code db_l += d_l}. */
  private void addBias(int l, double[] gradient) {
    for (int o = 0; o < d[l].length; o++) {
      gradient[shape.biasOffset(l) + o] += d[l][o];
    }
  }
}
