package io.gibbsite.sampler;

/**
 * Stein variational gradient descent: particles that move along the direction in which, among those
 * of a kernel's space, they approach the target fastest. No random numbers.
 *
 * <pre>
 *   s_i   = 0.9 s_i + 0.1 phi_i^2                   at first phi_i^2; phi of {@link SteinDirection}
 *   x_i  &lt;- x_i + e phi_i / (1e-6 + sqrt(s_i))      by component
 * </pre>
 *
 * <p>One gradient pass and n^2 kernels a step. The particles are one sample together: they are no
 * chains, and R-hat says nothing of them. Source: Liu and Wang, "Stein variational gradient
 * descent", NeurIPS 2016.
 */
public final class Svgd extends Sampler {
  private static final float MEMORY = 0.9f;
  private static final float FLOOR = 1e-6f;

  private final float stepSize;
  private final SteinDirection rule;
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
    if (!(stepSize > 0 && Float.isFinite(stepSize))) {
      throw new IllegalArgumentException("the step size must be positive, not " + stepSize);
    }
    this.stepSize = stepSize;
    rule = new SteinDirection(rows, columns, settings.workers());
    direction = new float[rows * columns];
    squares = new float[rows * columns];
  }

  @Override
  void move(long address) {
    rule.compute(x, gradient, beta[0], direction);
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

  @Override
  public float stepSize() {
    return stepSize;
  }
}
