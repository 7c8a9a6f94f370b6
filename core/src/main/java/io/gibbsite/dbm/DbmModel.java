package io.gibbsite.dbm;

import static io.gibbsite.io.ModelTensors.addMetadata;
import static io.gibbsite.io.ModelTensors.floats;
import static io.gibbsite.io.ModelTensors.requireMetadata;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A deep Boltzmann machine as a model file holds it.
 *
 * <pre>
 *   metadata   format = gibbsite, model = dbm
 *   tensors    weight.1 [n_0, n_1], ..., weight.L [n_L-1, n_L], bias.0 [n_0], ..., bias.L [n_L]
 * </pre>
 *
 * <p>Tensors are F32; F64, F16 and BF16 ones are rounded to it.
 *
 * @param parameters of the energy
 */
public record DbmModel(DbmParameters parameters) {
  /**
   * Reads a model file.
   *
   * @throws FormatException if it is no deep Boltzmann machine, with what is wrong and where
   * @throws IOException if it cannot be read
   */
  public static DbmModel read(Path file) throws IOException {
    Safetensors content = Safetensors.read(file);
    try {
      return from(content.metadata(), content.tensors());
    } catch (IllegalArgumentException e) {
      throw new FormatException(file, e.getMessage(), e);
    }
  }

  /**
   * The model of these tensors, all of which must belong to it.
   *
   * @throws IllegalArgumentException with what is wrong and where
   */
  public static DbmModel from(Map<String, String> metadata, Map<String, NdArray> tensors) {
    requireMetadata(metadata, "format", "gibbsite");
    requireMetadata(metadata, "model", "dbm");
    DbmShape shape = shape(tensors);
    float[] values = new float[shape.parameterCount()];
    for (int l = 1; l <= shape.depth(); l++) {
      put(floats(tensors, weight(l), shape.units(l - 1), shape.units(l)), values, shape, l, true);
    }
    for (int l = 0; l <= shape.depth(); l++) {
      put(floats(tensors, bias(l), shape.units(l)), values, shape, l, false);
    }
    for (String name : tensors.keySet()) {
      if (!names(shape).contains(name)) {
        throw new IllegalArgumentException(
            "tensor '%s' does not belong to a deep Boltzmann machine of layers %s"
                .formatted(name, shape));
      }
    }
    return new DbmModel(new DbmParameters(shape, values));
  }

  private static void put(float[] part, float[] values, DbmShape shape, int layer, boolean weight) {
    int at = weight ? shape.weightOffset(layer) : shape.biasOffset(layer);
    System.arraycopy(part, 0, values, at, part.length);
  }

  private static DbmShape shape(Map<String, NdArray> tensors) {
    List<Integer> units = new ArrayList<>();
    for (int l = 1; l == 1 || tensors.containsKey(weight(l)); l++) {
      NdArray tensor = tensors.get(weight(l));
      if (tensor == null) {
        throw new IllegalArgumentException("it lacks the tensor '" + weight(l) + "'");
      }
      if (tensor.shape().length != 2) {
        throw new IllegalArgumentException(
            "tensor '%s' is %s, not [units below, units above]".formatted(weight(l), tensor));
      }
      if (l == 1) {
        units.add(tensor.shape()[0]);
      }
      units.add(tensor.shape()[1]);
    }
    return new DbmShape(units);
  }

  private static String weight(int layer) {
    return "weight." + layer;
  }

  private static String bias(int layer) {
    return "bias." + layer;
  }

  private static List<String> names(DbmShape shape) {
    List<String> names = new ArrayList<>();
    for (int l = 0; l <= shape.depth(); l++) {
      if (l > 0) {
        names.add(weight(l));
      }
      names.add(bias(l));
    }
    return names;
  }

  /**
   * Writes a model file, atomically, with more metadata.
   *
   * @throws IllegalArgumentException if that contains a key of the model's own
   */
  public void write(Path file, Map<String, String> extraMetadata) throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "gibbsite");
    metadata.put("model", "dbm");
    addMetadata(metadata, extraMetadata);
    new Safetensors(metadata, tensors()).write(file);
  }

  /** The tensors of the model file; parameters are copied. */
  public Map<String, NdArray> tensors() {
    DbmShape shape = parameters.shape();
    float[] values = parameters.values();
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    for (int l = 1; l <= shape.depth(); l++) {
      int at = shape.weightOffset(l);
      int end = shape.weightOffset(l + 1);
      tensors.put(
          weight(l),
          NdArray.of(Arrays.copyOfRange(values, at, end), shape.units(l - 1), shape.units(l)));
    }
    for (int l = 0; l <= shape.depth(); l++) {
      int at = shape.biasOffset(l);
      tensors.put(
          bias(l), NdArray.of(Arrays.copyOfRange(values, at, at + shape.units(l)), shape.units(l)));
    }
    return tensors;
  }
}
