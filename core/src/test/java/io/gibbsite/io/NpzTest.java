package io.gibbsite.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("x.npz");
  }

  @Test
  void readsWhatItWrites() throws IOException {
    float[] x = new float[100_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = i * 0.5f;
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("posterior/x", NdArray.of(x, 4, 12_500, 2));
    arrays.put("sample_stats/energy", NdArray.of(new double[] {1, 2}, 1, 2));
    Npz.write(file, arrays);
    Map<String, NdArray> read = Npz.read(file);
    assertThat(read.keySet()).containsExactly("posterior/x", "sample_stats/energy");
    assertThat(read.get("posterior/x")).hasToString("F32[4, 12500, 2]");
    assertThat(read.get("posterior/x").floats()).isEqualTo(x);
    assertThat(read.get("sample_stats/energy").doubles()).containsExactly(1, 2);
  }

  @Test
  void givesTheSameBytesForTheSameArrays() throws IOException {
    Map<String, NdArray> arrays = Map.of("x", NdArray.of(new float[] {1}, 1));
    Npz.write(file, arrays);
    Path again = folder.resolve("again.npz");
    Npz.write(again, arrays);
    assertThat(again).hasSameBinaryContentAs(file);
  }

  @Test
  void readsDeflatedEntries() throws IOException {
    zip("x.npy", npy(NdArray.of(new float[1_000_000], 1_000_000)));
    assertThat(Files.size(file)).isLessThan(10_000);
    assertThat(Npz.read(file).get("x").size()).isEqualTo(1_000_000);
  }

  @Test
  void refusesWhatIsNoArray() throws IOException {
    zip("note.txt", new byte[] {'a'});
    assertDamaged("\"note.txt\" is not an array");
    zip("x.npy", new byte[] {'a'});
    assertDamaged("\"x.npy\" is truncated");
    byte[] npy = npy(NdArray.of(new float[4], 4));
    zip("x.npy", Arrays.copyOf(npy, npy.length - 1));
    assertDamaged(
        "\"x.npy\" F32[4] needs 16 bytes of values, but the file has 15: it is truncated");
    Files.writeString(file, "no archive");
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file + ": is no NPZ file, or damaged: ");
  }

  /**
   * The first value's last byte lies behind the local header, the name and 128 bytes of NPY header.
   */
  @Test
  void checksTheChecksum() throws IOException {
    Npz.write(file, Map.of("x", NdArray.of(new float[] {1, 2}, 2)));
    byte[] bytes = Files.readAllBytes(file);
    int value = 30 + "x.npy".length() + 128 + 3;
    assertThat(bytes[value]).isEqualTo((byte) 0x3F);
    bytes[value] ^= 1;
    Files.write(file, bytes);
    assertDamaged("\"x.npy\" is damaged: its checksum differs");
  }

  /** The central directory's size of 144 is replaced by one that no 144 deflated bytes can have. */
  @Test
  void refusesAnImpossibleSize() throws IOException {
    zip("x.npy", npy(NdArray.of(new float[4], 4)));
    byte[] bytes = Files.readAllBytes(file);
    int directory = bytes.length - 22 - 46 - "x.npy".length();
    assertThat(bytes[directory + 24]).isEqualTo((byte) 144);
    bytes[directory + 27] = 0x7F;
    Files.write(file, bytes);
    assertDamaged("\"x.npy\" claims a size that it cannot have");
  }

  private void assertDamaged(String problem) {
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessage(file + ": " + problem);
  }

  private static byte[] npy(NdArray array) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Npy.write(out, array);
    return out.toByteArray();
  }

  private void zip(String name, byte[] content) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content);
    }
  }
}
