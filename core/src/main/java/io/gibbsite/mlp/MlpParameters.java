package io.gibbsite.mlp;

import io.gibbsite.density.Gaussian;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * The parameters of an MLP energy.
 *
 * @param shape the layers
 * @param values float[shape.parameterCount()], laid out as {@link MlpShape} says; not copied
 * @param base the base density, or null: with it {@code E(x) = E_net(x) - log p_base(x)}
 */
public record MlpParameters(MlpShape shape, float[] values, Gaussian base) {
  public MlpParameters {
    if (values.length != shape.parameterCount()) {
      throw new IllegalArgumentException(
          "shape "
              + shape
              + " has "
              + shape.parameterCount()
              + " parameters, not "
              + values.length);
    }
    if (base != null && base.columns() != shape.inputs()) {
      throw new IllegalArgumentException(
          "a base density of " + base.columns() + " columns under an MLP of " + shape.inputs());
    }
  }

  public MlpParameters(MlpShape shape, float[] values) {
    this(shape, values, null);
  }

  /** The energy {@code -log p_base} of a Gaussian alone: a linear one without weights. */
  public static MlpParameters of(Gaussian base) {
    MlpShape shape = MlpShape.of(Activation.SILU, base.columns());
    return new MlpParameters(shape, new float[shape.parameterCount()], base);
  }

  /**
   * Weights and biases uniform in ±1/sqrt(inputs of the layer), as PyTorch's {@code Linear} has
   * them, drawn at addresses (stream INITIAL_PARAMETERS, step = layer, row = output).
   */
  public static MlpParameters random(MlpShape shape, Gaussian base, long seed) {
    float[] values = new float[shape.parameterCount()];
    for (int l = 0; l < shape.layers(); l++) {
      int in = shape.width(l);
      float[] draws = new float[in + 1];
      float bound = (float) (1 / Math.sqrt(in));
      for (int o = 0; o < shape.width(l + 1); o++) {
        Draws.uniforms(seed, DrawStream.INITIAL_PARAMETERS, l, o, draws, 0, in + 1);
        for (int i = 0; i < in; i++) {
          values[shape.weightOffset(l) + o * in + i] = bound * (2f * draws[i] - 1f);
        }
        values[shape.biasOffset(l) + o] = bound * (2f * draws[in] - 1f);
      }
    }
    return new MlpParameters(shape, values, base);
  }
}
