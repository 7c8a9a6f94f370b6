package io.gibbsite.nativecpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The C++ tests pass in both builds: with the address and undefined-behaviour sanitisers, which
 * find nothing, and against the library that is shipped. Where the processor has AVX-512 but no
 * AMX, they run the machine code for AMX on emulated tiles.
 */
class TestProgramsTest {
  @Test
  void passSanitised() throws IOException, InterruptedException {
    pass("test-program");
  }

  @Test
  void passWithTheLibrary() throws IOException, InterruptedException {
    pass("library-program");
  }

  private static void pass(String name) throws IOException, InterruptedException {
    Path folder = Path.of("target").resolve(name);
    Path missing = folder.resolve("missing.txt");
    if (Files.exists(missing) && !Libraries.required()) {
      assumeTrue(false, "no " + name + ": " + Files.readString(missing).strip());
    }
    Path program = folder.resolve(name).toAbsolutePath();
    Process process = new ProcessBuilder(program.toString()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains(" 0 failed");
  }
}
