package io.gibbsite.dbm;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DbmModelTest {
  @TempDir private Path folder;

  private static final Map<String, String> METADATA = Map.of("format", "gibbsite", "model", "dbm");

  @Test
  void readsWhatItWrites() throws IOException {
    Path file = folder.resolve("m.safetensors");
    DbmModel model = new DbmModel(Machines.random(DbmShape.of(3, 2, 4, 1), 1, 5));
    model.write(file, Map.of("note", "kept"));
    Safetensors content = Safetensors.read(file);
    assertThat(content.metadata()).containsAllEntriesOf(METADATA).containsEntry("note", "kept");
    assertThat(content.tensors().keySet())
        .containsExactlyInAnyOrder(
            "weight.1", "weight.2", "weight.3", "bias.0", "bias.1", "bias.2", "bias.3");
    assertThat(content.tensors().get("weight.2").shape()).containsExactly(2, 4);
    DbmParameters read = DbmModel.read(file).parameters();
    assertThat(read.shape()).isEqualTo(model.parameters().shape());
    assertThat(read.values()).isEqualTo(model.parameters().values());
    assertThat(content.tensors().get("weight.2").floats()[4 + 1]).isEqualTo(read.weight(2, 1, 1));
    assertThatThrownBy(() -> model.write(file, Map.of("model", "other")))
        .hasMessage("the metadata 'model' is the model's own");
  }

  @Test
  void namesWhatIsMissingOrWrong() throws IOException {
    Map<String, NdArray> whole =
        new DbmModel(Machines.random(DbmShape.of(3, 2, 4), 1, 5)).tensors();
    for (String name : whole.keySet()) {
      assertWrong(
          METADATA,
          tensors -> tensors.remove(name),
          name.equals("weight.2") ? "at least two hidden layers" : "lacks the tensor '" + name);
    }
    assertWrong(
        METADATA,
        t -> t.put("weight.2", NdArray.of(new float[12], 3, 4)),
        "'weight.2' is F32[3, 4]");
    assertWrong(METADATA, t -> t.put("weight.1", NdArray.of(new float[6], 6)), "not [units below");
    assertWrong(METADATA, t -> t.put("bias.1", NdArray.of(new float[3], 3)), "'bias.1' is");
    assertWrong(METADATA, t -> t.put("bias.3", NdArray.of(new float[3], 3)), "'bias.3' does not");
    assertWrong(
        METADATA,
        t -> t.put("bias.2", NdArray.of(new float[] {0, Float.NaN, 0, 0}, 4)),
        "'bias.2' holds NaN at [1]");
    assertWrong(Map.of("format", "gibbsite", "model", "rbm"), t -> {}, "says model = rbm");
    assertWrong(Map.of("model", "dbm"), t -> {}, "lacks format");
  }

  private void assertWrong(
      Map<String, String> metadata, Consumer<Map<String, NdArray>> damage, String message)
      throws IOException {
    Path file = folder.resolve("damaged.safetensors");
    Map<String, NdArray> tensors =
        new LinkedHashMap<>(new DbmModel(Machines.random(DbmShape.of(3, 2, 4), 1, 5)).tensors());
    damage.accept(tensors);
    new Safetensors(metadata, tensors).write(file);
    assertThatThrownBy(() -> DbmModel.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("damaged.safetensors")
        .hasMessageContaining(message);
  }
}
