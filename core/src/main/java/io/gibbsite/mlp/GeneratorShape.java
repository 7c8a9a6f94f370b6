package io.gibbsite.mlp;

/**
 * The layers of a generator, such as {@code 2-64-64-2}: latent columns, hidden widths, outputs.
 *
 * @param trunk the layers, with one output put on top that the generator has not: the parameters
 *     lie as {@link MlpShape} says, without those of that output
 * @param bounded whether outputs pass through tanh, and so lie in (-1, 1)
 */
public record GeneratorShape(MlpShape trunk, boolean bounded) {
  public GeneratorShape {
    if (trunk.layers() < 2) {
      throw new IllegalArgumentException("a generator needs at least one layer");
    }
  }

  /**
   * The shape with these widths; no hidden width gives an affine generator.
   *
   * @param activation of the hidden layers
   * @param latent columns of z
   * @param outputs columns of x
   */
  public static GeneratorShape of(
      Activation activation, int latent, int[] hidden, int outputs, boolean bounded) {
    int[] widths = java.util.Arrays.copyOf(hidden, hidden.length + 1);
    widths[hidden.length] = outputs;
    return new GeneratorShape(MlpShape.of(activation, latent, widths), bounded);
  }

  /** Columns of z. */
  public int latent() {
    return trunk.inputs();
  }

  /** Columns of x. */
  public int outputs() {
    return trunk.width(layers());
  }

  /** Linear layers, L. */
  public int layers() {
    return trunk.layers() - 1;
  }

  public int parameterCount() {
    return trunk.weightOffset(layers());
  }

  /** Such as {@code 2-64-64-2}, with {@code tanh} behind it if outputs are bounded. */
  @Override
  public String toString() {
    String text = trunk.toString();
    return text.substring(0, text.length() - "-1".length()) + (bounded ? " tanh" : "");
  }
}
