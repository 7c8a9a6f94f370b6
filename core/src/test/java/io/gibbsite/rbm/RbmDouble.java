package io.gibbsite.rbm;

/** The formulas of {@link Rbm} in double, row by row, with the weights as they are or rounded. */
final class RbmDouble {
  private final RbmParameters parameters;
  private final RbmShape shape;
  private final FixedPointWeights rounded;

  private RbmDouble(RbmParameters parameters, FixedPointWeights rounded) {
    this.parameters = parameters;
    this.shape = parameters.shape();
    this.rounded = rounded;
  }

  static RbmDouble exact(RbmParameters parameters) {
    return new RbmDouble(parameters, null);
  }

  /** The model that sessions sample. */
  static RbmDouble rounded(RbmParameters parameters) {
    return new RbmDouble(parameters, FixedPointWeights.of(parameters));
  }

  double weight(int i, int j) {
    return rounded == null
        ? parameters.weight(i, j)
        : (double) rounded.q()[i * shape.hidden() + j] * rounded.scale();
  }

  double energy(byte[] v, int row, byte[] h) {
    double energy = 0;
    for (int i = 0; i < shape.visible(); i++) {
      for (int j = 0; j < shape.hidden(); j++) {
        energy -= weight(i, j) * v[row * shape.visible() + i] * h[j];
      }
      energy -= parameters.visibleBias(i) * (double) v[row * shape.visible() + i];
    }
    for (int j = 0; j < shape.hidden(); j++) {
      energy -= parameters.hiddenBias(j) * (double) h[j];
    }
    return energy;
  }

  double hiddenInput(byte[] v, int row, int j) {
    double a = parameters.hiddenBias(j);
    for (int i = 0; i < shape.visible(); i++) {
      a += v[row * shape.visible() + i] * weight(i, j);
    }
    return a;
  }

  double visibleInput(byte[] h, int row, int i) {
    double a = parameters.visibleBias(i);
    for (int j = 0; j < shape.hidden(); j++) {
      a += h[row * shape.hidden() + j] * weight(i, j);
    }
    return a;
  }

  /** {@code F_beta} of the card's annealing; at beta = 1 the free energy. */
  double freeEnergy(byte[] v, int row, double beta, float[] base) {
    double energy = 0;
    for (int i = 0; i < shape.visible(); i++) {
      double bias = beta * parameters.visibleBias(i);
      if (base != null) {
        bias += (1 - beta) * base[i];
      }
      energy -= v[row * shape.visible() + i] * bias;
    }
    for (int j = 0; j < shape.hidden(); j++) {
      energy -= softplus(beta * hiddenInput(v, row, j));
    }
    return energy;
  }

  double freeEnergy(byte[] v, int row) {
    return freeEnergy(v, row, 1, null);
  }

  static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
