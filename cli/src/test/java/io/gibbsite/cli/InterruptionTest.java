package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InterruptionTest {
  /** A program that works until it is asked to stop, and then takes its time to save. */
  static final class Working {
    private Working() {}

    public static void main(String[] arguments) throws InterruptedException {
      try (Interruption interruption = Interruption.watch()) {
        System.out.println("working");
        while (!interruption.requested()) {
          Thread.sleep(10);
        }
        Thread.sleep(300);
        System.out.println("saved");
      }
      // As the command does; the process is already ending.
      System.exit(0);
    }
  }

  @Test
  void workIsSavedWhenTheProcessIsAskedToStop() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Working.class.getName())
            .redirectErrorStream(true)
            .start();
    try (InputStream out = process.getInputStream()) {
      byte[] started = out.readNBytes("working".length());
      assertThat(new String(started, StandardCharsets.UTF_8)).isEqualTo("working");
      process.toHandle().destroy();
      assertThat(new String(out.readAllBytes(), StandardCharsets.UTF_8).strip()).isEqualTo("saved");
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void withoutARequestNothingWaits() {
    try (Interruption interruption = Interruption.watch()) {
      assertThat(interruption.requested()).isFalse();
    }
  }
}
