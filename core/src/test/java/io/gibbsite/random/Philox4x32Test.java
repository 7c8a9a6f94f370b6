package io.gibbsite.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class Philox4x32Test {
  @Test
  void givesTheKnownAnswers() throws IOException {
    List<int[]> answers = knownAnswers();
    assertThat(answers).hasSize(3);
    for (int[] line : answers) {
      int[] words = {-1, -1, -1, -1, -1, -1};
      Philox4x32.block(line[0], line[1], line[2], line[3], line[4], line[5], words, 1);
      assertThat(Arrays.copyOfRange(words, 1, 5)).isEqualTo(Arrays.copyOfRange(line, 6, 10));
      assertThat(new int[] {words[0], words[5]}).containsExactly(-1, -1);
    }
  }

  private static List<int[]> knownAnswers() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Philox4x32Test.class.getResourceAsStream("/philox4x32-10.txt"),
                StandardCharsets.US_ASCII))) {
      return reader
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(
              line ->
                  Arrays.stream(line.trim().split(" +"))
                      .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                      .toArray())
          .toList();
    }
  }
}
