package io.gibbsite.mlp;

import io.gibbsite.density.Gaussian;
import io.gibbsite.io.FormatException;
import io.gibbsite.io.ModelFile;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An MLP energy with its {@code c = log Z}: what a model file holds.
 *
 * <pre>
 *   metadata   format = gibbsite, model = mlp, activation = silu | softplus | tanh | gelu
 *   tensors    layers.N.weight [out, in], layers.N.bias [out]      N = 0, 1, ...
 *              log_z [1]                                           0 if absent
 *              base.mean [d], base.cholesky [d, d]                 only with a base density
 * </pre>
 *
 * <p>Tensors are F32; F64, F16 and BF16 ones are rounded to it.
 *
 * @param parameters of the energy
 * @param logZ {@code c}
 */
public record MlpModel(MlpParameters parameters, float logZ) {
  private static final String KIND = "mlp";
  private static final String LOG_Z = "log_z";
  private static final String BASE_MEAN = "base.mean";
  private static final String BASE_CHOLESKY = "base.cholesky";

  /**
   * Reads a model file.
   *
   * @throws FormatException if it is no MLP model, with what is wrong and where
   * @throws IOException if it cannot be read
   */
  public static MlpModel read(Path file) throws IOException {
    return ModelFile.read(file, KIND, MlpModel::of);
  }

  /**
   * The model of these tensors, all of which must belong to it.
   *
   * @throws IllegalArgumentException with what is wrong and where
   */
  public static MlpModel from(Map<String, String> metadata, Map<String, NdArray> tensors) {
    return of(new ModelFile(KIND, metadata, tensors));
  }

  /** The model of this content, whose tensors that are not yet read must all belong to it. */
  static MlpModel of(ModelFile content) {
    if (content.metadata("activation") == null) {
      throw new IllegalArgumentException(
          "its metadata lacks the activation: add activation = silu, softplus, tanh or gelu");
    }
    MlpShape shape = shape(Activation.of(content.metadata("activation")), content);
    float[] values = join(shape, shape.layers(), content);
    Gaussian base = null;
    if (content.has(BASE_MEAN) || content.has(BASE_CHOLESKY)) {
      int d = shape.inputs();
      base = new Gaussian(content.floats(BASE_MEAN, d), content.floats(BASE_CHOLESKY, d, d));
    }
    float logZ = 0;
    if (content.has(LOG_Z)) {
      boolean single = content.tensor(LOG_Z).shape().length == 0;
      logZ = content.floats(LOG_Z, single ? new int[0] : new int[] {1})[0];
    }
    content.requireNoOthers("an MLP model of " + shape.layers() + " layers");
    return new MlpModel(new MlpParameters(shape, values, base), logZ);
  }

  /** The parameters of the first layers, which {@link #split} took apart. */
  static float[] join(MlpShape shape, int layers, ModelFile content) {
    float[] values = new float[shape.biasOffset(layers - 1) + shape.width(layers)];
    for (int l = 0; l < layers; l++) {
      int out = shape.width(l + 1);
      float[] weight = content.floats(weight(l), out, shape.width(l));
      float[] bias = content.floats(bias(l), out);
      System.arraycopy(weight, 0, values, shape.weightOffset(l), weight.length);
      System.arraycopy(bias, 0, values, shape.biasOffset(l), out);
    }
    return values;
  }

  private static MlpShape shape(Activation activation, ModelFile content) {
    int[] widths = widths(content);
    int layers = widths.length - 1;
    if (widths[layers] != 1) {
      throw new IllegalArgumentException(
          "the last layer, '%s', has %d outputs: an energy has 1"
              .formatted(weight(layers - 1), widths[layers]));
    }
    return MlpShape.of(activation, widths[0], Arrays.copyOfRange(widths, 1, layers));
  }

  /**
   * The inputs, and the outputs of every layer that there is.
   *
   * @throws IllegalArgumentException if there is none, or one does not fit the one before
   */
  static int[] widths(ModelFile content) {
    int layers = 0;
    while (content.has(weight(layers))) {
      layers++;
    }
    if (layers == 0) {
      throw new IllegalArgumentException("it has no tensor '" + weight(0) + "'");
    }
    int[] widths = new int[layers + 1];
    for (int l = 0; l < layers; l++) {
      NdArray weight = content.tensor(weight(l));
      int[] shape = weight.shape();
      if (shape.length != 2 || l > 0 && shape[1] != widths[l]) {
        throw new IllegalArgumentException(
            "tensor '%s' is %s, not [outputs, %s]"
                .formatted(weight(l), weight, l == 0 ? "inputs" : Integer.toString(widths[l])));
      }
      widths[l] = shape[1];
      widths[l + 1] = shape[0];
    }
    return widths;
  }

  /** Writes a model file, atomically. */
  public void write(Path file) throws IOException {
    write(file, Map.of());
  }

  /**
   * Writes a model file, atomically, with more metadata.
   *
   * @throws IllegalArgumentException if that contains a key of {@link #metadata}
   */
  public void write(Path file, Map<String, String> extraMetadata) throws IOException {
    ModelFile.write(file, metadata(), extraMetadata, tensors());
  }

  /** The metadata of the model file. */
  public Map<String, String> metadata() {
    Map<String, String> metadata = ModelFile.metadataOf(KIND);
    metadata.put("activation", parameters.shape().activation().label());
    return metadata;
  }

  /** The tensors of the model file; parameters are copied. */
  public Map<String, NdArray> tensors() {
    Map<String, NdArray> tensors =
        split(parameters.shape(), parameters.shape().layers(), parameters.values());
    tensors.put(LOG_Z, NdArray.of(new float[] {logZ}, 1));
    Gaussian base = parameters.base();
    if (base != null) {
      int d = base.columns();
      tensors.put(BASE_MEAN, NdArray.of(base.mean(), d));
      tensors.put(BASE_CHOLESKY, NdArray.of(base.cholesky(), d, d));
    }
    return tensors;
  }

  /**
   * A gradient under the names of the model file's tensors.
   *
   * @param gradient float[P], or with {@code withLogZ} float[P + 1], the last one {@code d loss /
   *     dc}
   */
  public static Safetensors gradients(MlpShape shape, float[] gradient, boolean withLogZ) {
    Map<String, NdArray> tensors = split(shape, shape.layers(), gradient);
    if (withLogZ) {
      tensors.put(LOG_Z, NdArray.of(new float[] {gradient[shape.parameterCount()]}, 1));
    }
    return new Safetensors(Map.of("format", "gibbsite", "content", "gradient"), tensors);
  }

  /** The tensors of the first layers; values are copied. */
  static Map<String, NdArray> split(MlpShape shape, int layers, float[] values) {
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    for (int l = 0; l < layers; l++) {
      int in = shape.width(l);
      int out = shape.width(l + 1);
      int weight = shape.weightOffset(l);
      int bias = shape.biasOffset(l);
      tensors.put(weight(l), NdArray.of(Arrays.copyOfRange(values, weight, bias), out, in));
      tensors.put(bias(l), NdArray.of(Arrays.copyOfRange(values, bias, bias + out), out));
    }
    return tensors;
  }

  private static String weight(int layer) {
    return "layers." + layer + ".weight";
  }

  private static String bias(int layer) {
    return "layers." + layer + ".bias";
  }
}
