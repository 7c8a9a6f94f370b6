package io.gibbsite.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsCsvTest {
  private static final List<String> HEADER = List.of("step", "loss", "held_out_loss");

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("metrics.csv");
  }

  @Test
  void rowsAreThereAsSoonAsTheyAreAppended() throws IOException {
    try (MetricsCsv metrics = MetricsCsv.open(file, HEADER, -1)) {
      metrics.append(0, 1.5, Double.NaN);
      metrics.append(10, 0.25, 3);
      assertThat(file).hasContent("step,loss,held_out_loss\n0,1.5,\n10,0.25,3\n");
    }
    List<double[]> rows = MetricsCsv.read(file);
    assertThat(rows.get(0)).containsExactly(0, 1.5, Double.NaN);
    assertThat(rows.get(1)).containsExactly(10, 0.25, 3);
  }

  @Test
  void resumingDropsLaterRowsAndALineCutShort() throws IOException {
    try (MetricsCsv metrics = MetricsCsv.open(file, HEADER, -1)) {
      for (int step = 0; step <= 40; step += 10) {
        metrics.append(step, step / 2.0, 1);
      }
    }
    Files.writeString(file, "5", StandardOpenOption.APPEND);
    try (MetricsCsv metrics = MetricsCsv.open(file, HEADER, 20)) {
      metrics.append(30, 7, 8);
    }
    assertThat(file).hasContent("step,loss,held_out_loss\n0,0,1\n10,5,1\n20,10,1\n30,7,8\n");
  }

  @Test
  void anotherFileIsLeftAlone() throws IOException {
    Files.writeString(file, "my notes\n");
    assertThatThrownBy(() -> MetricsCsv.open(file, HEADER, 5))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("metrics.csv");
    assertThat(file).hasContent("my notes\n");
  }
}
