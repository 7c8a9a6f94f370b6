package io.gibbsite.nativecpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gibbsite.backend.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
  @TempDir Path folder;

  private static byte[] library() {
    Libraries.assume();
    return NativeLibrary.resource("libgibbsite.so");
  }

  /**
   * The best ISA that the processor lists, or the one that {@code -Dexpect.isa} names, is what
   * runs.
   */
  @Test
  void theExpectedIsaRuns() throws IOException {
    String expected = System.getProperty("expect.isa");
    if (expected == null) {
      Libraries.assume();
      expected = Processor.best().map(Isa::label).orElse("none");
    }
    assertThat(NativeLibrary.load().best().label()).isEqualTo(expected);
  }

  @Test
  void unpacksOncePerContentAndRepairsWhatWasChanged() throws IOException {
    LibraryFolder place = new LibraryFolder(folder.resolve("new/place"));
    byte[] content = {1, 2, 3};
    Path file = place.unpack(content);
    assertThat(file).hasBinaryContent(content);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place.path())))
        .isEqualTo("rwx------");
    assertThat(place.unpack(content)).isEqualTo(file);
    assertThat(place.unpack(new byte[] {1, 2, 4})).isNotEqualTo(file);
    Files.write(file, new byte[] {9});
    assertThat(place.unpack(content)).isEqualTo(file).hasBinaryContent(content);
  }

  @Test
  void refusesAFolderThatOthersCanWriteTo() throws IOException {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> new LibraryFolder(open).unpack(new byte[1]))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("open to others")
        .hasMessageContaining("GIBBSITE_NATIVE_FOLDER");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    assertThatThrownBy(() -> new LibraryFolder(link).unpack(new byte[1]))
        .hasMessageContaining("link is not a folder");
  }

  /** Half a library would crash the process, so that it must never come to be loaded. */
  @Test
  void refusesADamagedLibrary() {
    byte[] library = library();
    byte[] hash = NativeLibrary.resource("libgibbsite.so.sha256");
    NativeLibrary.requireWhole(library, hash);
    byte[] half = Arrays.copyOf(library, library.length / 2);
    byte[] changed = library.clone();
    changed[library.length / 2] ^= 1;
    for (byte[] damaged : new byte[][] {half, changed, {}}) {
      assertThatThrownBy(() -> NativeLibrary.requireWhole(damaged, hash))
          .isInstanceOf(BackendUnavailableException.class)
          .hasMessageContaining("damaged");
    }
    assertThatThrownBy(() -> NativeLibrary.requireWhole(library, null))
        .hasMessageContaining("damaged");
    Path none = folder.resolve("none.so");
    assertThatThrownBy(() -> NativeLibrary.load(none, "1"))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("none.so cannot be loaded")
        .hasMessageContaining("GIBBSITE_NATIVE_FOLDER");
  }

  @Test
  void refusesALibraryOfAnotherVersion() throws IOException {
    Path file = folder.resolve("other.so");
    Files.write(file, library());
    assertThatThrownBy(() -> NativeLibrary.load(file, "another"))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("is of version " + NativeLibrary.version())
        .hasMessageContaining("where another is needed");
  }

  @Test
  void refusesALibraryThatIsNotOurs() {
    Path libc = Path.of("/lib/x86_64-linux-gnu/libm.so.6");
    assumeTrue(Files.exists(libc), "there is no libm where it is looked for");
    assertThatThrownBy(() -> NativeLibrary.load(libc, "1")).hasMessageContaining("no Gibbsite");
  }

  @Test
  void capsTheIsa() {
    assertThat(Isa.capped(Isa.AMX, null)).isEqualTo(Isa.AMX);
    assertThat(Isa.capped(Isa.AMX, "avx512")).isEqualTo(Isa.AVX512);
    assertThat(Isa.capped(Isa.AVX2, "amx")).isEqualTo(Isa.AVX2);
    assertThatThrownBy(() -> Isa.capped(Isa.AMX, "sse"))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage("GIBBSITE_NATIVE_ISA must be avx2, avx512, amx, not 'sse'");
  }
}
