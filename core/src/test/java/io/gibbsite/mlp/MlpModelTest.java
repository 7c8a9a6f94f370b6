package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.density.Gaussian;
import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MlpModelTest {
  private static final MlpShape SHAPE = MlpShape.of(Activation.TANH, 2, 3, 4);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("m.safetensors");
  }

  @Test
  void readsWhatItWrites() throws IOException {
    Gaussian base = new Gaussian(new float[] {1, 2}, new float[] {1, 0, -0.5f, 2});
    MlpModel model = new MlpModel(MlpParameters.random(SHAPE, base, 7), 0.25f);
    model.write(file, Map.of("note", "kept"));

    assertThat(Safetensors.read(file).metadata())
        .containsEntry("note", "kept")
        .containsEntry("activation", "tanh");
    assertThat(Safetensors.read(file).tensors().keySet())
        .containsExactly(
            "layers.0.weight",
            "layers.0.bias",
            "layers.1.weight",
            "layers.1.bias",
            "layers.2.weight",
            "layers.2.bias",
            "log_z",
            "base.mean",
            "base.cholesky");
    MlpModel read = MlpModel.read(file);
    assertThat(read.logZ()).isEqualTo(0.25f);
    assertThat(read.parameters().shape()).isEqualTo(SHAPE);
    assertThat(read.parameters().values()).isEqualTo(model.parameters().values());
    assertThat(read.parameters().base().mean()).containsExactly(1, 2);
    assertThat(read.parameters().base().cholesky()).containsExactly(1, 0, -0.5f, 2);
  }

  @Test
  void takesDoublesAndALinearEnergyWithoutLogZ() {
    MlpModel model =
        MlpModel.from(
            metadata(),
            Map.of(
                "layers.0.weight", NdArray.of(new double[] {1 / 3.0, 2}, 1, 2),
                "layers.0.bias", NdArray.of(new double[] {3}, 1)));
    assertThat(model.parameters().shape()).hasToString("2-1");
    assertThat(model.parameters().values()).containsExactly(1 / 3f, 2, 3);
    assertThat(model.logZ()).isZero();
  }

  @Test
  void takesASingleNumberAsLogZ() {
    Map<String, NdArray> tensors = tensors();
    tensors.put("log_z", NdArray.of(new double[] {-2}));
    assertThat(MlpModel.from(metadata(), tensors).logZ()).isEqualTo(-2);
  }

  @Test
  void refusesToOverwriteItsOwnMetadata() {
    MlpModel model = MlpModel.from(metadata(), tensors());
    assertThatThrownBy(() -> model.write(file, Map.of("format", "other")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the metadata 'format' is the model's own");
    assertThat(file).doesNotExist();
  }

  @Test
  void namesMetadataThatIsMissingOrWrong() throws IOException {
    for (String key : metadata().keySet()) {
      Map<String, String> metadata = metadata();
      metadata.remove(key);
      assertWrong(metadata, tensors(), "its metadata lacks ", key, ": add " + key + " = ");
      metadata.put(key, "x");
      assertWrong(metadata, tensors(), "x");
    }
  }

  @Test
  void namesTensorsThatDoNotFit() throws IOException {
    assertWrong(
        t -> t.put("layers.1.weight", array(4, 2)),
        "tensor 'layers.1.weight' is F32[4, 2], not [outputs, 3]");
    assertWrong(
        t -> t.put("layers.0.weight", array(6)),
        "tensor 'layers.0.weight' is F32[6], not [outputs, inputs]");
    assertWrong(
        t -> t.put("layers.2.weight", array(2, 4)),
        "the last layer, 'layers.2.weight', has 2 outputs: an energy has 1");
    assertWrong(
        t -> t.put("layers.1.bias", array(5)), "tensor 'layers.1.bias' is F32[5], not F32[4]");
    assertWrong(t -> t.remove("layers.1.bias"), "it lacks the tensor 'layers.1.bias'");
    assertWrong(t -> t.remove("layers.0.weight"), "it has no tensor 'layers.0.weight'");
    assertWrong(
        t -> t.remove("layers.1.weight"),
        "the last layer, 'layers.0.weight', has 3 outputs: an energy has 1");
    assertWrong(
        t -> t.put("layers.4.weight", array(1, 1)),
        "tensor 'layers.4.weight' does not belong to an MLP model of 3 layers");
    assertWrong(t -> t.put("log_z", array(2)), "tensor 'log_z' is F32[2], not F32[1]");
    assertWrong(
        t -> t.put("layers.0.bias", NdArray.of(new long[3], 3)),
        "tensor 'layers.0.bias' is I64[3], not F32[3]");
    assertWrong(t -> t.put("base.mean", array(2)), "it lacks the tensor 'base.cholesky'");
    assertWrong(
        t -> {
          t.put("base.mean", array(2));
          t.put("base.cholesky", array(2, 2));
        },
        "the Gaussian's factor is not lower triangular");
  }

  @Test
  void namesValuesThatAreNotFinite() throws IOException {
    assertWrong(
        t -> t.get("layers.1.weight").floats()[5] = Float.NaN,
        "tensor 'layers.1.weight' holds NaN at [1, 2]");
    assertWrong(
        t -> t.put("layers.0.bias", NdArray.of(new double[] {0, 1e39, 0}, 3)),
        "tensor 'layers.0.bias' holds Infinity at [1]");
  }

  @Test
  void writesGradientsUnderTheModelsNames() throws IOException {
    float[] gradient = new float[SHAPE.parameterCount() + 1];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = i;
    }
    MlpModel.gradients(SHAPE, gradient, true).write(file);
    Safetensors read = Safetensors.read(file);
    assertThat(read.tensors().keySet()).isEqualTo(tensors().keySet());
    assertThat(read.tensors().get("layers.0.bias").floats()).containsExactly(6, 7, 8);
    assertThat(read.tensors().get("log_z").floats()).containsExactly(gradient.length - 1);
    assertThat(MlpModel.gradients(SHAPE, gradient, false).tensors()).doesNotContainKey("log_z");
  }

  private void assertWrong(Consumer<Map<String, NdArray>> damage, String problem)
      throws IOException {
    Map<String, NdArray> tensors = tensors();
    damage.accept(tensors);
    assertWrong(metadata(), tensors, problem);
  }

  private void assertWrong(
      Map<String, String> metadata, Map<String, NdArray> tensors, String... problem)
      throws IOException {
    new Safetensors(metadata, tensors).write(file);
    assertThatThrownBy(() -> MlpModel.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContainingAll(problem);
  }

  private static NdArray array(int... shape) {
    return NdArray.of(new float[NdArray.size(shape)], shape);
  }

  private static Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "gibbsite");
    metadata.put("model", "mlp");
    metadata.put("activation", "gelu");
    return metadata;
  }

  private static Map<String, NdArray> tensors() {
    return new MlpModel(MlpParameters.random(SHAPE, null, 1), 0).tensors();
  }
}
