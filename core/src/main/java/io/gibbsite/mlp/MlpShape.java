package io.gibbsite.mlp;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The layers of an MLP energy, such as {@code 2-128-128-1}: inputs, hidden widths, one output.
 *
 * <p>Layer {@code l} maps {@code width(l)} to {@code width(l + 1)} columns. The parameters lie in
 * one array, layer by layer: {@code weight [out, in]} row-major, then {@code bias [out]}.
 */
public final class MlpShape {
  /** Widths above this are refused: a file that claims more is damaged. */
  public static final int WIDTH_LIMIT = 1 << 20;

  private final int[] widths;
  private final int[] weightOffsets;
  private final int parameterCount;
  private final Activation activation;

  private MlpShape(int[] widths, Activation activation) {
    long offset = 0;
    weightOffsets = new int[widths.length - 1];
    for (int l = 0; l < weightOffsets.length; l++) {
      weightOffsets[l] = (int) offset;
      offset += (long) widths[l + 1] * (widths[l] + 1L);
      if (offset > Integer.MAX_VALUE - 64) {
        throw new IllegalArgumentException(
            "an MLP of more than 2^31 parameters: " + Arrays.toString(widths));
      }
    }
    this.widths = widths;
    this.parameterCount = (int) offset;
    this.activation = activation;
  }

  /**
   * The shape with the given inputs and hidden widths; no hidden width gives a linear energy.
   *
   * @throws IllegalArgumentException if a width is not between 1 and {@link #WIDTH_LIMIT}
   */
  public static MlpShape of(Activation activation, int inputs, int... hidden) {
    int[] widths = new int[hidden.length + 2];
    widths[0] = inputs;
    System.arraycopy(hidden, 0, widths, 1, hidden.length);
    widths[hidden.length + 1] = 1;
    for (int width : widths) {
      if (width < 1 || width > WIDTH_LIMIT) {
        throw new IllegalArgumentException(
            "a layer width must be between 1 and " + WIDTH_LIMIT + ", not " + width);
      }
    }
    return new MlpShape(widths, activation);
  }

  /**
   * Reads {@code 2-128-128-1}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static MlpShape parse(String text, Activation activation) {
    if (!text.matches("\\d{1,7}(-\\d{1,7})*-1")) {
      throw new IllegalArgumentException(
          "a shape reads inputs-hidden-...-1, such as 2-128-128-1, not '" + text + "'");
    }
    int[] all = Arrays.stream(text.split("-")).mapToInt(Integer::parseInt).toArray();
    return of(activation, all[0], Arrays.copyOfRange(all, 1, all.length - 1));
  }

  public int inputs() {
    return widths[0];
  }

  /** The number of linear layers, hidden ones and the output. */
  public int layers() {
    return weightOffsets.length;
  }

  /** Columns before layer {@code l}; {@code width(layers())} is 1. */
  public int width(int l) {
    return widths[l];
  }

  public Activation activation() {
    return activation;
  }

  public int parameterCount() {
    return parameterCount;
  }

  /** Where layer {@code l}'s weight {@code [width(l + 1), width(l)]} begins. */
  public int weightOffset(int l) {
    return weightOffsets[l];
  }

  /** Where layer {@code l}'s bias {@code [width(l + 1)]} begins. */
  public int biasOffset(int l) {
    return weightOffsets[l] + widths[l + 1] * widths[l];
  }

  /** Floating-point operations of one forward pass of one row, activations not counted. */
  public long forwardFlops() {
    long sum = 0;
    for (int l = 0; l < layers(); l++) {
      sum += 2L * widths[l] * widths[l + 1];
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MlpShape shape
        && Arrays.equals(widths, shape.widths)
        && activation == shape.activation;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(widths) + activation.hashCode();
  }

  /** Such as {@code 2-128-128-1}. */
  @Override
  public String toString() {
    return Arrays.stream(widths).mapToObj(Integer::toString).collect(Collectors.joining("-"));
  }
}
