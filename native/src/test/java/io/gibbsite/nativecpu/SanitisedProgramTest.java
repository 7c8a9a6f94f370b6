package io.gibbsite.nativecpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The C++ test program, built with the address and undefined-behaviour sanitisers: its own checks
 * pass, and the sanitisers find nothing.
 */
class SanitisedProgramTest {
  @Test
  void passes() throws IOException, InterruptedException {
    Path folder = Path.of("target/test-program");
    Path missing = folder.resolve("missing.txt");
    if (Files.exists(missing) && !Libraries.required()) {
      assumeTrue(false, "no test program: " + Files.readString(missing).strip());
    }
    Path program = folder.resolve("test-program").toAbsolutePath();
    Process process = new ProcessBuilder(program.toString()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains(" 0 failed");
  }
}
