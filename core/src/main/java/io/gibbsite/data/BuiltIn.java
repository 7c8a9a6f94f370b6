package io.gibbsite.data;

import io.gibbsite.math.FloatMath;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Densities on the plane that are drawn from exactly and known in closed form or as a
 * one-dimensional integral, with standard deviations near 1.
 *
 * <p>Sample {@code i} is drawn at (DATA, 0, i): two uniform numbers {@code u}, {@code w} from block
 * 0, two normal ones {@code n} from block 1. {@code turn(t)} is {@code (cos 2 pi t, sin 2 pi t)}.
 */
public enum BuiltIn {
  /**
   * Two half circles of radius 1.4 round (-0.7, -0.35), upper half, and (0.7, 0.35), lower half,
   * each with weight 1/2, plus normal noise of sd 0.14.
   */
  TWO_MOONS {
    @Override
    void draw(float u, float w, float nx, float ny, float[] x, int offset) {
      float side = u < 0.5f ? 1f : -1f;
      x[offset] = side * Math.fma(1.4f, FloatMath.cosTurn(0.5f * w), -0.7f) + 0.14f * nx;
      x[offset + 1] = side * Math.fma(1.4f, FloatMath.sinTurn(0.5f * w), -0.35f) + 0.14f * ny;
    }

    @Override
    public double logDensity(double x, double y) {
      // The lower moon is the upper one turned by half a turn round the origin.
      return logMean(
          arc(x + 0.7, y + 0.35, 1.4, 0.5, 0.14), arc(0.7 - x, 0.35 - y, 1.4, 0.5, 0.14));
    }
  },

  /** Eight normal densities of sd 0.14 at {@code 1.4 turn(k / 8)}, each with weight 1/8. */
  EIGHT_GAUSSIANS {
    @Override
    void draw(float u, float w, float nx, float ny, float[] x, int offset) {
      float turn = (int) (8 * u) / 8f;
      x[offset] = Math.fma(1.4f, FloatMath.cosTurn(turn), 0.14f * nx);
      x[offset + 1] = Math.fma(1.4f, FloatMath.sinTurn(turn), 0.14f * ny);
    }

    @Override
    public double logDensity(double x, double y) {
      double[] parts = new double[8];
      for (int k = 0; k < 8; k++) {
        double angle = Math.PI * k / 4;
        parts[k] = normal(x - 1.4 * Math.cos(angle), y - 1.4 * Math.sin(angle), 0.14);
      }
      return logMean(parts);
    }
  },

  /**
   * Three circles of radius 0.65, 1.3 and 1.95, each with weight 1/3, plus normal noise of sd 0.1.
   */
  RINGS {
    @Override
    void draw(float u, float w, float nx, float ny, float[] x, int offset) {
      float radius = 0.65f * (1 + (int) (3 * u));
      x[offset] = Math.fma(radius, FloatMath.cosTurn(w), 0.1f * nx);
      x[offset + 1] = Math.fma(radius, FloatMath.sinTurn(w), 0.1f * ny);
    }

    @Override
    public double logDensity(double x, double y) {
      return logMean(arc(x, y, 0.65, 1, 0.1), arc(x, y, 1.3, 1, 0.1), arc(x, y, 1.95, 1, 0.1));
    }
  },

  /**
   * Uniform on every other cell of a 4 x 4 board over [-1.75, 1.75) in each direction, the lower
   * left cell among them.
   */
  CHECKERBOARD {
    @Override
    void draw(float u, float w, float nx, float ny, float[] x, int offset) {
      // u tells the column and the place in it; of w the first half tells one of two cells.
      int column = (int) (4 * u);
      int cell = 2 * (int) (2 * w) + (column & 1);
      x[offset] = Math.fma(CELL, 4 * u - column, CELL * (column - 2));
      x[offset + 1] = Math.fma(CELL, 2 * w - (int) (2 * w), CELL * (cell - 2));
    }

    @Override
    public double logDensity(double x, double y) {
      int column = (int) Math.floor(x / CELL) + 2;
      int cell = (int) Math.floor(y / CELL) + 2;
      boolean inside = Math.min(x, y) >= -2 * CELL && Math.max(x, y) < 2 * CELL;
      return inside && (column + cell) % 2 == 0
          ? -Math.log(8 * CELL * CELL)
          : Double.NEGATIVE_INFINITY;
    }
  },

