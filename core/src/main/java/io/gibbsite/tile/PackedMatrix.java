package io.gibbsite.tile;

/**
 * A matrix [outputs, inputs] in the order in which the micro-kernel reads it: panels of 8 outputs,
 * within a panel input by input. {@code values[(panel * inputs + input) * 8 + output % 8]}, zero
 * where a panel is not full.
 *
 * <p>Of a triangular matrix each panel knows the range of inputs that are not all zero.
 */
public final class PackedMatrix {
  /** Which entries can differ from zero. */
  public enum Form {
    FULL,
    LOWER,
    UPPER
  }

  public final int outputs;
  public final int inputs;
  final float[] values;
  private final Form form;

  /** All zero. */
  public PackedMatrix(int outputs, int inputs, Form form) {
    this.outputs = outputs;
    this.inputs = inputs;
    this.form = form;
    this.values = new float[Tile.panels(outputs) * Tile.PANEL * inputs];
  }

  /**
   * Copies entry (output, input) from {@code matrix[at + output * outputStride + input *
   * inputStride]}.
   */
  public void pack(float[] matrix, int at, int outputStride, int inputStride) {
    for (int o = 0; o < outputs; o++) {
      int to = o / Tile.PANEL * Tile.PANEL * inputs + o % Tile.PANEL;
      int from = at + o * outputStride;
      for (int i = 0; i < inputs; i++) {
        values[to + i * Tile.PANEL] = matrix[from + i * inputStride];
      }
    }
  }

  /** The first input that matters to the panel. */
  int firstInput(int panel) {
    return form == Form.UPPER ? panel * Tile.PANEL : 0;
  }

  /** The end of the inputs that matter to the panel. */
  int endInput(int panel) {
    return form == Form.LOWER ? Math.min(inputs, (panel + 1) * Tile.PANEL) : inputs;
  }

  /** Bytes that a matrix takes. */
  public static long bytes(int outputs, int inputs) {
    return (long) Float.BYTES * Tile.panels(outputs) * Tile.PANEL * inputs;
  }
}
