package io.gibbsite.cli.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;

/**
 * Points on the plane, on the ground that a {@link HeatMap} has where there is no density.
 *
 * @param title above it
 * @param plane shown; points outside are left out
 * @param x float[rows * 2]
 * @param rows how many
 */
public record ScatterPlot(String title, Plane plane, float[] x, int rows) implements Panel {
  private static final double RADIUS = 1 / 320.0;
  private static final Color POINT = new Color(252, 243, 160, 105);

  @Override
  public void draw(Graphics2D graphics, int size) {
    graphics.setColor(new Color(ColourMap.rgb(0)));
    graphics.fillRect(0, 0, size, size);
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setColor(POINT);
    double radius = RADIUS * size;
    for (int i = 0; i < rows; i++) {
      double across = (x[2 * i] - plane.left()) / (plane.right() - plane.left()) * size;
      double down = (plane.top() - x[2 * i + 1]) / (plane.top() - plane.bottom()) * size;
      if (across >= 0 && across < size && down >= 0 && down < size) {
        graphics.fill(new Ellipse2D.Double(across - radius, down - radius, 2 * radius, 2 * radius));
      }
    }
  }
}
