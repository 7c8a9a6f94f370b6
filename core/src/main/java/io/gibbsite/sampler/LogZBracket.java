package io.gibbsite.sampler;

/**
 * An interval for {@code log Z}: from the least that either estimate allows to the greatest, with
 * {@link LogZEstimate#INTERVAL} standard errors to each side. Where AIS is low and reverse AIS is
 * high, these are the lower end of the one and the upper end of the other.
 *
 * @param lower end
 * @param upper end
 * @param forward the AIS estimate
 * @param reverse the reverse AIS estimate
 */
public record LogZBracket(double lower, double upper, LogZEstimate forward, LogZEstimate reverse) {
  /** The hull of both intervals. */
  public static LogZBracket of(LogZEstimate forward, LogZEstimate reverse) {
    return new LogZBracket(
        Math.min(forward.low(), reverse.low()),
        Math.max(forward.high(), reverse.high()),
        forward,
        reverse);
  }
}
