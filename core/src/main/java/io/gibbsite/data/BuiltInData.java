package io.gibbsite.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All the data that the program draws itself, by name. */
public final class BuiltInData {
  private static final Pattern BARS = Pattern.compile("bars-and-stripes-(\\d{1,2})");

  private BuiltInData() {}

  /** The names, with N for a number. */
  public static List<String> names() {
    List<String> names = new ArrayList<>();
    for (BuiltIn density : BuiltIn.values()) {
      names.add(density.label());
    }
    names.add("bars-and-stripes-N");
    names.add(Strokes.LABEL);
    return names;
  }

  /**
   * The first rows of a seed, or nothing if there are no data of that name.
   *
   * @throws IllegalArgumentException if the number in the name is out of range, or the rows are too
   *     many for one array
   */
  public static Optional<Dataset> draw(String name, int rows, long seed) {
    try {
      return drawn(name, rows, seed);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "%s: %d rows are too many for one array".formatted(name, rows), e);
    }
  }

  private static Optional<Dataset> drawn(String name, int rows, long seed) {
    for (BuiltIn density : BuiltIn.values()) {
      if (density.label().equals(name)) {
        return Optional.of(density.dataset(rows, seed));
      }
    }
    Matcher bars = BARS.matcher(name);
    if (bars.matches()) {
      return Optional.of(new BarsAndStripes(Integer.parseInt(bars.group(1))).sample(rows, seed));
    }
    return name.equals(Strokes.LABEL) ? Optional.of(Strokes.dataset(rows, seed)) : Optional.empty();
  }
}
