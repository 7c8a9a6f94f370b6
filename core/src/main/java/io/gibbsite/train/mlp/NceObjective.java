package io.gibbsite.train.mlp;

import io.gibbsite.density.Density;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.train.Checkpoint;

/** Noise-contrastive estimation with a fixed noise density; {@link SigmoidNce} has the formulas. */
public final class NceObjective implements MlpObjective {
  private final SigmoidNce nce;
  private MlpSession session;
  private long seed;

  public NceObjective(SigmoidNce nce) {
    this.nce = nce;
  }

  /**
   * The {@code c} to start from: with it, the mean of {@code u + log k} over the rows is 0, as it
   * is for a model that equals the noise.
   *
   * @param session holds the energy's parameters
   * @param x float[rows * d]; the session's {@link MlpSession#rows} bounds how many are used
   */
  public static float balancedLogZ(MlpSession session, Density noise, float[] x, int rows) {
    int n = Math.min(rows, session.rows());
    int d = session.shape().inputs();
    float[] energy = new float[n];
    session.energy(x, n, energy);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum -= energy[i] + noise.logDensity(x, i * d);
    }
    return (float) (sum / n);
  }

  @Override
  public String name() {
    return "nce";
  }

  @Override
  public String configuration() {
    return "k=" + nce.k() + "; noise=" + describe(nce.noise());
  }

  /** A density in words, with a fingerprint of a few draws, which tell one from another. */
  static String describe(Density density) {
    float[] draws = new float[4 * density.columns()];
    for (int i = 0; i < 4; i++) {
      density.sample(0, DrawStream.NCE_NOISE, 0, i, draws, i * density.columns());
    }
    return density.description() + " " + Checkpoint.digest(draws);
  }

  @Override
  public boolean learnsLogZ() {
    return true;
  }

  @Override
  public void begin(MlpSession opened, int batch, long seedOfDraws) {
    session = opened;
    seed = seedOfDraws;
  }

  @Override
  public double loss(float[] x, int n, float logZ, long step, float[] gradient) {
    return session.nce(nce, logZ, x, n, seed, step, gradient);
  }

  @Override
  public double heldOut(float[] x, int n, float logZ, long address) {
    return session.nce(nce, logZ, x, n, seed, address, null);
  }

  @Override
  public String remedy() {
    return "noise closer to the data";
  }
}
