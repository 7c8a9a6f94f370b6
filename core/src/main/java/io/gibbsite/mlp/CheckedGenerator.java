package io.gibbsite.mlp;

import io.gibbsite.backend.CheckedSession;

/** The argument checks that every {@link Generator} makes, once. */
abstract class CheckedGenerator extends CheckedSession implements Generator {
  private final GeneratorShape shape;

  CheckedGenerator(GeneratorShape shape, int rows) {
    super(rows);
    if ((long) rows * Math.max(shape.latent(), shape.outputs()) > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          rows + " rows of generator " + shape + " do not fit in one array");
    }
    this.shape = shape;
  }

  abstract void computeSetParameters(float[] values);

  abstract void computeForward(float[] z, int n, float[] x);

  abstract void computeParameterGradient(float[] z, float[] v, int n, float[] gradient);

  @Override
  public final GeneratorShape shape() {
    return shape;
  }

  @Override
  public final void setParameters(GeneratorParameters parameters) {
    requireOpen();
    if (!parameters.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "parameters of generator %s for one of %s".formatted(parameters.shape(), shape));
    }
    computeSetParameters(parameters.values());
    parametersSet(true);
  }

  @Override
  public final void forward(float[] z, int n, float[] x) {
    requireReady(n);
    requireLength("z", z.length, (long) n * shape.latent());
    requireLength("x", x.length, (long) n * shape.outputs());
    computeForward(z, n, x);
  }

  @Override
  public final void parameterGradient(float[] z, float[] v, int n, float[] gradient) {
    requireReady(n);
    requireLength("z", z.length, (long) n * shape.latent());
    requireLength("v", v.length, (long) n * shape.outputs());
    requireLength("gradient", gradient.length, shape.parameterCount());
    computeParameterGradient(z, v, n, gradient);
  }

  @Override
  protected void computeClose() {}
}
