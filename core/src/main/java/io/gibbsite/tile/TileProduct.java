package io.gibbsite.tile;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.tile.Tile.PANEL;
import static io.gibbsite.tile.Tile.ROWS;

/**
 * The product of a matrix and a tile, as register-blocked micro-kernels.
 *
 * <p>They keep 16 accumulators in registers, enough to hide the latency of two fma units (4 cycles
 * each), and use each loaded vector 8 times. With 16 registers (256 bits and less) a panel is
 * computed in two halves. Sums run over inputs in order.
 */
public final class TileProduct {
  private static final boolean WIDE = COUNT == 16;

  private TileProduct() {}

  /**
   * One panel of {@code z = start + w a}: 8 outputs of a tile.
   *
   * @param a tile of w.inputs columns, at {@code aAt}
   * @param z tile that gets the panel, at {@code zAt}
   * @param start what each output starts from, float[whole panels of outputs]; or null to add to z
   */
  public static void panel(
      PackedMatrix w, int panel, float[] a, int aAt, float[] z, int zAt, float[] start) {
    int first = w.firstInput(panel);
    int inputs = w.endInput(panel) - first;
    int wAt = (panel * w.inputs + first) * PANEL;
    int output = panel * PANEL;
    int zPanel = zAt + output * ROWS;
    int aFirst = aAt + first * ROWS;
    boolean half = w.outputs - output <= PANEL / 2;
    for (int lane = 0; lane < ROWS; lane += 2 * COUNT) {
      if (WIDE && !half) {
        PanelKernel.panel8(
            w.values, wAt, a, aFirst + lane, inputs, z, zPanel + lane, start, output);
      } else {
        PanelKernel.panel4(
            w.values, wAt, a, aFirst + lane, inputs, z, zPanel + lane, start, output);
        if (!half) {
          PanelKernel.panel4(
              w.values,
              wAt + 4,
              a,
              aFirst + lane,
              inputs,
              z,
              zPanel + 4 * ROWS + lane,
              start,
              output + 4);
        }
      }
    }
  }

  /** All panels of {@code z = start + w a}; see {@link #panel}. */
  public static void multiply(
      PackedMatrix w, float[] a, int aAt, float[] z, int zAt, float[] start) {
    for (int panel = 0; panel < Tile.panels(w.outputs); panel++) {
      panel(w, panel, a, aAt, z, zAt, start);
    }
  }
}
