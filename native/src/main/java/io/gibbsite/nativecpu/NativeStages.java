package io.gibbsite.nativecpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.gibbsite.backend.StageListener;
import io.gibbsite.mlp.MlpShape;
import java.lang.foreign.MemorySegment;

/** Shows what a pass left in a worker's memory to a {@link StageListener}, one block at a time. */
final class NativeStages {
  /** The passes of a session. */
  enum Pass {
    ENERGY,
    INPUT_GRADIENT,
    PARAMETER_GRADIENT,
    SCORE_MATCHING,
    DIRECTIONAL,
    DIRECTIONAL_PARAMETER_GRADIENT
  }

  private static final int TILE_ROWS = 32;

  private final MlpKernels kernels;
  private final long session;
  private final MlpShape shape;
  private final StageListener listener;

  NativeStages(MlpKernels kernels, long session, MlpShape shape, StageListener listener) {
    this.kernels = kernels;
    this.session = session;
    this.shape = shape;
    this.listener = listener;
  }

  /** Shows every stage of a pass over the rows from {@code firstRow} on. */
  synchronized void show(Pass pass, int worker, int firstRow, int rows) {
    int hidden = shape.layers() - 1;
    boolean taylor = pass.compareTo(Pass.DIRECTIONAL) >= 0;
    for (int l = 0; l < hidden; l++) {
      show(taylor ? "T3" : "F3", l, worker, firstRow, rows, shape.width(l + 1));
    }
    if (!taylor) {
      show("F4", hidden, worker, firstRow, rows, 1);
    }
    boolean backward = pass != Pass.ENERGY && pass != Pass.DIRECTIONAL;
    for (int l = hidden; backward && l > 0; l--) {
      show(taylor ? "D4" : "B4", l, worker, firstRow, rows, shape.width(l));
    }
    if (pass == Pass.INPUT_GRADIENT) {
      show("B5", 0, worker, firstRow, rows, shape.inputs());
    }
    if (pass == Pass.SCORE_MATCHING) {
      show("S1", 0, worker, firstRow, rows, shape.inputs());
      for (int l = 0; l < hidden; l++) {
        show("S2", l, worker, firstRow, rows, shape.width(l + 1));
        show("S3", l + 1, worker, firstRow, rows, shape.width(l + 1));
      }
    }
  }

  @SuppressWarnings("restricted")
  private void show(String label, int layer, int worker, int firstRow, int rows, int width) {
    int parts = label.equals("T3") ? 2 : label.equals("D4") ? 3 : 1;
    float[][] values = new float[rows][parts * width];
    for (int part = 0; part < parts; part++) {
      long address =
          kernels.mlpStage(session, worker, label.charAt(0), label.charAt(1) - '0', layer, part);
      long floats = (long) (rows + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS * width;
      MemorySegment tiles = MemorySegment.ofAddress(address).reinterpret(Float.BYTES * floats);
      for (int r = 0; r < rows; r++) {
        int at = r / TILE_ROWS * TILE_ROWS * width + r % TILE_ROWS;
        for (int c = 0; c < width; c++) {
          values[r][part * width + c] = tiles.getAtIndex(JAVA_FLOAT, at + c * TILE_ROWS);
        }
      }
    }
    listener.stage(label, layer, firstRow, values);
  }
}
