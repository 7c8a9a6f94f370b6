package io.gibbsite.mlp;

import io.gibbsite.density.Gaussian;
import io.gibbsite.objective.SigmoidNce;
import java.util.Arrays;

/**
 * {@link MlpEnergy} in double precision, row after row in plain loops: the trusted reference that
 * errors are measured from.
 *
 * <p>The passes are those of {@link MlpSession}, with the same array shapes; outputs are
 * overwritten, and must not be the same array as an input. For one thread at a time. Every method
 * throws {@link IllegalArgumentException} if an array is too short.
 */
public final class MlpDouble {
  private final MlpShape shape;
  private final int columns;
  private final MlpDoubleRow row;

  /** The energy of these parameters, widened. */
  public MlpDouble(MlpParameters parameters) {
    this(parameters.shape(), widen(parameters.values()), parameters.base());
  }

  /**
   * @param shape the layers
   * @param values double[shape.parameterCount()], laid out as {@link MlpShape} says; not copied
   * @param base the base density, or null
   */
  public MlpDouble(MlpShape shape, double[] values, Gaussian base) {
    require("values", values.length, shape.parameterCount());
    if (base != null && base.columns() != shape.inputs()) {
      throw new IllegalArgumentException(
          "a base density of " + base.columns() + " columns under an MLP of " + shape.inputs());
    }
    this.shape = shape;
    this.columns = shape.inputs();
    this.row =
        base == null
            ? new MlpDoubleRow(shape, values, null, null, 0)
            : new MlpDoubleRow(
                shape, values, widen(base.mean()), base.whitening(), -base.logNormaliser());
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  public MlpShape shape() {
    return shape;
  }

  /** {@link MlpSession#energy}. */
  public void energy(double[] x, int rows, double[] energy) {
    requireRows("x", x, rows, columns);
    requireRows("energy", energy, rows, 1);
    for (int i = 0; i < rows; i++) {
      energy[i] = row.forward(x, i * columns);
    }
  }

  /** {@link MlpSession#inputGradient}; {@code energy} may be null. */
  public void inputGradient(double[] x, int rows, double[] energy, double[] gradient) {
    requireRows("x", x, rows, columns);
    requireRows("gradient", gradient, rows, columns);
    for (int i = 0; i < rows; i++) {
      double e = row.forward(x, i * columns);
      if (energy != null) {
        energy[i] = e;
      }
      row.backward(1);
      row.inputGradient(gradient, i * columns);
    }
  }

  /** {@link MlpSession#parameterGradient}. */
  public void parameterGradient(double[] x, double[] w, int rows, double[] gradient) {
    requireRows("x", x, rows, columns);
    requireRows("w", w, rows, 1);
    clear(gradient, shape.parameterCount());
    for (int i = 0; i < rows; i++) {
      row.forward(x, i * columns);
      row.backward(w[i]);
      row.addParameterGradient(gradient);
    }
  }

  /** {@link MlpSession#directional}; {@code energy} may be null. */
  public void directional(
      double[] x, double[] v, int rows, double[] energy, double[] slope, double[] curvature) {
    requireRows("x", x, rows, columns);
    requireRows("v", v, rows, columns);
    requireRows("slope", slope, rows, 1);
    requireRows("curvature", curvature, rows, 1);
    for (int i = 0; i < rows; i++) {
      double e = row.forward(x, i * columns);
      if (energy != null) {
        energy[i] = e;
      }
      row.taylor(v, i * columns);
      slope[i] = row.slope();
      curvature[i] = row.curvature();
    }
  }

  /** {@link MlpSession#directionalParameterGradient}. */
  public void directionalParameterGradient(
      double[] x, double[] v, double[] w, double[] a, double[] b, int rows, double[] gradient) {
    requireRows("x", x, rows, columns);
    requireRows("v", v, rows, columns);
    requireRows("w", w, rows, 1);
    requireRows("a", a, rows, 1);
    requireRows("b", b, rows, 1);
    clear(gradient, shape.parameterCount());
    for (int i = 0; i < rows; i++) {
      row.forward(x, i * columns);
      row.taylor(v, i * columns);
      row.directionalBackward(w[i], a[i], b[i]);
      row.addDirectionalParameterGradient(gradient);
    }
  }

  /**
   * {@link MlpSession#scoreMatching}, of arrays in float.
   *
   * @param gradient double[P], out
   * @return the loss
   */
  public double scoreMatching(
      float[] x, float[] target, int targets, float[] scale, int rows, double[] gradient) {
    double[] points = widen(x);
    double[] v = new double[rows * columns];
    double[] none = new double[rows];
    double[] ones = new double[rows];
    Arrays.fill(ones, 1);
    inputGradient(points, rows, null, v);
    double loss = 0;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        int k = i * columns + j;
        double r = j < targets ? target[i * targets + j] - scale[i] * v[k] : 0;
        loss += r * r / (2.0 * rows);
        v[k] = -scale[i] * r / rows;
      }
    }
    directionalParameterGradient(points, v, none, ones, none, rows, gradient);
    return loss;
  }

  /**
   * {@link MlpSession#nce} with given noise. Data and noise are float, as {@link
   * io.gibbsite.density.Density} takes points.
   *
   * @param gradient double[P + 1], out, or null for the loss alone
   * @return the loss
   */
  public double nce(
      SigmoidNce nce, double logZ, float[] data, int rows, float[] noise, double[] gradient) {
    int k = nce.k();
    double[] x = widen(data);
    double[] negatives = widen(noise);
    requireRows("data", x, rows, columns);
    requireRows("noise", negatives, rows * k, columns);
    if (gradient != null) {
      clear(gradient, shape.parameterCount() + 1);
    }
    double loss = 0;
    for (int i = 0; i < rows; i++) {
      double logNoise = nce.noise().logDensity(data, i * columns);
      double u = -row.forward(x, i * columns) - logZ - logNoise - Math.log(k);
      loss += Activation.SOFTPLUS.value(-u);
      addNceGradient(1 / (1 + Math.exp(u)) / rows, gradient);
      for (int j = i * k; j < (i + 1) * k; j++) {
        logNoise = nce.noise().logDensity(noise, j * columns);
        u = -row.forward(negatives, j * columns) - logZ - logNoise - Math.log(k);
        loss += Activation.SOFTPLUS.value(u);
        addNceGradient(-1 / (1 + Math.exp(-u)) / rows, gradient);
      }
    }
    return rows == 0 ? 0 : loss / rows;
  }

  private void addNceGradient(double weight, double[] gradient) {
    if (gradient != null) {
      row.backward(weight);
      row.addParameterGradient(gradient);
      gradient[shape.parameterCount()] += weight;
    }
  }

  private static void clear(double[] gradient, int length) {
    require("gradient", gradient.length, length);
    Arrays.fill(gradient, 0, length, 0);
  }

  private static void requireRows(String name, double[] array, int rows, int columns) {
    require(name, array.length, (long) rows * columns);
  }

  private static void require(String name, int length, long needed) {
    if (length < needed) {
      throw new IllegalArgumentException(
          name + " has " + length + " entries where " + needed + " are needed");
    }
  }
}
