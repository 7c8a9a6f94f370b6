package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("images-idx3-ubyte");
  }

  @Test
  void readsImagesGzippedOrNot() throws IOException {
    byte[] content = bytes("00000803 00000002 00000001 00000002 00FF8001");
    Files.write(file, content);
    assertImages(Idx.read(file));
    try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(file))) {
      gzip.write(content);
    }
    assertImages(Idx.read(file));
  }

  private static void assertImages(NdArray images) {
    assertThat(images).hasToString("U8[2, 1, 2]");
    assertThat(images.longs()).containsExactly(0, 255, 128, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "00000901 00000002 00FF, I8[2], -1",
    "00000B01 00000002 0000FFFE, I16[2], -2",
    "00000C01 00000002 00000000 00000100, I32[2], 256",
    "00000D01 00000002 00000000 3FC00000, F32[2], 1.5",
    "00000E01 00000002 0000000000000000 BFF0000000000000, F64[2], -1"
  })
  void readsEveryType(String hex, String array, double last) throws IOException {
    Files.write(file, bytes(hex));
    assertThat(Idx.read(file)).hasToString(array.strip());
    assertThat(Idx.read(file).doubles()).containsExactly(0, last);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "00010801 00000000 | is no IDX file",
        "0000 | is no IDX file",
        "00000A01 00000000 | is no IDX file: it has the type 0x0a",
        "00000800 | is no IDX file: it has 0 dimensions",
        "00000881 | is no IDX file: it has -127 dimensions",
        "00000802 00000001 | is truncated",
        "00000801 00000009 00 | is truncated",
        "00000801 0000000C 00 | is truncated: U8[12] needs 12 bytes",
        "00000801 00000002 000000 | goes on behind the values of U8[2]",
        "00000801 FFFFFFFF | the shape [-1] has a dimension out of range",
        "00000803 7FFFFFFF 7FFFFFFF 7FFFFFFF | the shape [2147483647, 2147483647, 2147483647] has a"
            + " dimension out of range",
        "1F8B0800 | is truncated",
      })
  void namesWhatIsWrong(String hex, String problem) throws IOException {
    Files.write(file, bytes(hex));
    assertThatThrownBy(() -> Idx.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessage(file + ": " + problem);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
