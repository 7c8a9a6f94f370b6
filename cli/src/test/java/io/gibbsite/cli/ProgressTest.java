package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {
  @Test
  void plainLinesAreRare() {
    StringWriter text = new StringWriter();
    long[] clock = new long[1];
    Progress.PlainProgress progress =
        new Progress.PlainProgress(new PrintWriter(text), "train", 200, () -> clock[0]);
    for (int step = 1; step <= 100; step++) {
      clock[0] += 100_000_000L;
      progress.at(step, "loss 0.5");
    }
    assertThat(text.toString().lines())
        .containsExactly("train: 50 of 200 (25%), loss 0.5", "train: 100 of 200 (50%), loss 0.5");
  }
}
