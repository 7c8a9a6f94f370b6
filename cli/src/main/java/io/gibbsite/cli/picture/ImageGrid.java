package io.gibbsite.cli.picture;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/**
 * Grey images in rows and columns.
 *
 * @param title above it
 * @param x float[images * height * width], from 0 (black) to 1 (white); others are held to that
 * @param height of an image in pixels
 * @param width of an image in pixels
 * @param side images in a row, and the most rows
 */
public record ImageGrid(String title, float[] x, int height, int width, int side) implements Panel {
  private static final int GROUND = 0x2B2D3A;

  public ImageGrid {
    if (x.length == 0 || x.length % (height * width) != 0) {
      throw new IllegalArgumentException(
          "%d values are no images of %d x %d pixels".formatted(x.length, height, width));
    }
  }

  @Override
  public Plane plane() {
    return null;
  }

  @Override
  public void draw(Graphics2D graphics, int size) {
    // Whole multiples of the images' pixels keep them square and sharp.
    int cell = size / side;
    int gap = Math.max(2, cell / 12);
    int scale = Math.max(1, (cell - gap) / Math.max(height, width));
    graphics.setColor(new java.awt.Color(GROUND));
    graphics.fillRect(0, 0, size, size);
    int pitchX = width * scale + gap;
    int pitchY = height * scale + gap;
    int left = (size - side * pitchX + gap) / 2;
    int images = Math.min(side * side, x.length / (height * width));
    int rows = (images + side - 1) / side;
    int top = (size - rows * pitchY + gap) / 2;
    for (int i = 0; i < images; i++) {
      graphics.drawImage(
          image(i),
          left + i % side * pitchX,
          top + i / side * pitchY,
          width * scale,
          height * scale,
          null);
    }
  }

  private BufferedImage image(int index) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < height * width; p++) {
      float grey = x[index * height * width + p];
      int level = Math.round(255 * (grey > 0 ? Math.min(grey, 1) : 0));
      image.setRGB(p % width, p / width, level << 16 | level << 8 | level);
    }
    return image;
  }
}
