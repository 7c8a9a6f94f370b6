package io.gibbsite.likelihood;

import io.gibbsite.backend.Backend;
import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.sampler.AnnealedImportance;
import io.gibbsite.sampler.BoxEnergy;
import io.gibbsite.sampler.EnergyFunction;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * {@code log Z} of an MLP energy by {@link AnnealedImportance}, whose passes, those of a Gaussian
 * base among them, run on a backend.
 */
public final class AnnealedLogZ {
  private AnnealedLogZ() {}

  /**
   * Anneals from the base to the model.
   *
   * @param base where the path starts; of a uniform box, log Z counts what lies in it
   * @param estimate such as {@code AnnealedImportance::bracket}
   * @param progress is told the number of transitions made so far
   */
  public static <T> T estimate(
      Backend backend,
      MlpParameters parameters,
      Density base,
      AnnealedImportance.Options options,
      Function<AnnealedImportance, T> estimate,
      LongConsumer progress) {
    try (MlpSession target = open(backend, parameters, options.chains())) {
      if (base instanceof UniformBox box) {
        EnergyFunction energy = new BoxEnergy(box);
        return estimate.apply(new AnnealedImportance(box, energy, target, options, progress));
      }
      if (!(base instanceof Gaussian normal)) {
        throw new IllegalArgumentException(
            "annealing starts from a Gaussian or a box, not from a " + base.description());
      }
      MlpParameters gaussian = MlpParameters.of(normal);
      try (MlpSession energy = open(backend, gaussian, options.chains())) {
        return estimate.apply(new AnnealedImportance(base, energy, target, options, progress));
      }
    }
  }

  private static MlpSession open(Backend backend, MlpParameters parameters, int rows) {
    MlpSession session = backend.open(parameters.shape(), rows);
    session.setParameters(parameters);
    return session;
  }
}
