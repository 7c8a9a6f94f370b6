package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Backend;
import io.gibbsite.density.Gaussian;
import io.gibbsite.objective.SigmoidNce;
import org.junit.jupiter.api.Test;

/**
 * The gradients of a network whose sums over rows fill the caches, over more rows than a backend
 * keeps at once: backends may sum them in another way than those of small networks.
 */
public abstract class LargeMlpContract {
  private static final MlpShape SHAPE = MlpShape.of(Activation.TANH, 300, 420, 12);
  private static final MlpParameters PARAMETERS = Samples.model(SHAPE, true, 11);
  private static final int COUNT = SHAPE.parameterCount();
  private static final int D = SHAPE.inputs();
  private static final SigmoidNce NCE = new SigmoidNce(2, Gaussian.isotropic(D, 0, 1.2f));

  /** Rows in no whole number of blocks, with the noise rows in two sums of 8 blocks each. */
  private static final int ROWS = 701;

  /** The backend under test. */
  protected abstract Backend backend(int threads);

  @Test
  void gradientsAreThoseOfTheFormulas() {
    float[] x = Samples.input(ROWS * D, 1, 1);
    float[] v = Samples.input(ROWS * D, 1, 2);
    float[] noise = Samples.input(2 * ROWS * D, 1, 3);
    float[] w = Samples.input(ROWS, 1, 4);
    float[] a = Samples.input(ROWS, 1, 5);
    int fewer = 140;
    MlpDouble exact = new MlpDouble(PARAMETERS);
    try (Backend backend = backend(2);
        MlpSession session = open(backend);
        MlpSession scalar = new MlpScalar(SHAPE, ROWS)) {
      scalar.setParameters(PARAMETERS);
      float[] got = Samples.output(COUNT);
      float[] plain = new float[COUNT];
      session.parameterGradient(x, w, ROWS, got);
      scalar.parameterGradient(x, w, ROWS, plain);
      double[] sum = new double[COUNT];
      exact.parameterGradient(Samples.wide(x, ROWS * D), Samples.wide(w, ROWS), ROWS, sum);
      Tolerance.check("parameter", Samples.written(got), plain, sum, Tolerance.scale(sum));

      session.directionalParameterGradient(x, v, w, a, w, fewer, got);
      scalar.directionalParameterGradient(x, v, w, a, w, fewer, plain);
      double[] directional = new double[COUNT];
      exact.directionalParameterGradient(
          Samples.wide(x, fewer * D),
          Samples.wide(v, fewer * D),
          Samples.wide(w, fewer),
          Samples.wide(a, fewer),
          Samples.wide(w, fewer),
          fewer,
          directional);
      double scale = Tolerance.scale(directional);
      Tolerance.check("directional", Samples.written(got), plain, directional, scale);

      int columns = D - 1;
      double[] score = new double[COUNT];
      double error = session.scoreMatching(x, v, columns, w, fewer, got);
      double plainError = scalar.scoreMatching(x, v, columns, w, fewer, plain);
      double exactError = exact.scoreMatching(x, v, columns, w, fewer, score);
      Tolerance.check("score error", error, plainError, exactError, Math.max(1, exactError));
      double scoreScale = Tolerance.scale(score);
      Tolerance.check("score matching", Samples.written(got), plain, score, scoreScale);

      float[] nce = Samples.output(COUNT + 1);
      float[] plainNce = new float[COUNT + 1];
      double[] exactNce = new double[COUNT + 1];
      double loss = session.nce(NCE, 0.3f, x, ROWS, noise, nce);
      double plainLoss = scalar.nce(NCE, 0.3f, x, ROWS, noise, plainNce);
      double exactLoss = exact.nce(NCE, 0.3f, x, ROWS, noise, exactNce);
      Tolerance.check("loss", loss, plainLoss, exactLoss, 3 * Math.max(1, exactLoss));
      double nceScale = 3 * Tolerance.scale(exactNce);
      Tolerance.check("NCE", Samples.written(nce), plainNce, exactNce, nceScale);
    }
  }

  @Test
  void sameBitsForAnyNumberOfThreads() {
    float[][] one = gradients(1);
    for (int threads : new int[] {2, 5}) {
      float[][] more = gradients(threads);
      for (int i = 0; i < one.length; i++) {
        assertThat(more[i]).isEqualTo(one[i]);
      }
    }
  }

  private float[][] gradients(int threads) {
    float[] x = Samples.input(ROWS * D, 1, 1);
    float[] v = Samples.input(ROWS * D, 1, 2);
    float[] w = Samples.input(ROWS, 1, 4);
    float[][] gradients = new float[6][COUNT + 1];
    try (Backend backend = backend(threads);
        MlpSession session = open(backend)) {
      session.parameterGradient(x, w, ROWS, gradients[0]);
      session.directionalParameterGradient(x, v, w, w, w, ROWS, gradients[1]);
      double loss = session.nce(NCE, 0.3f, x, ROWS, 7, 8, gradients[2]);
      gradients[3] = new float[] {(float) loss, (float) (loss - (float) loss)};
      loss = session.scoreMatching(x, v, D, w, ROWS, gradients[4]);
      gradients[5] = new float[] {(float) loss, (float) (loss - (float) loss)};
    }
    return gradients;
  }

  @Test
  void heldRowsAndChainsGiveTheSameBits() {
    float[] x = Samples.input(ROWS * D, 1, 1);
    float[] w = Samples.input(ROWS, 1, 4);
    float[][] expected = new float[2][COUNT + 1];
    float[][] got = new float[2][COUNT + 1];
    SigmoidNce nce = new SigmoidNce(1, Gaussian.isotropic(D, 0, 1.2f));
    try (Backend backend = backend(2);
        MlpSession session = open(backend)) {
      session.parameterGradient(x, w, ROWS, expected[0]);
      double loss = session.nce(nce, 0.3f, x, ROWS, x, expected[1]);
      session.setChains(x, ROWS);
      try (HeldRows held = session.hold(x, ROWS)) {
        session.parameterGradient(held, w, got[0]);
        assertThat(session.nce(nce, 0.3f, held, session.chainRows(), got[1])).isEqualTo(loss);
        assertThat(got).isDeepEqualTo(expected);
        session.parameterGradient(session.chainRows(), w, got[0]);
        assertThat(session.nce(nce, 0.3f, session.chainRows(), held, got[1])).isEqualTo(loss);
        assertThat(got).isDeepEqualTo(expected);
      }
    }
  }

  private static MlpSession open(Backend backend) {
    MlpSession session = backend.open(SHAPE, ROWS);
    session.setParameters(PARAMETERS);
    return session;
  }
}
