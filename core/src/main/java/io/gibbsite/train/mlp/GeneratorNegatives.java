package io.gibbsite.train.mlp;

import io.gibbsite.backend.Workers;
import io.gibbsite.mlp.Generator;
import io.gibbsite.mlp.GeneratorParameters;
import io.gibbsite.mlp.GeneratorShape;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.SteinDirection;
import io.gibbsite.train.Adam;
import io.gibbsite.train.DivergedException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Negatives from a generator that learns, beside the energy, to make samples of it: amortised SVGD,
 * and with contrastive divergence SteinGAN.
 *
 * <pre>
 *   z_i ~ N(0, I),  x_i = G(z_i)
 *   eta &lt;- Adam along  mean_i (dx_i / d eta)^T phi(x_i)        phi of {@link SteinDirection}
 * </pre>
 *
 * <p>The generator's samples move as SVGD particles would, as far as its parameters can follow. The
 * samples of a step are negatives before the generator's update. z is drawn at (INITIAL_STATE,
 * step, row). Source: Liu and Wang, "Learning deep energy models: contrastive divergence vs.
 * amortized MLE", 2017, algorithm 2; Wang and Liu, "Learning to draw samples", 2016.
 */
public final class GeneratorNegatives implements Negatives {
  /** Opens a generator for so many rows. */
  public interface Opener {
    Generator open(GeneratorShape shape, int rows);
  }

  private final GeneratorShape shape;
  private final int samples;
  private final float learningRate;
  private final Opener opener;
  private final Workers workers;
  private final float[] theta;
  private final GeneratorParameters parameters;
  private final Adam adam;
  private Generator generator;
  private MlpSession session;
  private SteinDirection rule;
  private long seed;
  private float[] z;
  private float[] x;
  private float[] slopes;
  private float[] direction;
  private float[] gradient;

  /**
   * @param shape of the generator, its outputs the energy's inputs
   * @param samples of a step, at least 2
   * @param learningRate of the generator, positive
   * @param opener opens it
   * @param workers for the kernels; stay the caller's
   */
  public GeneratorNegatives(
      GeneratorShape shape, int samples, float learningRate, Opener opener, Workers workers) {
    if (!(learningRate > 0 && Float.isFinite(learningRate))) {
      throw new IllegalArgumentException(
          "the generator's learning rate must be positive, not " + learningRate);
    }
    this.shape = shape;
    this.samples = samples;
    this.learningRate = learningRate;
    this.opener = opener;
    this.workers = workers;
    theta = new float[shape.parameterCount()];
    parameters = new GeneratorParameters(shape, theta);
    // The first moment decays faster, as is usual where two networks follow each other.
    adam = new Adam(theta.length, 0.5f, 0.999f, 1e-8f);
  }

  @Override
  public String configuration() {
    return "generator=%s %s; samples=%d; generator rate=%s; generator optimiser=%s"
        .formatted(
            shape, shape.trunk().activation().label(), samples, learningRate, adam.description());
  }

  @Override
  public int count(int batch) {
    return samples;
  }

  @Override
  public void begin(MlpSession opened, int batch, long seedOfDraws) {
    if (shape.outputs() != opened.columns()) {
      throw new IllegalArgumentException(
          "a generator of %d columns for an energy of %d"
              .formatted(shape.outputs(), opened.columns()));
    }
    session = opened;
    seed = seedOfDraws;
    generator = opener.open(shape, samples);
    float[] initial = GeneratorParameters.random(shape, seed + 1).values();
    System.arraycopy(initial, 0, theta, 0, theta.length);
    rule = new SteinDirection(samples, shape.outputs(), workers);
    z = new float[samples * shape.latent()];
    x = new float[samples * shape.outputs()];
    slopes = new float[x.length];
    direction = new float[x.length];
    gradient = new float[theta.length];
  }

  @Override
  public float[] rows(float[] data, int n, long step) {
    int latent = shape.latent();
    for (int i = 0; i < samples; i++) {
      Draws.normals(seed, DrawStream.INITIAL_STATE, step, i, z, i * latent, latent);
    }
    generator.setParameters(parameters);
    generator.forward(z, samples, x);
    session.inputGradient(x, samples, null, slopes);
    rule.compute(x, slopes, 1, direction);
    for (int k = 0; k < direction.length; k++) {
      direction[k] /= -samples;
    }
    generator.parameterGradient(z, direction, samples, gradient);
    adam.step(theta, gradient, learningRate, step + 1);
    for (float value : theta) {
      if (!Float.isFinite(value)) {
        throw new DivergedException(
            step,
            "a parameter of the generator is no longer finite",
            "a lower rate of the generator");
      }
    }
    return x;
  }

  @Override
  public GeneratorParameters generator() {
    return new GeneratorParameters(shape, theta.clone());
  }

  /** {@code generator} and its optimiser's arrays, each [parameters]. */
  @Override
  public Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("generator", theta);
    adam.state().forEach((name, values) -> state.put("generator." + name, values));
    return state;
  }
}
