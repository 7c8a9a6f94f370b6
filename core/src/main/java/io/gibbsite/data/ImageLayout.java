package io.gibbsite.data;

/**
 * How the columns of a row are an image: {@code height} lines of {@code width} pixels, row-major.
 *
 * @param height in pixels
 * @param width in pixels
 * @param white the value of a white pixel, black being 0: 255 for bytes, 1 once scaled
 */
public record ImageLayout(int height, int width, float white) {
  public ImageLayout {
    if (height < 1 || width < 1 || (long) height * width > Integer.MAX_VALUE || !(white > 0)) {
      throw new IllegalArgumentException(
          "images of " + height + " x " + width + " pixels with white at " + white);
    }
  }

  /** How many pixels an image has. */
  public int pixels() {
    return height * width;
  }
}
