package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command that reads a model takes the folder of a run as well as the file in it. */
class ModelFileTest {
  @TempDir private Path folder;

  /** A run of an MLP, samples and rows for it, and a folder of nothing. */
  @BeforeEach
  void writeRuns() throws IOException {
    Fixture fixture = new Fixture(folder);
    Files.createDirectory(folder.resolve("mlp"));
    Files.copy(Path.of(fixture.modelFile), folder.resolve("mlp/model.safetensors"));
    fixture.write("xn.npy", Fixture.normals(8 * Fixture.COLUMNS, 4), 8, Fixture.COLUMNS);
    Run.of(
            "sample",
            "--quiet",
            fixture.modelFile,
            "--chains",
            "2",
            "--steps",
            "40",
            "--out",
            path("s.npz"))
        .succeeds();
    Files.createDirectory(folder.resolve("none"));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** RUN/ stands for the folder of this test. */
  private Run run(String command, String model) {
    String[] arguments = (command.formatted(model) + " --quiet").split(" ");
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith("RUN/")) {
        arguments[i] = path(arguments[i].substring(4));
      }
    }
    return Run.of(arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "energy --model %s --data RUN/x.npy --out RUN/e.npy",
        "gradient --model %s --data RUN/x.npy --out RUN/e.npy",
        "loss --model %s --data RUN/x.npy --objective cd --negatives RUN/xn.npy",
        "logz --model %s --temperatures 20 --chains 20 --base normal:0,1",
        "evaluate --model %s --data RUN/x.npy --temperatures 20 --chains 20",
        "diagnose RUN/s.npz --model %s",
        "sample --model %s --chains 2 --steps 20 --init normal --out RUN/e.npy",
        "sample %s --chains 2 --steps 20 --init normal --out RUN/e.npy"
      })
  void aFolderGivesWhatItsModelGives(String command) throws IOException {
    String file = "RUN/mlp/model.safetensors";
    Run ofFile = run(command, file).succeeds();
    byte[] written = bytes();
    // sample reads what was fitted in a run's folder, which is not a model alone.
    if (!command.startsWith("sample")) {
      assertThat(run(command, "RUN/mlp").succeeds().out()).isEqualTo(ofFile.out());
      assertThat(bytes()).isEqualTo(written);
    }
    Run refused = run(command, "RUN/none");
    refused.fails(2, "none: a folder without a model (model.safetensors)");
    assertThat(refused.err()).doesNotContain("convert");
  }

  private byte[] bytes() throws IOException {
    Path out = folder.resolve("e.npy");
    return Files.exists(out) ? Files.readAllBytes(out) : null;
  }

  @Test
  void sampleNeedsOneModel() {
    Run.of("sample", "--out", path("y.npz")).fails(2, "gibbsite: Missing required argument");
    Run.of("sample", path("mlp"), "--model", path("mlp"), "--out", path("y.npz"))
        .fails(2, "gibbsite: RUN|MODEL.safetensors", "specify only one");
  }

  @Test
  void spinsToo() {
    Run.of(
            "train",
            "hopfield",
            "--quiet",
            "--data",
            "bars-and-stripes-3",
            "--patterns",
            "2",
            "--out",
            path("memory"))
        .succeeds();
    for (String command :
        new String[] {"anneal --model %s --json", "recall --model %s --json", "logz --model %s"}) {
      String ofFile = run(command, "RUN/memory/model.safetensors").succeeds().out();
      String ofFolder = run(command, "RUN/memory").succeeds().out();
      String time = "\"seconds\":[^,]*";
      assertThat(ofFolder.replaceAll(time, "")).isEqualTo(ofFile.replaceAll(time, ""));
      run(command, "RUN/none").fails(2, "none: a folder without a model");
    }
  }
}
