package io.gibbsite.objective;

import io.gibbsite.density.Density;
import java.util.Arrays;

/**
 * InfoNCE, or ranking noise-contrastive estimation: each data row is to be told from its k noise
 * rows. It needs no {@code log Z}, and learns none.
 *
 * <pre>
 *   s(x) = -E(x) - log p_n(x)
 *   loss = -mean_i log p_i0,  p_i = softmax(s(x_i), s(x~_i1), .., s(x~_ik))     i = 1 .. N
 *   weights of dE: +(1 - p_i0) / N on data, -p_ij / N on noise
 * </pre>
 *
 * <p>Cost: an energy and a parameter-gradient pass over N (1 + k) rows. Source: Ma and Collins,
 * "Noise contrastive estimation and negative sampling for conditional models", 2018; van den Oord,
 * Li and Vinyals, "Representation learning with contrastive predictive coding", 2018.
 *
 * @param k noise rows for each data row, at least 1
 * @param noise the noise density {@code p_n}
 */
public record InfoNce(int k, Density noise) {
  public InfoNce {
    if (k < 1) {
      throw new IllegalArgumentException(
          "InfoNCE needs at least one noise row a data row, not k = " + k);
    }
  }

  /**
   * The loss with given noise, and its gradient.
   *
   * @param x float[n * d]
   * @param n at least 1
   * @param samples float[n * k * d]: the k noise rows of the first data row, then those of the next
   * @param gradient float[P], out, or null for the loss alone
   */
  public double loss(EnergyPasses energy, float[] x, int n, float[] samples, float[] gradient) {
    int d = energy.columns();
    float[] onData = new float[n];
    float[] onNoise = new float[n * k];
    energy.energy(x, n, onData);
    eachNoise(
        n,
        d,
        samples,
        (rows, first) -> {
          float[] part = new float[n];
          energy.energy(rows, n, part);
          System.arraycopy(part, 0, onNoise, first, n);
        });
    double loss = 0;
    double[] s = new double[k + 1];
    for (int i = 0; i < n; i++) {
      s[0] = -onData[i] - noise.logDensity(x, i * d);
      for (int j = 0; j < k; j++) {
        int row = i * k + j;
        s[j + 1] = -onNoise[row] - noise.logDensity(samples, row * d);
      }
      double largest = Arrays.stream(s).max().orElseThrow();
      double sum = 0;
      for (double score : s) {
        sum += Math.exp(score - largest);
      }
      loss += (largest + Math.log(sum) - s[0]) / n;
      // From here on these are weights.
      onData[i] = (float) ((1 - Math.exp(s[0] - largest) / sum) / n);
      for (int j = 0; j < k; j++) {
        onNoise[i * k + j] = (float) (-Math.exp(s[j + 1] - largest) / sum / n);
      }
    }
    if (gradient != null) {
      energy.parameterGradient(x, onData, n, gradient);
      float[] part = new float[energy.parameterCount()];
      eachNoise(
          n,
          d,
          samples,
          (rows, first) -> {
            energy.parameterGradient(rows, Arrays.copyOfRange(onNoise, first, first + n), n, part);
            for (int p = 0; p < part.length; p++) {
              gradient[p] += part[p];
            }
          });
    }
    return loss;
  }

  private interface Part {
    void on(float[] rows, int first);
  }

  /** Goes through the noise rows n at a time: a pass takes as many as there are data rows. */
  private void eachNoise(int n, int d, float[] samples, Part part) {
    for (int first = 0; first < n * k; first += n) {
      part.on(Arrays.copyOfRange(samples, first * d, (first + n) * d), first);
    }
  }
}
