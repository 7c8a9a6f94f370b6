package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir private Path folder;

  @Test
  void trainsChecksDrawsAndMeasures() throws Exception {
    Path out = folder.resolve("demo");
    Run run = Run.of("demo", "--steps", "600", "--quiet", "--out", out.toString()).succeeds();
    assertThat(run.out())
        .containsSubsequence(
            "learned c",
            "log Z, integrated",
            "computed by",
            "check",
            "Training an RBM of 784x200 on strokes",
            "held-out log-likelihood",
            "check",
            "nats above that of independent pixels",
            "picture",
            "density.png",
            "chains.png",
            "workload",
            "energy",
            "langevin",
            "nce",
            "gibbs",
            "784x500");
    assertThat(ImageIO.read(out.resolve("two-moons/density.png").toFile())).isNotNull();
    assertThat(out.resolve("strokes/report.json")).exists();
  }

  @Test
  void wrongUsageIsNamed() throws Exception {
    Run.of("demo", "--steps", "0", "--out", folder.toString()).fails(2, "--steps");
  }
}
