package io.gibbsite.sampler;

/**
 * Adapts a step size during warm-up, so that the mean acceptance becomes the one aimed at.
 *
 * <pre>
 *   h_m      = (1 - 1 / (m + 10)) h_{m-1} + (aim - acceptance) / (m + 10)
 *   log e_m  = log(10 e_0) - sqrt(m) / 0.05 h_m                                tried next
 *   log e'_m = m^-0.75 log e_m + (1 - m^-0.75) log e'_{m-1}                    kept in the end
 * </pre>
 *
 * <p>Source: Hoffman and Gelman, "The No-U-Turn sampler", JMLR 15, 2014, section 3.2, with its
 * constants.
 */
final class DualAveraging {
  private static final double SHRINKAGE = 0.05;
  private static final double DELAY = 10;
  private static final double DECAY = 0.75;

  private final double aim;
  private final double centre;
  private double error;
  private double logStep;
  private double logAverage;
  private int count;

  DualAveraging(double firstStep, double aim) {
    this.aim = aim;
    centre = Math.log(10 * firstStep);
    logStep = Math.log(firstStep);
  }

  /** Takes the mean acceptance that {@link #stepSize} has had. */
  void update(double acceptance) {
    count++;
    double weight = 1 / (count + DELAY);
    error += weight * (aim - acceptance - error);
    logStep = centre - Math.sqrt(count) / SHRINKAGE * error;
    double share = Math.pow(count, -DECAY);
    logAverage += share * (logStep - logAverage);
  }

  /** The step size to try next. */
  float stepSize() {
    return (float) Math.exp(logStep);
  }

  /** The one to keep; the first one if there was no update. */
  float averaged() {
    return (float) Math.exp(count == 0 ? logStep : logAverage);
  }
}
