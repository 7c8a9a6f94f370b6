package io.gibbsite.mlp;

import static io.gibbsite.tile.Tile.ROWS;

import io.gibbsite.backend.StageListener;
import io.gibbsite.tile.Tile;

/** Shows tiles to a {@link StageListener} as rows; one block at a time. */
final class TileStages {
  private final StageListener listener;

  TileStages(StageListener listener) {
    this.listener = listener;
  }

  /**
   * Shows one step.
   *
   * @param firstRow the block's first row in the batch
   * @param rows the block's rows
   * @param width columns of each part
   * @param parts the step's results: tiles from their beginning
   */
  synchronized void show(
      String label, int layer, int firstRow, int rows, int width, float[]... parts) {
    float[][] values = new float[rows][parts.length * width];
    for (int r = 0; r < rows; r++) {
      int at = r / ROWS * Tile.size(width) + r % ROWS;
      for (int p = 0; p < parts.length; p++) {
        for (int c = 0; c < width; c++) {
          values[r][p * width + c] = parts[p][at + c * ROWS];
        }
      }
    }
    listener.stage(label, layer, firstRow, values);
  }

  /** Shows a step whose result is one number a row. */
  synchronized void show(String label, int layer, int firstRow, int rows, float[] column) {
    float[][] values = new float[rows][1];
    for (int r = 0; r < rows; r++) {
      values[r][0] = column[r];
    }
    listener.stage(label, layer, firstRow, values);
  }
}
