package io.gibbsite.sampler;

import io.gibbsite.math.FloatMath;
import io.gibbsite.math.RowColumns;

/**
 * Stein variational gradient descent: particles that move along the direction in which, among those
 * of a kernel's space, they approach the target fastest. No random numbers.
 *
 * <pre>
 *   k_ij  = exp(-|x_i - x_j|^2 / h),  h = median of |x_i - x_j|^2 / log n
 *   phi_i = mean_j [ -beta k_ij g(x_j) + (2 / h) k_ij (x_i - x_j) ]         g = dE/dx
 *   s_i   = 0.9 s_i + 0.1 phi_i^2                                           at first phi_i^2
 *   x_i  &lt;- x_i + e phi_i / (1e-6 + sqrt(s_i))                              by component
 * </pre>
 *
 * <p>One gradient pass and n^2 kernels of 3 d operations a step, in blocks, each sum in the order
 * of j. The median is of at most 256 particles, taken evenly. The particles are one sample
 * together: they are no chains, and R-hat says nothing of them. Source: Liu and Wang, "Stein
 * variational gradient descent", NeurIPS 2016.
 */
public final class Svgd extends Sampler {
  private static final int MEDIAN_ROWS = 256;
  private static final float MEMORY = 0.9f;
  private static final float FLOOR = 1e-6f;

  private final float stepSize;
  private final RowColumns points;
  final float[] direction;
  private final float[] squares;

  /**
   * @param start float[particles * columns], row-major; copied
   * @param particles at least 2
   * @param stepSize e, positive
   */
  public Svgd(
      EnergyFunction target,
      float[] start,
      int particles,
      float stepSize,
      SamplerSettings settings) {
    super(target, start, particles, settings.single("SVGD"));
    if (particles < 2) {
      throw new IllegalArgumentException("SVGD needs at least 2 particles, not " + particles);
    }
    if (!(stepSize > 0 && Float.isFinite(stepSize))) {
      throw new IllegalArgumentException("the step size must be positive, not " + stepSize);
    }
    this.stepSize = stepSize;
    points = new RowColumns(x, rows, columns);
    direction = new float[rows * columns];
    squares = new float[rows * columns];
  }

  @Override
  void move(long address) {
    points.set(x);
    double median = RowColumns.medianSquaredDistance(x, rows, columns, MEDIAN_ROWS);
    // Where half of the particles are in one place, any width does.
    float h = median > 0 ? (float) (median / Math.log(rows)) : 1;
    forBlocks((from, to) -> direct(from, to, h));
    boolean first = address == 0;
    forRows(
        i -> {
          for (int k = i * columns; k < (i + 1) * columns; k++) {
            float square = direction[k] * direction[k];
            squares[k] = first ? square : MEMORY * squares[k] + (1 - MEMORY) * square;
            float scale = FLOOR + (float) Math.sqrt(squares[k]);
            x[k] = Math.fma(stepSize, direction[k] / scale, x[k]);
          }
        });
    gradientAt(x, energy, gradient);
  }

  /** phi of rows from .. to - 1. */
  private void direct(int from, int to, float h) {
    int count = to - from;
    float[] kernel = new float[count];
    float[] sums = new float[columns * count];
    for (int j = 0; j < rows; j++) {
      points.squaredDistances(x, j * columns, from, to, kernel);
      for (int i = 0; i < count; i++) {
        kernel[i] = FloatMath.exp(-kernel[i] / h);
      }
      for (int c = 0; c < columns; c++) {
        float pull = -beta[j] * gradient[j * columns + c];
        points.addKernel(c, x[j * columns + c], 2 / h, pull, kernel, from, count, sums, c * count);
      }
    }
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < columns; c++) {
        direction[(from + i) * columns + c] = sums[c * count + i] / rows;
      }
    }
  }

  @Override
  public float stepSize() {
    return stepSize;
  }
}
