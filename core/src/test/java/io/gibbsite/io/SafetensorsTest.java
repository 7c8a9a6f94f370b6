package io.gibbsite.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("m.safetensors");
  }

  @Test
  void readsWhatItWrites() throws IOException {
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    tensors.put("bytes \"quoted\" \\ \n é 😀", NdArray.of(new byte[] {1, -1, 3}, 3));
    tensors.put("floats", NdArray.of(new float[] {1.5f, Float.NaN, -0f, 4, 5, 6}, 2, 3));
    tensors.put("empty", NdArray.of(new float[0], 0, 3));
    tensors.put("one", NdArray.of(new double[] {1 / 3.0}));
    tensors.put("long", NdArray.of(new long[] {Long.MIN_VALUE}, 1));
    Map<String, String> metadata = Map.of("note", "é \u0001 \" \\ 😀");
    new Safetensors(metadata, tensors).write(file);

    Safetensors read = Safetensors.read(file);
    assertThat(read.metadata()).isEqualTo(metadata);
    assertThat(read.tensors().keySet()).isEqualTo(tensors.keySet());
    tensors.forEach(
        (name, tensor) -> {
          assertThat(read.tensors().get(name)).hasToString(tensor.toString());
          assertThat(read.tensors().get(name).doubles()).isEqualTo(tensor.doubles());
        });
  }

  @Test
  void alignsTheHeaderAndPutsWideTypesFirst() throws IOException {
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    tensors.put("b", NdArray.of(new byte[] {9}, 1));
    tensors.put("d", NdArray.of(new double[] {2}, 1));
    new Safetensors(Map.of(), tensors).write(file);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    long header = bytes.getLong(0);
    assertThat(header % 8).isZero();
    assertThat(bytes.getDouble((int) (8 + header))).isEqualTo(2);
    assertThat(bytes.get((int) (16 + header))).isEqualTo((byte) 9);
  }

  @Test
  void readsAFileSpeltOutByHand() throws IOException {
    write(
        """
        {"__metadata__":{"k":"\\u00e9\\n"},
         "b" : {"shape":[ ],"data_offsets":[4,6],"dtype":"BF16"},
         "a":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]}}\
        """
            + "  ",
        0x00,
        0x3C,
        0x00,
        0x40,
        0xC0,
        0x3F);
    Safetensors read = Safetensors.read(file);
    assertThat(read.metadata()).containsExactly(Map.entry("k", "é\n"));
    assertThat(read.tensors().keySet()).containsExactly("a", "b");
    assertThat(read.tensors().get("a").floats()).containsExactly(1, 2);
    assertThat(read.tensors().get("b").floats()).containsExactly(1.5f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}} | tensor \"a\": F32[1]"
            + " does not take the 8 bytes of its data_offsets",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}} | tensor \"a\":"
            + " data_offsets is not [begin, end]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}} | tensor \"a\":"
            + " data_offsets is not [begin, end]",
        "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}} | tensor \"a\": the"
            + " dtype \"F8_E4M3\" is not read",
        "{\"a\":{\"dtype\":7,\"shape\":[8],\"data_offsets\":[0,8]}} | tensor \"a\": the dtype  is"
            + " not read",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[65536,65536,65536,65536],\"data_offsets\":[0,8]}} |"
            + " tensor \"a\": the shape [65536, 65536, 65536, 65536] has more than 2147483639"
            + " values",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[\"8\"],\"data_offsets\":[0,8]}} | tensor \"a\": shape"
            + " holds what is not a whole number",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":8,\"data_offsets\":[0,8]}} | tensor \"a\": shape is not"
            + " an array",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[8]}} | tensor \"a\": it needs dtype, shape,"
            + " data_offsets and nothing else",
        "{\"a\":[]} | tensor \"a\": it needs dtype, shape, data_offsets and nothing else",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[0,9]}} | tensor \"a\" ends at"
            + " byte 9 of 8: the file is truncated",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[6],\"data_offsets\":[2,8]}} | tensor \"a\" begins at"
            + " byte 2, but the one before it ends at 0",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,5]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}}"
            + " | tensor \"b\" begins at byte 4, but the one before it ends at 5",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[7],\"data_offsets\":[0,7]}} | has 1 bytes that belong"
            + " to no tensor",
        "{} | has 8 bytes that belong to no tensor",
        "{\"a\":{},\"a\":{}} | its header is damaged: the name \"a\" is given twice (character 14)",
        "{\"__metadata__\":{\"a\":1}} | __metadata__ holds what is not text",
        "{\"__metadata__\":[]} | __metadata__ is not an object",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[-8],\"data_offsets\":[0,8]}} | its header is damaged:"
            + " unexpected '-' (character 28)",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[8.0],\"data_offsets\":[0,8]}} | its header is damaged:"
            + " expected ']', found '.' (character 29)",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[08],\"data_offsets\":[0,8]}} | its header is damaged:"
            + " not a whole number of at most 18 digits (character 30)",
        "{\"a\":[[[[[[[[]]]]]]]]} | its header is damaged: nested too deeply (character 8)",
        "{\"a\":null} | its header is damaged: unexpected 'n' (character 5)",
        "{} x | its header is damaged: there is more behind the object (character 3)",
        "{\"a | its header is damaged: it ends too early (character 3)",
        "{\"a\\q\":1} | its header is damaged: unknown escape '\\q' (character 5)",
      })
  void namesWhatIsWrong(String header, String problem) throws IOException {
    write(header, 0, 0, 0, 0, 0, 0, 0, 0);
    assertDamaged(problem);
  }

  @Test
  void refusesHeadersThatCannotBe() throws IOException {
    Files.write(file, new byte[7]);
    assertDamaged("has 7 bytes: no safetensors file is that short");
    for (long length : new long[] {0, 1, 3, 100_000_001, Long.MAX_VALUE, -1}) {
      ByteBuffer bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
      Files.write(file, bytes.putLong(length).put((byte) '{').put((byte) '}').array());
      assertThatThrownBy(() -> Safetensors.read(file))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("its header would have " + Long.toUnsignedString(length) + " of");
    }
    Files.write(file, new byte[] {2, 0, 0, 0, 0, 0, 0, 0, (byte) 0xC3, '{'});
    assertDamaged("its header is not UTF-8 text");
  }

  @Test
  void refusesTooManyTensors() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i <= Safetensors.TENSOR_LIMIT; i++) {
      header.append("\"").append(i);
      header.append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},");
    }
    header.setCharAt(header.length() - 1, '}');
    write(header.toString());
    assertDamaged("has more than 100000 tensors");
  }

  @Test
  void saysThatAFileIsMissing() {
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": does not exist");
    assertThatThrownBy(() -> Safetensors.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + ": is a folder, not a file");
  }

  private void assertDamaged(String problem) {
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessage(file + ": " + problem);
  }

  private void write(String header, int... data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    for (int b : data) {
      bytes.put((byte) b);
    }
    Files.write(file, bytes.array());
  }
}
