package io.gibbsite.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Workers;
import io.gibbsite.random.DrawStream;
import io.gibbsite.target.Target;

/** Exact draws of targets, and how far a sample is from their moments. */
final class Exact {
  static final Workers ALONE = new Workers(1, "test");
  static final SamplerSettings SETTINGS = new SamplerSettings(1, 11, ALONE);

  /**
   * Standard errors that a figure may be off. For a normal figure that has a probability of 4e-8;
   * the tests here look at some twenty of them each, 8e-7 together.
   */
  static final double ERRORS = 5.5;

  private Exact() {}

  static float[] draws(Target target, int n) {
    float[] x = new float[n * target.columns()];
    for (int i = 0; i < n; i++) {
      target.sample(3, DrawStream.INITIAL_STATE, i, x, i * target.columns());
    }
    return x;
  }

  /** The largest error of a mean or a variance, in standard errors of n independent rows. */
  static double error(Target target, float[] x, int n) {
    int d = target.columns();
    double worst = 0;
    for (int c = 0; c < target.momentColumns(); c++) {
      double[] moments = new double[5];
      for (int i = 0; i < n; i++) {
        double z = (x[i * d + c] - target.mean(c)) / target.deviation(c);
        moments[1] += z / n;
        moments[2] += z * z / n;
        moments[4] += z * z * z * z / n;
      }
      double spread = Math.sqrt((moments[4] - moments[2] * moments[2]) / n);
      worst = Math.max(worst, Math.abs(moments[1]) * Math.sqrt(n));
      worst = Math.max(worst, Math.abs(moments[2] - 1) / spread);
    }
    return worst;
  }

  static float[] states(Sampler sampler) {
    float[] x = new float[sampler.chains() * sampler.columns];
    sampler.readChains(x);
    return x;
  }

  static double meanAcceptance(Sampler sampler) {
    float[] acceptance = new float[sampler.chains()];
    assertThat(sampler.readAcceptance(acceptance)).isTrue();
    double sum = 0;
    for (float a : acceptance) {
      sum += a;
    }
    return sum / acceptance.length;
  }
}
