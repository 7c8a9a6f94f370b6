package io.gibbsite.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("x.npy");
  }

  @Test
  void writesTheBytesThatNumPyWrites() throws IOException {
    Npy.write(file, NdArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    ByteBuffer expected = ByteBuffer.allocate(128 + 24).order(ByteOrder.LITTLE_ENDIAN);
    expected
        .put((byte) 0x93)
        .put("NUMPY".getBytes())
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) 118);
    expected.put((header + " ".repeat(117 - header.length()) + "\n").getBytes());
    for (int i = 1; i <= 6; i++) {
      expected.putFloat(i);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
  }

  @Test
  void readsWhatItWrites() throws IOException {
    NdArray[] arrays = {
      NdArray.of(new float[] {1.5f}),
      NdArray.of(new float[0], 0, 2),
      NdArray.of(new double[] {1 / 3.0, Double.NaN}, 2),
      NdArray.of(new long[] {1, -2, 3, 4}, 1, 2, 1, 2),
      NdArray.of(new int[] {5}, 1),
      NdArray.of(new byte[] {-1, 7}, 2)
    };
    for (NdArray array : arrays) {
      Npy.write(file, array);
      assertThat(Files.size(file) % 64).isEqualTo(array.bytes() % 64);
      assertThat(Npy.read(file)).hasToString(array.toString());
      assertThat(Npy.read(file).doubles()).isEqualTo(array.doubles());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void readsEveryVersion(int version) throws IOException {
    write(
        version, "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }   \n", 1, 0, 255, 255);
    assertThat(Npy.read(file).longs()).containsExactly(1, -1);
  }

  @Test
  void readsBigEndianAndFortranOrder() throws IOException {
    write(
        1,
        "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3)}",
        0,
        1,
        0,
        4,
        0,
        2,
        0,
        5,
        0,
        3,
        0,
        6);
    NdArray array = Npy.read(file);
    assertThat(array.shape()).containsExactly(2, 3);
    assertThat(array.longs()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void readsKeysInAnyOrder() throws IOException {
    write(1, "{\"shape\": (1,), 'fortran_order': False, 'descr': '|u1'}", 200);
    assertThat(Npy.read(file).longs()).containsExactly(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'descr': 'O', 'fortran_order': False, 'shape': (1,), } | holds pickled objects, which are"
            + " not read",
        "{'descr': '=O', 'fortran_order': False, 'shape': (1,), } | holds pickled objects, which"
            + " are not read",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), } | structured arrays are"
            + " not read",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), } | values of type '<c8' are not"
            + " read",
        "{'descr': '<U1', 'fortran_order': False, 'shape': (1,), } | values of type '<U1' are not"
            + " read",
        "{'descr': '<f1', 'fortran_order': False, 'shape': (1,), } | values of type '<f1' are not"
            + " read",
        "{'descr': '<f4', 'fortran_order': 'x', 'shape': (1,), } | fortran_order is no truth value",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 1), } | its shape is damaged",
        "{'descr': '<f4', 'fortran_order': False, 'shape': True, } | its shape is damaged",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), } | its header is damaged",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } | F32[2] needs 8 bytes of"
            + " values, but the file has 4: it is truncated",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), } | F32[0] needs 0 bytes of"
            + " values, but the file has 4: it is followed by something else",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536), } | the shape [65536,"
            + " 65536] has more than 2147483639 values",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), } | the shape"
            + " [99999999999] has a dimension out of range",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': True, } | its header has an"
            + " unknown key x",
        "{'descr': '<f4', 'descr': '<f4', 'shape': (1,), } | its header gives a key twice",
        "{'descr': '<f4', 'shape': (1,), } | its header lacks descr, fortran_order or shape",
        "{'descr': '<f4' 'shape': (1,), } | its header is damaged",
        "'descr' | its header is not a dictionary",
      })
  void namesWhatIsWrong(String header, String problem) throws IOException {
    write(1, header, 0, 0, 0, 0);
    assertDamaged(problem);
  }

  @Test
  void refusesOtherFiles() throws IOException {
    Files.write(file, "no array at all".getBytes());
    assertDamaged("is no NPY file");
    Files.write(file, new byte[3]);
    assertDamaged("is truncated");
    write(4, "{}");
    assertDamaged("is NPY version 4: 1 to 3 are read");
    Files.write(file, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0, 0, 0, -1});
    assertDamaged("its header would have 4278190080 bytes");
  }

  private void assertDamaged(String problem) {
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessage(file + ": " + problem);
  }

  private void write(int version, String header, int... data) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(0x93);
    bytes.writeBytes("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.write(version);
    bytes.write(0);
    int length = header.length();
    bytes.write(length);
    bytes.write(length >>> 8);
    if (version > 1) {
      bytes.write(0);
      bytes.write(0);
    }
    bytes.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    for (int b : data) {
      bytes.write(b);
    }
    Files.write(file, bytes.toByteArray());
  }
}
