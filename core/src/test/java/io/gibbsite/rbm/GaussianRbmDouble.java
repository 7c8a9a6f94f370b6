package io.gibbsite.rbm;

/**
 * The formulas of {@link GaussianRbm} in double, row by row, with the weights as they are or
 * rounded.
 */
final class GaussianRbmDouble {
  private final GaussianRbmParameters parameters;
  private final int visible;
  private final int hidden;
  private final FixedPointWeights rounded;

  private GaussianRbmDouble(GaussianRbmParameters parameters, boolean round) {
    this.parameters = parameters;
    visible = parameters.shape().visible();
    hidden = parameters.shape().hidden();
    rounded = round ? new FixedPointWeights(parameters.shape().units()) : null;
    if (round) {
      rounded.round(parameters.values());
    }
  }

  static GaussianRbmDouble exact(GaussianRbmParameters parameters) {
    return new GaussianRbmDouble(parameters, false);
  }

  /** The model that sessions sample. */
  static GaussianRbmDouble rounded(GaussianRbmParameters parameters) {
    return new GaussianRbmDouble(parameters, true);
  }

  double weight(int i, int j) {
    return rounded == null
        ? parameters.weight(i, j)
        : (double) rounded.q()[i * hidden + j] * rounded.scale();
  }

  double sd(int i) {
    return parameters.visibleSd(i);
  }

  double hiddenInput(float[] v, int row, int j) {
    double a = parameters.hiddenBias(j);
    for (int i = 0; i < visible; i++) {
      a += v[row * visible + i] / sd(i) * weight(i, j);
    }
    return a;
  }

  double visibleMean(byte[] h, int row, int i) {
    double y = 0;
    for (int j = 0; j < hidden; j++) {
      y += h[row * hidden + j] * weight(i, j);
    }
    return parameters.visibleBias(i) + sd(i) * y;
  }

  /** {@code F_beta} of the card's annealing; at beta = 1 the free energy. */
  double freeEnergy(float[] v, int row, double beta, float[] base) {
    double energy = 0;
    for (int i = 0; i < visible; i++) {
      double d = (v[row * visible + i] - (double) parameters.visibleBias(i)) / sd(i);
      double e = base == null ? 0 : (v[row * visible + i] - (double) base[i]) / sd(i);
      energy += 0.5 * (beta * d * d + (1 - beta) * e * e);
    }
    for (int j = 0; j < hidden; j++) {
      energy -= RbmDouble.softplus(beta * hiddenInput(v, row, j));
    }
    return energy;
  }

  double freeEnergy(float[] v, int row) {
    return freeEnergy(v, row, 1, null);
  }

  /** {@code E(v, h)} as it is written. */
  double energy(double[] v, byte[] h) {
    double energy = 0;
    for (int i = 0; i < visible; i++) {
      double d = v[i] - parameters.visibleBias(i);
      energy += d * d / (2 * sd(i) * sd(i));
      for (int j = 0; j < hidden; j++) {
        energy -= v[i] / sd(i) * weight(i, j) * h[j];
      }
    }
    for (int j = 0; j < hidden; j++) {
      energy -= parameters.hiddenBias(j) * (double) h[j];
    }
    return energy;
  }

  /** {@code -U(h)}: the hidden state's log-weight with the visible units integrated out. */
  double logWeight(byte[] h) {
    double sum = 0;
    for (int j = 0; j < hidden; j++) {
      sum += parameters.hiddenBias(j) * (double) h[j];
    }
    for (int i = 0; i < visible; i++) {
      double b = parameters.visibleBias(i) / sd(i);
      double y = visibleMean(h, 0, i) / sd(i) - b;
      sum += (b + y / 2) * y + Math.log(sd(i) * Math.sqrt(2 * Math.PI));
    }
    return sum;
  }
}
