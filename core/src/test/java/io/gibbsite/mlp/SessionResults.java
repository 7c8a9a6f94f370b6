package io.gibbsite.mlp;

import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.sampler.Langevin;
import java.util.Arrays;

/** The results of a session, to be compared with those of another. */
final class SessionResults {
  private SessionResults() {}

  /** Every result of a session. */
  static float[][] of(MlpSession session, int n) {
    int d = session.shape().inputs();
    int count = session.shape().parameterCount();
    float[] x = Samples.input(n * d, 1, 1);
    float[] v = Samples.input(n * d, 1, 2);
    float[] w = Samples.input(n, 1, 3);
    float[][] rows = ofRows(session, x, v, n, d);
    float[][] got = Arrays.copyOf(rows, rows.length + 7);
    float[] parameter = Samples.output(count);
    session.parameterGradient(x, w, n, parameter);
    got[5] = Samples.written(parameter);
    float[] directional = Samples.output(count);
    session.directionalParameterGradient(x, v, w, w, w, n, directional);
    got[6] = Samples.written(directional);
    float[] nce = Samples.output(count + 1);
    double loss = session.nce(new SigmoidNce(2, Samples.noises(d).get(1)), 0.1f, x, n, 3, 4, nce);
    got[7] = Samples.written(nce);
    got[8] = new float[] {(float) loss, (float) (loss - (float) loss)};
    float[] energies = Samples.output(2 * n);
    session.langevin(Langevin.steps(2), 4, energies);
    got[9] = Samples.written(energies);
    float[] score = Samples.output(count);
    loss = session.scoreMatching(x, v, d, w, n, score);
    got[10] = Samples.written(score);
    got[11] = new float[] {(float) loss, (float) (loss - (float) loss)};
    return got;
  }

  /** Energy, input gradient, slope, curvature, and chains after three steps with clip and box. */
  static float[][] ofRows(MlpSession session, float[] x, float[] v, int n, int d) {
    float[][] got = {
      Samples.output(n),
      Samples.output(n * d),
      Samples.output(n),
      Samples.output(n),
      Samples.output(n * d)
    };
    session.inputGradient(x, n, got[0], got[1]);
    session.directional(x, v, n, null, got[2], got[3]);
    session.setChains(x, n);
    session.langevin(Langevin.steps(3).clip(1f).box(-2f, 2f), 4);
    session.readChains(got[4]);
    for (int i = 0; i < got.length; i++) {
      got[i] = Samples.written(got[i]);
    }
    return got;
  }
}
