package io.gibbsite.data;

/** What is done to rows that are images. */
public final class Images {
  private Images() {}

  /**
   * Makes images smaller: each pixel is the mean of a square of {@code factor x factor} pixels.
   *
   * @throws IllegalArgumentException if the rows are no images, or the factor does not divide both
   *     sides
   */
  public static Dataset pool(Dataset data, int factor) {
    ImageLayout layout = layout(data);
    if (factor < 1 || layout.height() % factor != 0 || layout.width() % factor != 0) {
      throw new IllegalArgumentException(
          "%s: images of %d x %d pixels cannot be pooled by %d: it must divide both"
              .formatted(data.description(), layout.height(), layout.width(), factor));
    }
    ImageLayout small =
        new ImageLayout(layout.height() / factor, layout.width() / factor, layout.white());
    float[] pooled = new float[data.rows() * small.pixels()];
    float[] values = data.values();
    int to = 0;
    for (int row = 0; row < data.rows(); row++) {
      for (int y = 0; y < small.height(); y++) {
        for (int x = 0; x < small.width(); x++) {
          int corner = row * layout.pixels() + y * factor * layout.width() + x * factor;
          double sum = 0;
          for (int i = 0; i < factor; i++) {
            for (int j = 0; j < factor; j++) {
              sum += values[corner + i * layout.width() + j];
            }
          }
          pooled[to++] = (float) (sum / (factor * factor));
        }
      }
    }
    return new Dataset(pooled, data.rows(), small.pixels(), data.description(), small);
  }

  /**
   * Scales pixels so that white is 1.
   *
   * @throws IllegalArgumentException if the rows are no images
   */
  public static Dataset scale(Dataset data) {
    ImageLayout layout = layout(data);
    float[] scaled = new float[data.values().length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = data.values()[i] / layout.white();
    }
    return new Dataset(
        scaled,
        data.rows(),
        data.columns(),
        data.description(),
        new ImageLayout(layout.height(), layout.width(), 1));
  }

  private static ImageLayout layout(Dataset data) {
    if (data.images() == null) {
      throw new IllegalArgumentException(
          data.description() + ": its rows are no images: [rows, height, width] is needed");
    }
    return data.images();
  }
}
