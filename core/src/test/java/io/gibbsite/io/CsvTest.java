package io.gibbsite.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1,2.5\n-3e-1,.5\n",
        "1;2.5\r\n-3e-1;.5",
        "  1 \t 2.5\n-3e-1 .5  \n\n",
        "\uFEFF# a note\n1 , 2.5\n\n-3e-1, +.5\n"
      })
  void readsEverySeparator(String text) throws IOException {
    Csv csv = Csv.read(file(text));
    assertThat(csv.names()).isEmpty();
    assertThat(csv.values().shape()).containsExactly(2, 2);
    assertThat(csv.values().floats()).containsExactly(1, 2.5f, -0.3f, 0.5f);
  }

  @Test
  void readsNames() throws IOException {
    Csv csv = Csv.read(file("x,\"y 2\"\n1,nan\n-Inf,inf\n"));
    assertThat(csv.names()).containsExactly("x", "\"y 2\"");
    assertThat(csv.values().floats())
        .containsExactly(1, Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
  }

  @Test
  void readsManyRows() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      text.append(i).append(',').append(-i).append('\n');
    }
    NdArray values = Csv.read(file(text.toString())).values();
    assertThat(values.shape()).containsExactly(5000, 2);
    assertThat(values.floats()[9999]).isEqualTo(-4999);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1,2;3,x | line 2, column 2: \"x\" is not a number",
        "1,2;;3 | line 3 has 1 cells, not 2",
        "a,1;1,2 | line 1, column 1: \"a\" is not a number",
        "1,;1,2 | line 1, column 2: \"\" is not a number",
        "1f,1;1,2 | line 1, column 1: \"1f\" is not a number",
        "0x1p3,1;1,2 | line 1, column 1: \"0x1p3\" is not a number",
        "a,b | has no rows of numbers"
      })
  void namesLineAndColumn(String text, String problem) throws IOException {
    Path file = file(text.replace(';', '\n'));
    assertThatThrownBy(() -> Csv.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessage(file + ": " + problem);
  }

  @Test
  void refusesWhatIsNoText() throws IOException {
    Path file = Files.write(folder.resolve("x.csv"), new byte[] {'1', '\n', (byte) 0xFF, '\n'});
    assertThatThrownBy(() -> Csv.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessage(file + ": is not UTF-8 text");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("x.csv"), text);
  }
}
