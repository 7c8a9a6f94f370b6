package io.gibbsite.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void replacesAFileAndLeavesNothingBeside() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, out -> out.write("old".getBytes()));
    AtomicFile.write(file, out -> out.write("new".getBytes()));
    assertThat(file).hasContent("new");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void keepsTheOldFileIfTheContentFails() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": cannot be written: No space left on device");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      throw new IllegalStateException("stopped");
                    }))
        .hasMessage("stopped");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void namesTheFileAndTheReason() {
    Path missing = folder.resolve("none").resolve("a.txt");
    assertThatThrownBy(() -> AtomicFile.write(missing, out -> out.write(1)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(missing + ": cannot be written: the folder ")
        .hasMessageEndingWith("does not exist");
    assertThatThrownBy(() -> AtomicFile.write(folder, out -> out.write(1)))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + ": cannot be written: it is a folder");
  }

  @Test
  void followsALink() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    AtomicFile.write(link, out -> out.write("new".getBytes()));
    assertThat(file).hasContent("new");
    assertThat(link).isSymbolicLink();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
