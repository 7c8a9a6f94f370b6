package io.gibbsite.dbm;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.ModelFile;
import io.gibbsite.io.NdArray;
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
  private static final String KIND = "dbm";

  /**
   * Reads a model file.
   *
   * @throws FormatException if it is no deep Boltzmann machine, with what is wrong and where
   * @throws IOException if it cannot be read
   */
  public static DbmModel read(Path file) throws IOException {
    return ModelFile.read(file, KIND, DbmModel::of);
  }

  /**
   * The model of these tensors, all of which must belong to it.
   *
   * @throws IllegalArgumentException with what is wrong and where
   */
  public static DbmModel from(Map<String, String> metadata, Map<String, NdArray> tensors) {
    return of(new ModelFile(KIND, metadata, tensors));
  }

  private static DbmModel of(ModelFile content) {
    DbmShape shape = shape(content);
    float[] values = new float[shape.parameterCount()];
    for (int l = 1; l <= shape.depth(); l++) {
      put(content.floats(weight(l), shape.units(l - 1), shape.units(l)), values, shape, l, true);
    }
    for (int l = 0; l <= shape.depth(); l++) {
      put(content.floats(bias(l), shape.units(l)), values, shape, l, false);
    }
    content.requireNoOthers("a deep Boltzmann machine of layers " + shape);
    return new DbmModel(new DbmParameters(shape, values));
  }

  private static void put(float[] part, float[] values, DbmShape shape, int layer, boolean weight) {
    int at = weight ? shape.weightOffset(layer) : shape.biasOffset(layer);
    System.arraycopy(part, 0, values, at, part.length);
  }

  private static DbmShape shape(ModelFile content) {
    List<Integer> units = new ArrayList<>();
    for (int l = 1; l == 1 || content.has(weight(l)); l++) {
      int[] pair = content.matrix(weight(l), "[units below, units above]");
      if (l == 1) {
        units.add(pair[0]);
      }
      units.add(pair[1]);
    }
    return new DbmShape(units);
  }

  private static String weight(int layer) {
    return "weight." + layer;
  }

  private static String bias(int layer) {
    return "bias." + layer;
  }

  /**
   * Writes a model file, atomically, with more metadata.
   *
   * @throws IllegalArgumentException if that contains a key of the model's own
   */
  public void write(Path file, Map<String, String> extraMetadata) throws IOException {
    ModelFile.write(file, ModelFile.metadataOf(KIND), extraMetadata, tensors());
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
