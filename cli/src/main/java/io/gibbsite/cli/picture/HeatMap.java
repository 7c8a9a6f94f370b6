package io.gibbsite.cli.picture;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/**
 * A density on the plane as colours: black-blue for 0, pale yellow for the largest value.
 *
 * @param title above it
 * @param plane that the cells divide evenly
 * @param values float[cells * cells], at least 0, row-major from the lower side
 * @param cells in each direction
 */
public record HeatMap(String title, Plane plane, float[] values, int cells) implements Panel {
  public HeatMap {
    if (values.length != cells * cells) {
      throw new IllegalArgumentException(values.length + " values on " + cells + " x " + cells);
    }
  }

  @Override
  public void draw(Graphics2D graphics, int size) {
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(image(), 0, 0, size, size, null);
  }

  /** One pixel a cell. */
  BufferedImage image() {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, value);
    }
    BufferedImage image = new BufferedImage(cells, cells, BufferedImage.TYPE_INT_RGB);
    for (int row = 0; row < cells; row++) {
      for (int column = 0; column < cells; column++) {
        double share = largest > 0 ? values[row * cells + column] / largest : 0;
        image.setRGB(column, cells - 1 - row, ColourMap.rgb(share));
      }
    }
    return image;
  }
}
