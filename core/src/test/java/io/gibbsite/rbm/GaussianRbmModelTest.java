package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GaussianRbmModelTest {
  private static final GaussianRbmModel MODEL =
      new GaussianRbmModel(Models.random(GaussianRbmShape.of(3, 2), 1, 5));

  @TempDir private Path folder;

  @Test
  void readsWhatItWrites() throws IOException {
    Path file = folder.resolve("m.safetensors");
    MODEL.write(file, Map.of("note", "kept"));
    Safetensors content = Safetensors.read(file);
    assertThat(content.metadata())
        .containsEntry("format", "gibbsite")
        .containsEntry("model", "gaussian-rbm")
        .containsEntry("note", "kept");
    assertThat(content.tensors().keySet())
        .containsExactly("weight", "visible_bias", "hidden_bias", "visible_sd");
    GaussianRbmParameters read = GaussianRbmModel.read(file).parameters();
    assertThat(read.shape()).isEqualTo(MODEL.parameters().shape());
    assertThat(read.values()).isEqualTo(MODEL.parameters().values());
  }

  @Test
  void namesWhatIsMissingOrWrong() throws IOException {
    wrong(t -> t.remove("visible_sd"), "it lacks the tensor 'visible_sd'");
    wrong(t -> t.remove("weight"), "it lacks the tensor 'weight'");
    wrong(
        t -> t.put("visible_sd", NdArray.of(new float[2], 2)),
        "tensor 'visible_sd' is F32[2], not F32[3]");
    wrong(
        t -> t.put("visible_sd", NdArray.of(new float[] {1, 0, 1}, 3)),
        "tensor 'visible_sd' holds 0.0 at [1]: a deviation is positive");
    wrong(t -> t.put("bias", NdArray.of(new float[3], 3)), "tensor 'bias' does not belong");
    assertThatThrownBy(() -> RbmModel.from(MODEL.metadata(), MODEL.tensors()))
        .hasMessageContaining("its metadata says model = gaussian-rbm, not rbm");
  }

  private void wrong(Consumer<Map<String, NdArray>> change, String telling) throws IOException {
    Path file = folder.resolve("m.safetensors");
    Map<String, NdArray> tensors = MODEL.tensors();
    change.accept(tensors);
    new Safetensors(MODEL.metadata(), tensors).write(file);
    assertThatThrownBy(() -> GaussianRbmModel.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("m.safetensors")
        .hasMessageContaining(telling);
  }

  @Test
  void parametersOfWrongLengthsAreRefused() {
    assertThatThrownBy(() -> new GaussianRbmParameters(GaussianRbmShape.of(3, 2), new float[11]))
        .hasMessageContaining("has 14 parameters with its deviations, not 11");
    RbmParameters others = Models.random(new RbmShape(3, 2), 1, 1);
    assertThatThrownBy(() -> GaussianRbmParameters.of(others, new float[2]))
        .hasMessageContaining("2 deviations for 3 visible units");
  }
}
