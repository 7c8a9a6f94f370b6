package io.gibbsite.train.mlp;

import io.gibbsite.mlp.MlpSession;
import io.gibbsite.objective.DenoisingScoreMatching;
import io.gibbsite.objective.SlicedScoreMatching;
import io.gibbsite.random.DrawStream;

/**
 * Score matching: implicit, with the exact trace of the Hessian; sliced, plain or variance-reduced,
 * along directions; denoising, at one noise level. {@link SlicedScoreMatching} and {@link
 * DenoisingScoreMatching} have the formulas. Directions, and the noise of the last, are standard
 * normal at (DIRECTION, step, row).
 */
public final class ScoreMatchingObjective implements MlpObjective {
  /** A loss that needs a direction a row at most. */
  private interface Rule {
    double loss(MlpSession session, float[] x, int n, float[] v, float[] gradient);
  }

  private final String name;
  private final String configuration;
  private final boolean directed;
  private final Rule rule;
  private MlpSession session;
  private long seed;
  private float[] v;

  private ScoreMatchingObjective(String name, String configuration, boolean directed, Rule rule) {
    this.name = name;
    this.configuration = configuration;
    this.directed = directed;
    this.rule = rule;
  }

  /** {@code ism}: as many directional passes as there are columns. */
  public static ScoreMatchingObjective implicit() {
    SlicedScoreMatching matching = new SlicedScoreMatching();
    return new ScoreMatchingObjective(
        "ism", "trace=exact", false, (s, x, n, v, g) -> matching.implicit(s, x, n, g));
  }

  /** {@code ssm}. */
  public static ScoreMatchingObjective sliced() {
    return new ScoreMatchingObjective(
        "ssm", "trace=sliced", true, new SlicedScoreMatching()::sliced);
  }

  /** {@code ssm-vr}. */
  public static ScoreMatchingObjective varianceReduced() {
    return new ScoreMatchingObjective(
        "ssm-vr", "trace=sliced", true, new SlicedScoreMatching()::varianceReduced);
  }

  /** {@code dsm}: the model becomes that of the data with noise of deviation sigma. */
  public static ScoreMatchingObjective denoising(float sigma) {
    return new ScoreMatchingObjective(
        "dsm", "sigma=" + sigma, true, new DenoisingScoreMatching(sigma)::loss);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String configuration() {
    return configuration;
  }

  @Override
  public boolean learnsLogZ() {
    return false;
  }

  @Override
  public void begin(MlpSession opened, int batch, long seedOfDraws) {
    session = opened;
    seed = seedOfDraws;
    v = new float[directed ? batch * opened.columns() : 0];
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
    if (directed) {
      session.normals(seed, DrawStream.DIRECTION, address, n, session.columns(), v);
    }
    return rule.loss(session, x, n, v, gradient);
  }

  @Override
  public String remedy() {
    return "more jitter of the data";
  }
}
