package io.gibbsite.cli;

import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Plane;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.cli.picture.ScatterPlot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A picture of independent samples: points in a plane, or images.
 *
 * @param file null for none
 * @param columns of a sample
 * @param fitted of the run, whose images they are; null for points
 */
record SamplePicture(Path file, int columns, RunFolder.Fitted fitted) {
  private static final int MOST_IMAGES_ACROSS = 12;

  /**
   * What can be drawn.
   *
   * @param fitted of the run, or null
   * @throws IllegalArgumentException if a picture is asked for, and they are neither
   */
  static SamplePicture of(Path file, int columns, RunFolder.Fitted fitted) {
    boolean images = fitted != null && fitted.images() != null;
    RunOptions.require(
        file == null || columns == 2 || images,
        "--picture needs a model of 2 columns or a run on images, not " + columns + " columns");
    return new SamplePicture(file, columns, images ? fitted : null);
  }

  /** Images on a side of the square that shows so many of them, or a part. */
  static int imagesAcross(int count) {
    return (int) Math.min(MOST_IMAGES_ACROSS, Math.sqrt(count));
  }

  /** Draws samples, float[rows * columns], if a picture is asked for. */
  void write(float[] x, int rows) throws IOException {
    if (file == null) {
      return;
    }
    int side = imagesAcross(rows);
    Png.write(
        file,
        PanelRow.draw(
            List.of(
                fitted == null
                    ? new ScatterPlot("samples", Plane.around(x, rows, 0.08), x, rows)
                    : TrainingPictures.grid(
                        "samples",
                        Arrays.copyOf(x, side * side * columns),
                        side,
                        fitted.images(),
                        fitted.standardiser()))));
  }
}
