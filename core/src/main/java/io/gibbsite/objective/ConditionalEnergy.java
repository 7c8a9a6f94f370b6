package io.gibbsite.objective;

import io.gibbsite.sampler.NoisyEnergy;

/**
 * A noise-conditional energy, made of one network {@code e} with the noise level as a further
 * input: its maths card.
 *
 * <pre>
 *   c(sigma) = sqrt(s^2 + sigma^2)
 *   N1  u = ((x - m) / c, log(sigma) / 4)                                          [B, d + 1]
 *   N2  E(x, sigma) = |x - m|^2 / (2 c^2) + (s / sigma) e(u)                        [B]
 *   N3  dE/dx = (x - m) / c^2 + s / (sigma c) de/du, its last component left out    [B, d]
 * </pre>
 *
 * <p>The first term of N2 is the energy of noisy data that are normal with mean {@code m} and
 * deviation {@code s}: all that matters where the noise is large. The factors of u and e keep what
 * the network takes and gives near 1 at every level, so that one network serves deviations that
 * differ by orders of magnitude. Passes of {@code e} are used as they are. The energy is of p(x) up
 * to a constant for each sigma: it has no {@code log Z} over levels. Source of the factors: Karras,
 * Aittala, Aila and Laine, "Elucidating the design space of diffusion-based generative models",
 * NeurIPS 2022, table 1, as those of an energy.
 *
 * <p>An instance keeps its scratch: it is used by one thread at a time.
 */
public final class ConditionalEnergy implements NoisyEnergy {
  private final EnergyPasses network;
  private final float[] mean;
  private final float dataSd;
  private float sigma;
  private float[] inputs = {};
  private float[] slopes = {};

  /**
   * @param network e, of one more column than the data
   * @param mean m, float[d]; not copied
   * @param dataSd s, positive
   */
  public ConditionalEnergy(EnergyPasses network, float[] mean, float dataSd) {
    if (network.columns() != mean.length + 1) {
      throw new IllegalArgumentException(
          "a network of %d columns for data of %d and a noise level"
              .formatted(network.columns(), mean.length));
    }
    if (!(dataSd > 0 && Float.isFinite(dataSd))) {
      throw new IllegalArgumentException("the data's deviation must be positive, not " + dataSd);
    }
    this.network = network;
    this.mean = mean;
    this.dataSd = dataSd;
    sigma = dataSd;
  }

  @Override
  public void sigma(float deviation) {
    if (!(deviation > 0 && Float.isFinite(deviation))) {
      throw new IllegalArgumentException("sigma must be positive, not " + deviation);
    }
    sigma = deviation;
  }

  @Override
  public int columns() {
    return mean.length;
  }

  /** {@code c(sigma)}. */
  float width(float deviation) {
    return (float) Math.hypot(dataSd, deviation);
  }

  float dataSd() {
    return dataSd;
  }

  /** N1 for one row. */
  void input(float[] x, int xAt, float deviation, float[] u, int uAt) {
    int d = mean.length;
    float scale = 1 / width(deviation);
    for (int j = 0; j < d; j++) {
      u[uAt + j] = (x[xAt + j] - mean[j]) * scale;
    }
    u[uAt + d] = (float) (0.25 * Math.log(deviation));
  }

  private void inputs(float[] x, int rows) {
    int d = mean.length;
    inputs = Scratch.atLeast(inputs, rows * (d + 1));
    for (int i = 0; i < rows; i++) {
      input(x, i * d, sigma, inputs, i * (d + 1));
    }
  }

  @Override
  public void energy(float[] x, int rows, float[] energy) {
    inputs(x, rows);
    network.energy(inputs, rows, energy);
    finishEnergy(rows, energy);
  }

  /** N2: |x - m| / c is in the inputs. */
  private void finishEnergy(int rows, float[] energy) {
    int d = mean.length;
    for (int i = 0; i < rows; i++) {
      double square = 0;
      for (int j = 0; j < d; j++) {
        double u = inputs[i * (d + 1) + j];
        square += u * u;
      }
      energy[i] = (float) (0.5 * square + dataSd / sigma * energy[i]);
    }
  }

  @Override
  public void inputGradient(float[] x, int rows, float[] energy, float[] gradient) {
    int d = mean.length;
    inputs(x, rows);
    slopes = Scratch.atLeast(slopes, rows * (d + 1));
    network.inputGradient(inputs, rows, energy, slopes);
    if (energy != null) {
      finishEnergy(rows, energy);
    }
    float c = width(sigma);
    float factor = dataSd / (sigma * c);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < d; j++) { // N3
        int k = i * (d + 1) + j;
        gradient[i * d + j] = Math.fma(factor, slopes[k], inputs[k] / c);
      }
    }
  }
}
