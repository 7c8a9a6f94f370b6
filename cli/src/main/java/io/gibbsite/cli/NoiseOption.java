package io.gibbsite.cli;

import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A noise density as an option says it, the same in every column: {@code normal:MEAN,SD} or {@code
 * uniform:LO,HI}.
 *
 * @param text as given
 * @param normal whether it is the normal one
 * @param first the mean, or the lower side
 * @param second the standard deviation, or the upper side
 */
record NoiseOption(String text, boolean normal, float first, float second) {
  private static final Pattern FORM = Pattern.compile("(normal|uniform):([^,]+),([^,]+)");

  /** The density of points with that many columns. */
  Density density(int columns) {
    if (normal) {
      return Gaussian.isotropic(columns, first, second);
    }
    float[] low = new float[columns];
    float[] high = new float[columns];
    Arrays.fill(low, first);
    Arrays.fill(high, second);
    return new UniformBox(low, high);
  }

  /** Reads the option. */
  static final class Converter implements ITypeConverter<NoiseOption> {
    @Override
    public NoiseOption convert(String text) {
      Matcher form = FORM.matcher(text);
      if (form.matches()) {
        boolean normal = form.group(1).equals("normal");
        try {
          float first = Float.parseFloat(form.group(2));
          float second = Float.parseFloat(form.group(3));
          boolean proper = normal ? second > 0 : second > first;
          if (proper && Float.isFinite(first) && Float.isFinite(second)) {
            return new NoiseOption(text, normal, first, second);
          }
        } catch (NumberFormatException e) {
          // Falls through to the one message for all that is wrong.
        }
      }
      throw new TypeConversionException(
          "'"
              + text
              + "' is neither normal:MEAN,SD with a positive SD nor uniform:LO,HI with LO below"
              + " HI");
    }
  }
}
