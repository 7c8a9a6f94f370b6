package io.gibbsite.data;

import io.gibbsite.io.NdArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Shifts and scales columns to mean 0 and standard deviation 1: {@code y = (x - mean) / sd}.
 *
 * @param mean float[d]
 * @param sd float[d], positive
 */
public record Standardiser(float[] mean, float[] sd) {
  private static final String MEAN = "standardise.mean";
  private static final String SD = "standardise.sd";

  public Standardiser {
    if (mean.length != sd.length || mean.length == 0) {
      throw new IllegalArgumentException(mean.length + " means and " + sd.length + " deviations");
    }
    for (int j = 0; j < sd.length; j++) {
      if (!(sd[j] > 0) || !Float.isFinite(sd[j]) || !Float.isFinite(mean[j])) {
        throw new IllegalArgumentException(
            "column %d has mean %s and standard deviation %s".formatted(j, mean[j], sd[j]));
      }
    }
  }

  /**
   * The means and deviations of these rows.
   *
   * @throws IllegalArgumentException if a column is constant or not finite
   */
  public static Standardiser fit(Dataset data) {
    int columns = data.columns();
    int rows = data.rows();
    double[] sum = new double[columns];
    for (int i = 0; i < rows * columns; i++) {
      sum[i % columns] += data.values()[i];
    }
    double[] squares = new double[columns];
    for (int i = 0; i < rows * columns; i++) {
      double centred = data.values()[i] - sum[i % columns] / rows;
      squares[i % columns] += centred * centred;
    }
    float[] mean = new float[columns];
    float[] sd = new float[columns];
    for (int j = 0; j < columns; j++) {
      mean[j] = (float) (sum[j] / rows);
      sd[j] = (float) Math.sqrt(squares[j] / rows);
      if (!(sd[j] > 1e-8f * Math.abs(mean[j])) || !Float.isFinite(sd[j])) {
        throw new IllegalArgumentException(
            "%s: column %d (from 0) is constant or not finite (mean %s, sd %s): drop it, add jitter, or do not standardise"
                .formatted(data.description(), j, mean[j], sd[j]));
      }
    }
    return new Standardiser(mean, sd);
  }

  public int columns() {
    return mean.length;
  }

  /** Standardises rows in place; x is float[rows * d]. */
  public void apply(float[] x, int rows) {
    for (int i = 0; i < rows * mean.length; i++) {
      x[i] = (x[i] - mean[i % mean.length]) / sd[i % mean.length];
    }
  }

  /** Undoes {@link #apply} in place, up to rounding. */
  public void invert(float[] x, int rows) {
    for (int i = 0; i < rows * mean.length; i++) {
      x[i] = Math.fma(x[i], sd[i % mean.length], mean[i % mean.length]);
    }
  }

  /**
   * {@code log |dy/dx|}: what to add to a log-density of standardised rows to have that of the
   * rows.
   */
  public double logJacobian() {
    double sum = 0;
    for (float s : sd) {
      sum -= Math.log(s);
    }
    return sum;
  }

  /** The tensors {@code standardise.mean} and {@code standardise.sd}, which a run saves. */
  public Map<String, NdArray> tensors() {
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    tensors.put(MEAN, NdArray.of(mean, mean.length));
    tensors.put(SD, NdArray.of(sd, sd.length));
    return tensors;
  }

  /**
   * The standardiser among these tensors, or null if there is none.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  public static Standardiser from(Map<String, NdArray> tensors) {
    if (!tensors.containsKey(MEAN) && !tensors.containsKey(SD)) {
      return null;
    }
    if (!tensors.containsKey(MEAN) || !tensors.containsKey(SD)) {
      throw new IllegalArgumentException("one of " + MEAN + " and " + SD + " is missing");
    }
    return new Standardiser(tensors.get(MEAN).floats(), tensors.get(SD).floats());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Standardiser that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(sd, that.sd);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(sd);
  }
}
