package io.gibbsite.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.gibbsite.io.FormatException;
import io.gibbsite.io.InputFile;
import java.io.IOException;
import java.nio.file.Path;

/** Results as JSON; record components become keys in snake case. */
final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  private Json() {}

  /** On one line. */
  static String line(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass() + " as JSON", e);
    }
  }

  /** Indented, for people too. */
  static String pretty(Object value) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass() + " as JSON", e);
    }
  }

  /** As a tree. */
  static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /**
   * Reads a line of a file.
   *
   * @throws FormatException if it is no JSON
   */
  static JsonNode node(Path file, String line) throws FormatException {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new FormatException(file, e.getOriginalMessage(), e);
    }
  }

  /**
   * Reads an object from a file.
   *
   * @throws FormatException if it holds none of that type
   */
  static <T> T read(Path file, Class<T> type) throws IOException {
    byte[] bytes = InputFile.read(file, (in, length) -> in.readAllBytes());
    try {
      return MAPPER.readValue(bytes, type);
    } catch (UnrecognizedPropertyException e) {
      throw new FormatException(
          file,
          "holds '%s', which is not known here: it is of another command, or another version"
              .formatted(e.getPropertyName()),
          e);
    } catch (JsonProcessingException e) {
      throw new FormatException(file, e.getOriginalMessage(), e);
    }
  }
}
