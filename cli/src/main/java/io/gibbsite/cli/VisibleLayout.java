package io.gibbsite.cli;

import io.gibbsite.data.Dataset;
import io.gibbsite.data.ImageLayout;
import io.gibbsite.rbm.LabelUnits;
import io.gibbsite.rbm.RbmShape;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the visible units of an RBM stand for, as its model file says beside the model.
 *
 * @param images how the units before the label are an image, or null
 * @param visible units
 * @param labels how many of the last units are a label; 0 for none
 */
record VisibleLayout(ImageLayout images, int visible, int labels) {
  private static final String HEIGHT = "image_height";
  private static final String WIDTH = "image_width";
  private static final String LABELS = "labels";

  static VisibleLayout of(Dataset data) {
    return new VisibleLayout(data.images(), data.columns(), data.labels());
  }

  /** That of a model file; what does not fit the model is left out. */
  static VisibleLayout of(Map<String, String> metadata, RbmShape shape) {
    return of(metadata, shape.visible());
  }

  /** The same of a model with so many visible units. */
  static VisibleLayout of(Map<String, String> metadata, int visible) {
    long claimed = number(metadata, LABELS);
    int labels = claimed < visible ? (int) claimed : 0;
    long height = number(metadata, HEIGHT);
    long width = number(metadata, WIDTH);
    boolean images = height * width > 0 && height * width == visible - labels;
    return new VisibleLayout(
        images ? new ImageLayout((int) height, (int) width, 1) : null, visible, labels);
  }

  private static long number(Map<String, String> metadata, String key) {
    String text = metadata.getOrDefault(key, "");
    return text.matches("\\d{1,6}") ? Long.parseLong(text) : 0;
  }

  /** What the model file says beside the model. */
  Map<String, String> metadata(long step) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("step", Long.toString(step));
    if (images != null) {
      metadata.put(HEIGHT, Integer.toString(images.height()));
      metadata.put(WIDTH, Integer.toString(images.width()));
    }
    if (labels > 0) {
      metadata.put(LABELS, Integer.toString(labels));
    }
    return metadata;
  }

  /** The same rows with so many more units behind them, which are no part of the image. */
  VisibleLayout followedBy(int units) {
    return new VisibleLayout(images, visible + units, labels + units);
  }

  /** The label, or null if there is none. */
  LabelUnits labelUnits() {
    return labels == 0 ? null : new LabelUnits(visible, labels);
  }

  /** Units before the label. */
  int unlabelled() {
    return visible - labels;
  }

  /**
   * Rows without their labels.
   *
   * @param x float[rows * visible]
   */
  float[] unlabelled(float[] x, int rows) {
    float[] part = new float[rows * unlabelled()];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(x, i * visible, part, i * unlabelled(), unlabelled());
    }
    return part;
  }
}
