package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeneratorModelTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("generator.safetensors");
  }

  private static GeneratorModel model(boolean bounded, int... hidden) {
    GeneratorShape shape = GeneratorShape.of(Activation.TANH, 3, hidden, 2, bounded);
    return new GeneratorModel(GeneratorParameters.random(shape, 7));
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aFileHoldsAllOfIt(boolean bounded) throws IOException {
    for (GeneratorModel model : new GeneratorModel[] {model(bounded, 5, 4), model(bounded)}) {
      model.write(file(), Map.of("step", "9"));
      GeneratorParameters read = GeneratorModel.read(file()).parameters();
      assertThat(read.shape()).isEqualTo(model.parameters().shape());
      assertThat(read.values()).isEqualTo(model.parameters().values());
      assertThat(Safetensors.read(file()).metadata()).containsEntry("step", "9");
    }
  }

  @Test
  void otherFilesAreRefusedByName() throws IOException {
    model(false, 5).write(file(), Map.of());
    Safetensors good = Safetensors.read(file());
    refused(good.metadata(), "output", "relu", "output = relu, not linear or tanh");
    refused(good.metadata(), "model", "mlp", "model = mlp, not generator");
    refused(good.metadata(), "activation", "relu", "relu");
    Map<String, NdArray> tensors = new LinkedHashMap<>(good.tensors());
    tensors.put("log_z", NdArray.of(new float[1], 1));
    refused(good.metadata(), tensors, "'log_z' does not belong to a generator of 2 layers");
    tensors.remove("log_z");
    tensors.remove("layers.1.bias");
    refused(good.metadata(), tensors, "lacks the tensor 'layers.1.bias'");
    tensors.clear();
    refused(good.metadata(), tensors, "layers.0.weight");
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(
            () -> {
              model(false, 5).write(file(), Map.of());
              MlpModel.read(file());
            })
        .withMessageContaining("model = generator, not mlp");
  }

  private void refused(Map<String, String> metadata, String key, String value, String message)
      throws IOException {
    Map<String, String> changed = new LinkedHashMap<>(metadata);
    changed.put(key, value);
    refused(changed, model(false, 5), message);
  }

  private void refused(Map<String, String> metadata, GeneratorModel model, String message)
      throws IOException {
    model.write(folder.resolve("good"), Map.of());
    refused(metadata, Safetensors.read(folder.resolve("good")).tensors(), message);
  }

  private void refused(Map<String, String> metadata, Map<String, NdArray> tensors, String message)
      throws IOException {
    new Safetensors(metadata, tensors).write(file());
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> GeneratorModel.read(file()))
        .withMessageContaining(file().toString())
        .withMessageContaining(message);
  }
}
