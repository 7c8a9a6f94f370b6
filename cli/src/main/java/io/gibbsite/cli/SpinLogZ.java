package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.boltzmann.BoltzmannLogZ;
import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
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

  /** By enumeration if that is possible, else the bracket. */
  static LogZ best(
      BoltzmannModel model, AisOptions options, Backend backend, CommonOptions common) {
    boolean exact = BoltzmannLogZ.canEnumerate(model.shape());
    return by(exact ? "exact" : "bracket", model, options, backend, common);
  }

  /** By that method. */
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
    SpinParameters parameters = model.parameters();
    long sweeps = BoltzmannLogZ.bracketSweeps(model.shape(), options);
    try (SpinSession session = backend.open(parameters.shape(), options.chains())) {
      return LogZ.by(
          method,
          options.chains(),
          options.temperatures(),
          sweeps - options.temperatures(),
          sweeps,
          common,
          progress -> BoltzmannLogZ.ais(session, parameters, options, progress),
          progress -> BoltzmannLogZ.reverseAis(session, parameters, options, progress),
          progress -> BoltzmannLogZ.bracket(session, parameters, options, progress));
    }
  }
}
