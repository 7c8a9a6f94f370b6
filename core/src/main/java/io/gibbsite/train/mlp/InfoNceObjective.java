package io.gibbsite.train.mlp;

import io.gibbsite.mlp.MlpSession;
import io.gibbsite.objective.InfoNce;

/** Ranking noise-contrastive estimation; {@link InfoNce} has the formulas. */
public final class InfoNceObjective implements MlpObjective {
  private final InfoNce infoNce;
  private NoiseRows noise;
  private MlpSession session;

  public InfoNceObjective(InfoNce infoNce) {
    this.infoNce = infoNce;
  }

  @Override
  public String name() {
    return "infonce";
  }

  @Override
  public String configuration() {
    return "k=" + infoNce.k() + "; noise=" + NceObjective.describe(infoNce.noise());
  }

  @Override
  public boolean learnsLogZ() {
    return false;
  }

  @Override
  public void begin(MlpSession opened, int batch, long seed) {
    session = opened;
    noise = new NoiseRows(batch * infoNce.k(), opened.columns(), seed);
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
    noise.draw(infoNce.noise(), address, n * infoNce.k());
    return infoNce.loss(session, x, n, noise.rows(), gradient);
  }

  @Override
  public String remedy() {
    return "noise closer to the data";
  }
}
