package io.gibbsite.io;

import java.util.Arrays;
import java.util.Map;

/** What the readers and writers of all model files share: strict checks of metadata and tensors. */
public final class ModelTensors {
  private ModelTensors() {}

  /**
   * Checks that the metadata say {@code key = value}.
   *
   * @throws IllegalArgumentException if not, with what to do
   */
  public static void requireMetadata(Map<String, String> metadata, String key, String value) {
    String found = metadata.get(key);
    if (found == null) {
      throw new IllegalArgumentException(
          "its metadata lacks %s: add %s = %s, as in save_file(tensors, file, metadata={\"%s\": \"%s\", ...})"
              .formatted(key, key, value, key, value));
    }
    if (!found.equals(value)) {
      throw new IllegalArgumentException(
          "its metadata says %s = %s, not %s".formatted(key, found, value));
    }
  }

  /**
   * The values of a tensor that must have this shape, rounded to float32.
   *
   * @throws IllegalArgumentException if it is missing, of another shape, or holds a value that is
   *     not finite
   */
  public static float[] floats(Map<String, NdArray> tensors, String name, int... shape) {
    NdArray tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("it lacks the tensor '" + name + "'");
    }
    if (!tensor.dtype().floating() || !Arrays.equals(tensor.shape(), shape)) {
      throw new IllegalArgumentException(
          "tensor '%s' is %s, not F32%s".formatted(name, tensor, Arrays.toString(shape)));
    }
    float[] floats = tensor.floats();
    for (int i = 0; i < floats.length; i++) {
      if (!Float.isFinite(floats[i])) {
        String index = shape.length == 2 ? i / shape[1] + ", " + i % shape[1] : Integer.toString(i);
        throw new IllegalArgumentException(
            "tensor '%s' holds %s at [%s]".formatted(name, floats[i], index));
      }
    }
    return floats;
  }

  /**
   * Adds a caller's metadata to a model's.
   *
   * @throws IllegalArgumentException if a key is the model's own
   */
  public static void addMetadata(Map<String, String> metadata, Map<String, String> extra) {
    extra.forEach(
        (key, text) -> {
          if (metadata.put(key, text) != null) {
            throw new IllegalArgumentException("the metadata '" + key + "' is the model's own");
          }
        });
  }
}