  /** The normal density with variances 1 and correlation 0.9. */
  CORRELATED_GAUSSIAN {
    @Override
    void draw(float u, float w, float nx, float ny, float[] x, int offset) {
      x[offset] = nx;
      x[offset + 1] = Math.fma(0.9f, nx, (float) Math.sqrt(1 - 0.81) * ny);
    }

    @Override
    public double logDensity(double x, double y) {
      double square = (x * x - 1.8 * x * y + y * y) / (1 - 0.81);
      return -0.5 * square - Math.log(2 * Math.PI * Math.sqrt(1 - 0.81));
    }
  };

  private static final float CELL = 0.875f;
  private static final int INTERVALS = 512;

  /** Writes a sample from two uniform and two normal numbers. */
  abstract void draw(float u, float w, float nx, float ny, float[] x, int offset);

  /** {@code log p(x, y)}, normalised; negative infinity outside. */
  public abstract double logDensity(double x, double y);

  /** The name in options and results, such as {@code two-moons}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The density of that label.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static BuiltIn of(String label) {
    for (BuiltIn density : values()) {
      if (density.label().equals(label)) {
        return density;
      }
    }
    throw new IllegalArgumentException(
        "there are no built-in data '"
            + label
            + "': "
            + Arrays.stream(values()).map(BuiltIn::label).collect(Collectors.joining(", ")));
  }

  /** The first n samples of a seed, float[n * 2]. */
  public float[] sample(int n, long seed) {
    float[] x = new float[Math.multiplyExact(2, n)];
    float[] uniforms = new float[2];
    float[] normals = new float[6];
    for (int i = 0; i < n; i++) {
      Draws.uniforms(seed, DrawStream.DATA, 0, i, uniforms, 0, 2);
      Draws.normals(seed, DrawStream.DATA, 0, i, normals, 0, 6);
      draw(uniforms[0], uniforms[1], normals[4], normals[5], x, 2 * i);
    }
    return x;
  }

  /** The same with its description. */
  public Dataset dataset(int n, long seed) {
    return new Dataset(sample(n, seed), n, 2, label());
  }

  /** The log-density of a centred isotropic normal. */
  private static double normal(double x, double y, double sd) {
    return -0.5 * (x * x + y * y) / (sd * sd) - Math.log(2 * Math.PI * sd * sd);
  }

  /**
   * The log-density of {@code radius turn(t)} plus isotropic normal noise, with t uniform on [0,
   * turns]: the mean of the normal density over the arc, by Simpson's rule. Intervals are far
   * narrower than the noise, so that its error is about 1e-7 of the density.
   */
  private static double arc(double x, double y, double radius, double turns, double sd) {
    double[] exponents = new double[INTERVALS + 1];
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i <= INTERVALS; i++) {
      double angle = 2 * Math.PI * turns * i / INTERVALS;
      double dx = x - radius * Math.cos(angle);
      double dy = y - radius * Math.sin(angle);
      exponents[i] = -0.5 * (dx * dx + dy * dy) / (sd * sd);
      largest = Math.max(largest, exponents[i]);
    }
    double sum = 0;
    for (int i = 0; i <= INTERVALS; i++) {
      double weight = i == 0 || i == INTERVALS ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * Math.exp(exponents[i] - largest);
    }
    return normal(0, 0, sd) + largest + Math.log(sum / (3 * INTERVALS));
  }

  /** {@code log mean exp}, without overflow. */
  private static double logMean(double... logs) {
    double largest = Arrays.stream(logs).max().orElseThrow();
    double sum = 0;
    for (double log : logs) {
      sum += Math.exp(log - largest);
    }
    return largest + Math.log(sum / logs.length);
  }
}
