package io.gibbsite.train.mlp;

import io.gibbsite.backend.Workers;
import io.gibbsite.density.Density;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.SteinDirection;
import java.util.Map;

/**
 * Negatives that are carried by the Stein direction of the model: from the minibatch, as in
 * contrastive divergence, or particles that persist.
 *
 * <pre>
 *   k times   x- &lt;- x- + e phi(x-)                 phi of {@link SteinDirection}
 * </pre>
 *
 * <p>A minibatch that is a sample of the model stays where it is, up to the spread of finite
 * samples: the step is along phi as it is, not scaled by its size. Particles start from noise at
 * (INITIAL_STATE, 0, particle), and no other number is random. k gradient passes and kernels of all
 * pairs a step. Source: Liu and Wang, "Learning deep energy models: contrastive divergence vs.
 * amortized MLE", 2017, algorithm 1, with k = 1.
 */
public final class SteinNegatives implements Negatives {
  private final int moves;
  private final float stepSize;
  private final Density start;
  private final int particles;
  private final Workers workers;
  private MlpSession session;
  private SteinDirection rule;
  private float[] states;
  private float[] gradient;
  private float[] direction;

  private SteinNegatives(int moves, float stepSize, Density start, int particles, Workers workers) {
    if (moves < 1) {
      throw new IllegalArgumentException("there must be at least one Stein step, not " + moves);
    }
    if (!(stepSize > 0 && Float.isFinite(stepSize))) {
      throw new IllegalArgumentException("the step size must be positive, not " + stepSize);
    }
    this.moves = moves;
    this.stepSize = stepSize;
    this.start = start;
    this.particles = particles;
    this.workers = workers;
  }

  /**
   * As many particles as the minibatch has rows, from these rows at every step.
   *
   * @param moves k, at least 1
   * @param stepSize e, positive
   * @param workers stay the caller's
   */
  public static SteinNegatives fromData(int moves, float stepSize, Workers workers) {
    return new SteinNegatives(moves, stepSize, null, 0, workers);
  }

  /**
   * Particles that go on from step to step.
   *
   * @param start the density that they start from
   * @param particles at least 2
   */
  public static SteinNegatives persistent(
      int moves, float stepSize, Density start, int particles, Workers workers) {
    if (particles < 2) {
      throw new IllegalArgumentException("there must be at least 2 particles, not " + particles);
    }
    return new SteinNegatives(moves, stepSize, start, particles, workers);
  }

  @Override
  public String configuration() {
    String from =
        start == null ? "data" : particles + " particles from " + NceObjective.describe(start);
    return "stein=%d steps of %s; start=%s".formatted(moves, stepSize, from);
  }

  @Override
  public int count(int batch) {
    return start == null ? batch : particles;
  }

  @Override
  public void begin(MlpSession opened, int batch, long seed) {
    session = opened;
    int n = count(batch);
    int d = opened.columns();
    rule = new SteinDirection(n, d, workers);
    states = new float[n * d];
    gradient = new float[n * d];
    direction = new float[n * d];
    for (int i = 0; i < particles; i++) {
      start.sample(seed, DrawStream.INITIAL_STATE, 0, i, states, i * d);
    }
  }

  @Override
  public float[] rows(float[] x, int n, long step) {
    int count = count(n);
    if (start == null) {
      System.arraycopy(x, 0, states, 0, states.length);
    }
    for (int move = 0; move < moves; move++) {
      session.inputGradient(states, count, null, gradient);
      rule.compute(states, gradient, 1, direction);
      for (int k = 0; k < states.length; k++) {
        states[k] = Math.fma(stepSize, direction[k], states[k]);
      }
    }
    return states;
  }

  /** {@code particles} [particles * d], if they persist. */
  @Override
  public Map<String, float[]> state() {
    return start == null ? Map.of() : Map.of("particles", states);
  }
}
