package io.gibbsite.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON that safetensors headers are made of: objects, arrays, strings and whole numbers from 0.
 *
 * <p>Anything else, a name given twice, and deep nesting are errors.
 */
final class Json {
  private static final int DEPTH_LIMIT = 4;

  private final String text;
  private final int memberLimit;
  private int at;

  private Json(String text, int memberLimit) {
    this.text = text;
    this.memberLimit = memberLimit;
  }

  /**
   * Reads one object that fills the text but for spaces behind it.
   *
   * @param memberLimit the most members of an object and elements of an array
   * @return values are Map, List, String or Long
   * @throws IllegalArgumentException with the place and what is wrong there
   */
  static Map<String, Object> parse(String text, int memberLimit) {
    Json json = new Json(text, memberLimit);
    Map<String, Object> object = json.object(1);
    json.skipSpace();
    if (json.at < text.length()) {
      throw json.error("there is more behind the object");
    }
    return object;
  }

  /** The text as a JSON string, quotes included. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < 0x20 || Character.isSurrogate(c)) {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private Object value(int depth) {
    if (depth > DEPTH_LIMIT) {
      throw error("nested too deeply");
    }
    skipSpace();
    char c = peek();
    return switch (c) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      default -> number();
    };
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> members = new LinkedHashMap<>();
    expect('{');
    skipSpace();
    if (peek() != '}') {
      do {
        skipSpace();
        String name = string();
        skipSpace();
        expect(':');
        if (members.size() == memberLimit) {
          throw error("an object with more than " + memberLimit + " members");
        }
        if (members.put(name, value(depth + 1)) != null) {
          throw error("the name " + shorten(name) + " is given twice");
        }
        skipSpace();
      } while (accept(','));
    }
    expect('}');
    return members;
  }

  private List<Object> array(int depth) {
    List<Object> elements = new ArrayList<>();
    expect('[');
    skipSpace();
    if (peek() != ']') {
      do {
        if (elements.size() == memberLimit) {
          throw error("an array with more than " + memberLimit + " elements");
        }
        elements.add(value(depth + 1));
        skipSpace();
      } while (accept(','));
    }
    expect(']');
    return elements;
  }

  private Long number() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    String digits = text.substring(start, at);
    if (digits.isEmpty()) {
      throw error("unexpected '" + printable(peek()) + "'");
    }
    if (digits.length() > 18 || digits.length() > 1 && digits.charAt(0) == '0') {
      throw error("not a whole number of at most 18 digits");
    }
    return Long.valueOf(digits);
  }

  private String string() {
    expect('"');
    StringBuilder value = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        return value.toString();
      }
      if (c < 0x20) {
        throw error("a control character in a string");
      }
      value.append(c == '\\' ? escape() : c);
    }
  }

  private char escape() {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          char digit = next();
          int value = digit < 128 ? Character.digit(digit, 16) : -1;
          if (value < 0) {
            throw error("not a hexadecimal digit");
          }
          code = code << 4 | value;
        }
        yield (char) code;
      }
      default -> throw error("unknown escape '\\" + printable(c) + "'");
    };
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw error("it ends too early");
    }
    return text.charAt(at);
  }

  private char next() {
    char c = peek();
    at++;
    return c;
  }

  private boolean accept(char c) {
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private void expect(char c) {
    char found = peek();
    if (found != c) {
      throw error("expected '" + c + "', found '" + printable(found) + "'");
    }
    at++;
  }

  private IllegalArgumentException error(String problem) {
    return new IllegalArgumentException(problem + " (character " + at + ")");
  }

  private static String printable(char c) {
    return c < 0x20 || c >= 0x7F ? "\\u%04x".formatted((int) c) : String.valueOf(c);
  }

  /** Quoted, on one line, and short enough for a message. */
  static String shorten(String name) {
    String quoted = quote(name);
    return quoted.length() <= 100 ? quoted : quoted.substring(0, 96) + "...\"";
  }
}
