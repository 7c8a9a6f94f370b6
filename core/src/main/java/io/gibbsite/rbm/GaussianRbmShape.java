package io.gibbsite.rbm;

/**
 * The units of a Gaussian-Bernoulli RBM, such as {@code 784x500}.
 *
 * <p>The parameters lie in one array: those of {@link RbmShape}, then {@code visible_sd [visible]}.
 *
 * @param units how many there are on either side
 */
public record GaussianRbmShape(RbmShape units) {
  /** So many units; see {@link RbmShape} for the limits. */
  public static GaussianRbmShape of(int visible, int hidden) {
    return new GaussianRbmShape(new RbmShape(visible, hidden));
  }

  public int visible() {
    return units.visible();
  }

  public int hidden() {
    return units.hidden();
  }

  /** Where the visible deviations begin. */
  public int visibleSdOffset() {
    return units.parameterCount();
  }

  public int parameterCount() {
    return units.parameterCount() + units.visible();
  }

  /** Such as {@code 784x500}. */
  @Override
  public String toString() {
    return units.toString();
  }
}
