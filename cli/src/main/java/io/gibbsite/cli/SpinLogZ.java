package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.boltzmann.BoltzmannLogZ;
import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.rbm.AisOptions;
import io.gibbsite.spin.SpinStates;
import java.util.Arrays;

/** {@link LogZ} of Boltzmann machines. */
final class SpinLogZ {
  private SpinLogZ() {}

  /** Where annealing starts: independent units with the rows' means, hidden ones without bias. */
  static float[] base(BoltzmannModel model, byte[] v, int rows) {
    return Arrays.copyOf(
        SpinStates.biases(v, rows, model.shape().visible()), model.shape().units());
  }

  /** By enumeration if that is possible, else by annealed importance sampling. */
  static LogZ best(
      BoltzmannModel model, AisOptions options, Backend backend, CommonOptions common) {
    boolean exact = BoltzmannLogZ.canEnumerate(model.shape());
    return by(exact ? "exact" : "ais", model, options, backend, common);
  }

  /** By that method, exact or ais. */
  static LogZ by(
      String method,
      BoltzmannModel model,
      AisOptions options,
      Backend backend,
      CommonOptions common) {
    if (method.equals("exact")) {
      try (Workers workers = new Workers(backend.options().threads(), "gibbsite-enumeration")) {
        return LogZ.exact(BoltzmannLogZ.exact(model, workers));
      }
    }
    try (Progress progress = common.progress("log Z", options.temperatures())) {
      LogZ logZ =
          LogZ.estimate(
              "ais",
              BoltzmannLogZ.ais(
                  model.parameters(),
                  options.base(),
                  options.chains(),
                  options.temperatures(),
                  options.seed(),
                  backend,
                  done -> progress.at(done, "")));
      logZ.warn(options.chains(), common);
      return logZ;
    }
  }
}
