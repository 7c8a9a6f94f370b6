package io.gibbsite.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What a model file holds: the metadata {@code format = gibbsite} and {@code model}, and tensors
 * all of which must belong to the model. Whatever is wrong is an {@link IllegalArgumentException}
 * that says what, and where.
 */
public final class ModelFile {
  private final Map<String, String> metadata;
  private final Map<String, NdArray> tensors;
  private final Set<String> unread;

  /**
   * @param kind the metadata {@code model} that is expected
   */
  public ModelFile(String kind, Map<String, String> metadata, Map<String, NdArray> tensors) {
    requireMetadata(metadata, "format", "gibbsite");
    requireMetadata(metadata, "model", kind);
    this.metadata = metadata;
    this.tensors = tensors;
    this.unread = new LinkedHashSet<>(tensors.keySet());
  }

  /**
   * Reads a file.
   *
   * @param kind the metadata {@code model} that is expected
   * @param model makes the model of its content
   * @throws FormatException if it is no such model, with what is wrong and where
   * @throws IOException if it cannot be read
   */
  public static <M> M read(Path file, String kind, Function<ModelFile, M> model)
      throws IOException {
    Safetensors content = Safetensors.read(file);
    try {
      return model.apply(new ModelFile(kind, content.metadata(), content.tensors()));
    } catch (IllegalArgumentException e) {
      throw new FormatException(file, e.getMessage(), e);
    }
  }

  private static void requireMetadata(Map<String, String> metadata, String key, String value) {
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

  /** Of the metadata; null if they lack it. */
  public String metadata(String key) {
    return metadata.get(key);
  }

  /** Whether there is a tensor of that name. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** The names of all tensors. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /** That tensor, which must be there. */
  public NdArray tensor(String name) {
    NdArray tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("it lacks the tensor '" + name + "'");
    }
    return tensor;
  }

  /**
   * The shape of a tensor that must have two dimensions.
   *
   * @param expected their names, such as {@code [visible, hidden]}
   */
  public int[] matrix(String name, String expected) {
    NdArray tensor = tensor(name);
    if (tensor.shape().length != 2) {
      throw new IllegalArgumentException(
          "tensor '%s' is %s, not %s".formatted(name, tensor, expected));
    }
    return tensor.shape();
  }

  /** The values of a tensor that must have this shape and be finite, rounded to float32. */
  public float[] floats(String name, int... shape) {
    NdArray tensor = tensor(name);
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
    unread.remove(name);
    return floats;
  }

  /**
   * Checks that {@link #floats} has been asked for every tensor.
   *
   * @param model such as {@code an RBM}
   */
  public void requireNoOthers(String model) {
    if (!unread.isEmpty()) {
      throw new IllegalArgumentException(
          "tensor '%s' does not belong to %s".formatted(unread.iterator().next(), model));
    }
  }

  /** The metadata that every model of this kind has; more may be put in. */
  public static Map<String, String> metadataOf(String kind) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "gibbsite");
    metadata.put("model", kind);
    return metadata;
  }

  /**
   * Writes a file, atomically.
   *
   * @param own metadata of the model
   * @param extra metadata of the caller
   * @throws IllegalArgumentException if the caller's contain a key of the model's own
   */
  public static void write(
      Path file, Map<String, String> own, Map<String, String> extra, Map<String, NdArray> tensors)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>(own);
    extra.forEach(
        (key, text) -> {
          if (all.put(key, text) != null) {
            throw new IllegalArgumentException("the metadata '" + key + "' is the model's own");
          }
        });
    new Safetensors(all, tensors).write(file);
  }
}
