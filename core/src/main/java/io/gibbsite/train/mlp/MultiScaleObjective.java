package io.gibbsite.train.mlp;

import io.gibbsite.mlp.MlpSession;
import io.gibbsite.objective.MultiScaleDenoising;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.NoiseAnnealing;
import io.gibbsite.train.Checkpoint;
import java.util.Arrays;

/**
 * Denoising score matching of a noise-conditional energy at all levels of a ladder; {@link
 * MultiScaleDenoising} has the formulas.
 *
 * <p>The energy that is trained has one column more than the data, so rows come with a last column,
 * which is not looked at. Levels are spread evenly over a minibatch: row i gets level {@code (i +
 * step) mod K}; which data row that is, is random. The noise of row i is standard normal at
 * (DIRECTION, step, i).
 */
public final class MultiScaleObjective implements MlpObjective {
  private final float[] mean;
  private final float dataSd;
  private final float[] ladder;
  private MultiScaleDenoising rule;
  private MlpSession session;
  private long seed;
  private float[] sigmas;
  private float[] noise;

  /**
   * @param mean float[d], of the data; not copied
   * @param dataSd of the data about it, positive
   * @param ladder deviations of the noise, positive and descending; not copied
   */
  public MultiScaleObjective(float[] mean, float dataSd, float[] ladder) {
    NoiseAnnealing.requireLadder(ladder);
    this.mean = mean;
    this.dataSd = dataSd;
    this.ladder = ladder;
  }

  @Override
  public String name() {
    return "multi-dsm";
  }

  @Override
  public String configuration() {
    return "sigmas=%s; data mean=%s; data deviation=%s"
        .formatted(Arrays.toString(ladder), Checkpoint.digest(mean), dataSd);
  }

  @Override
  public boolean learnsLogZ() {
    return false;
  }

  @Override
  public void begin(MlpSession opened, int batch, long seedOfDraws) {
    session = opened;
    seed = seedOfDraws;
    rule = new MultiScaleDenoising(opened, mean, dataSd);
    sigmas = new float[batch];
    noise = new float[Math.multiplyExact(batch, mean.length)];
  }

  @Override
  public double loss(float[] x, int n, float logZ, long step, float[] gradient) {
    double loss = at(step, x, n, gradient);
    gradient[session.parameterCount()] = 0;
    return loss;
  }

  @Override
  public double heldOut(float[] x, int n, float logZ, long address) {
    return at(address, x, n, null);
  }

  private double at(long address, float[] x, int n, float[] gradient) {
    int d = mean.length;
    int first = (int) (address % ladder.length);
    for (int i = 0; i < n; i++) {
      sigmas[i] = ladder[(i + first) % ladder.length];
    }
    session.normals(seed, DrawStream.DIRECTION, address, n, d, noise);
    return rule.loss(x, d + 1, n, sigmas, noise, gradient);
  }

  @Override
  public String remedy() {
    return "a ladder that ends at a larger deviation";
  }
}
