package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class RbmModelTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("m.safetensors");
  }

  @Test
  void readsWhatItWrites() throws IOException {
    RbmModel model = new RbmModel(Models.random(new RbmShape(3, 2), 1, 5));
    model.write(file, Map.of("note", "kept"));

    Safetensors content = Safetensors.read(file);
    assertThat(content.metadata())
        .containsEntry("format", "gibbsite")
        .containsEntry("model", "rbm")
        .containsEntry("note", "kept");
    assertThat(content.tensors().keySet()).containsExactly("weight", "visible_bias", "hidden_bias");
    assertThat(content.tensors().get("weight").shape()).containsExactly(3, 2);
    RbmParameters read = RbmModel.read(file).parameters();
    assertThat(read.shape()).isEqualTo(model.parameters().shape());
    assertThat(read.values()).isEqualTo(model.parameters().values());
  }

  @Test
  void laysParametersOutAsTheShapeSays() {
    Map<String, NdArray> tensors = tensors();
    tensors.put("weight", NdArray.of(new double[] {1, 2, 3, 4, 5, 1 / 3.0}, 2, 3));
    RbmParameters parameters = RbmModel.from(metadata(), tensors).parameters();
    assertThat(parameters.values()).containsExactly(1, 2, 3, 4, 5, 1 / 3f, 7, 8, 9, 10, 11);
    assertThat(parameters.weight(1, 0)).isEqualTo(4);
    assertThat(parameters.visibleBias(1)).isEqualTo(8);
    assertThat(parameters.hiddenBias(2)).isEqualTo(11);
    assertThat(
            RbmModel.gradients(parameters.shape(), parameters.values())
                .tensors()
                .get("hidden_bias")
                .floats())
        .containsExactly(9, 10, 11);
  }

  @Test
  void refusesToOverwriteItsOwnMetadata() {
    RbmModel model = RbmModel.from(metadata(), tensors());
    assertThatThrownBy(() -> model.write(file, Map.of("model", "other")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the metadata 'model' is the model's own");
    assertThat(file).doesNotExist();
  }

  @Test
  void namesWhatIsMissingOrWrong() throws IOException {
    for (String key : metadata().keySet()) {
      Map<String, String> metadata = metadata();
      metadata.remove(key);
      assertWrong(metadata, tensors(), "its metadata lacks " + key + ": add " + key + " = ");
      metadata.put(key, "mlp");
      assertWrong(metadata, tensors(), "its metadata says " + key + " = mlp");
    }
    for (String name : tensors().keySet()) {
      assertWrong(t -> t.remove(name), "it lacks the tensor '" + name + "'");
    }
    assertWrong(
        t -> t.put("weight", NdArray.of(new float[6], 6)),
        "tensor 'weight' is F32[6], not [visible, hidden]");
    assertWrong(
        t -> t.put("weight", NdArray.of(new float[0], 0, 3)),
        "the visible units must be between 1 and 262144, not 0");
    assertWrong(
        t -> t.put("visible_bias", NdArray.of(new float[3], 3)),
        "tensor 'visible_bias' is F32[3], not F32[2]");
    assertWrong(
        t -> t.put("hidden_bias", NdArray.of(new float[] {0, Float.NaN, 0}, 3)),
        "tensor 'hidden_bias' holds NaN at [1]");
    assertWrong(
        t -> t.put("bias", NdArray.of(new float[3], 3)), "tensor 'bias' does not belong to an RBM");
  }

  private void assertWrong(Consumer<Map<String, NdArray>> change, String telling)
      throws IOException {
    Map<String, NdArray> tensors = tensors();
    change.accept(tensors);
    assertWrong(metadata(), tensors, telling);
  }

  private void assertWrong(
      Map<String, String> metadata, Map<String, NdArray> tensors, String telling)
      throws IOException {
    new Safetensors(metadata, tensors).write(file);
    assertThatThrownBy(() -> RbmModel.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("m.safetensors")
        .hasMessageContaining(telling);
  }

  private static Map<String, String> metadata() {
    return new LinkedHashMap<>(Map.of("format", "gibbsite", "model", "rbm"));
  }

  private static Map<String, NdArray> tensors() {
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    tensors.put("weight", NdArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    tensors.put("visible_bias", NdArray.of(new float[] {7, 8}, 2));
    tensors.put("hidden_bias", NdArray.of(new float[] {9, 10, 11}, 3));
    return tensors;
  }
}
