package io.gibbsite.mlp;

import io.gibbsite.math.FloatMath;
import java.util.Locale;

/**
 * A hidden layer's activation {@code f}, with its first three derivatives from shared
 * sub-expressions.
 *
 * <pre>
 *   s = sigmoid(z), s1 = s (1 - s), s2 = s1 (1 - 2 s), s3 = s1 (1 - 6 s1)
 *   SiLU      f = z s          f' = s + z s1        f'' = 2 s1 + z s2        f''' = 3 s2 + z s3
 *   softplus  f = log(1 + e^z) f' = s               f'' = s1                 f''' = s2
 *   tanh      f = t            f' = q = 1 - t^2     f'' = -2 t q             f''' = q (6 t^2 - 2)
 *   GELU      f = z Phi        f' = Phi + z phi     f'' = phi (2 - z^2)      f''' = phi z (z^2 - 4)
 * </pre>
 *
 * <p>GELU is the exact one (normal distribution function), not its tanh approximation. Source:
 * Hendrycks and Gimpel, "Gaussian error linear units", 2016, which defines both SiLU and GELU.
 */
public enum Activation {
  SILU,
  SOFTPLUS,
  TANH,
  GELU;

  /** The name in files and options: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The activation of that label.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static Activation of(String label) {
    for (Activation activation : values()) {
      if (activation.label().equals(label)) {
        return activation;
      }
    }
    throw new IllegalArgumentException(
        "unknown activation '" + label + "': silu, softplus, tanh or gelu");
  }

  /** {@code f(z)}. */
  public float value(float z) {
    return switch (this) {
      case SILU -> z * FloatMath.sigmoid(z);
      case SOFTPLUS -> FloatMath.softplus(z);
      case TANH -> FloatMath.tanh(z);
      case GELU -> z * FloatMath.normalCdf(z, FloatMath.normalDensity(z));
    };
  }

  /** Writes {@code f, f', f'', f'''} at {@code z} to {@code jet[0 .. 3]}. */
  public void jet(float z, float[] jet) {
    jet[0] = value(z);
    switch (this) {
      case SILU, SOFTPLUS -> {
        float s = FloatMath.sigmoid(z);
        float s1 = s * (1f - s);
        float s2 = s1 * (1f - 2f * s);
        float s3 = s1 * (1f - 6f * s1);
        boolean silu = this == SILU;
        jet[1] = silu ? s + z * s1 : s;
        jet[2] = silu ? 2f * s1 + z * s2 : s1;
        jet[3] = silu ? 3f * s2 + z * s3 : s2;
      }
      case TANH -> {
        float t = jet[0];
        float q = 1f - t * t;
        jet[1] = q;
        jet[2] = -2f * t * q;
        jet[3] = q * (6f * t * t - 2f);
      }
      case GELU -> {
        float density = FloatMath.normalDensity(z);
        jet[1] = FloatMath.normalCdf(z, density) + z * density;
        jet[2] = density * (2f - z * z);
        jet[3] = density * z * (z * z - 4f);
      }
    }
  }

  /** {@code f(z)} in double precision. */
  public double value(double z) {
    return switch (this) {
      case SILU -> z / (1 + Math.exp(-z));
      case SOFTPLUS -> Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
      case TANH -> Math.tanh(z);
      case GELU -> z * NormalDistribution.cdf(z);
    };
  }

  /** Writes {@code f, f', f'', f'''} at {@code z} to {@code jet[0 .. 3]}, in double precision. */
  public void jet(double z, double[] jet) {
    jet[0] = value(z);
    switch (this) {
      case SILU, SOFTPLUS -> {
        double s = 1 / (1 + Math.exp(-z));
        double s1 = s * (1 / (1 + Math.exp(z)));
        double s2 = s1 * (1 - 2 * s);
        double s3 = s1 * (1 - 6 * s1);
        boolean silu = this == SILU;
        jet[1] = silu ? s + z * s1 : s;
        jet[2] = silu ? 2 * s1 + z * s2 : s1;
        jet[3] = silu ? 3 * s2 + z * s3 : s2;
      }
      case TANH -> {
        double t = jet[0];
        double q = 1 - t * t;
        jet[1] = q;
        jet[2] = -2 * t * q;
        jet[3] = q * (6 * t * t - 2);
      }
      case GELU -> {
        double density = NormalDistribution.density(z);
        jet[1] = NormalDistribution.cdf(z) + z * density;
        jet[2] = density * (2 - z * z);
        jet[3] = density * z * (z * z - 4);
      }
    }
  }
}
