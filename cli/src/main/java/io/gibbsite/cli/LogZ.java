package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.rbm.AisOptions;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.LogPartition;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * What is known of an RBM's log partition function.
 *
 * @param method exact, ais, reverse-ais or bracket
 * @param logZ the value; null for a bracket
 * @param standardError of it, 0 if exact; null for a bracket
 * @param effectiveSamples of an estimate, else null
 * @param lower end of a bracket, else null
 * @param upper end of a bracket, else null
 * @param forward the AIS estimate of a bracket, else null
 * @param reverse the reverse AIS estimate of a bracket, else null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LogZ(
    String method,
    Double logZ,
    Double standardError,
    Double effectiveSamples,
    Double lower,
    Double upper,
    LogPartition.Estimate forward,
    LogPartition.Estimate reverse) {

  static LogZ exact(double logZ) {
    return new LogZ("exact", logZ, 0.0, null, null, null, null, null);
  }

  private static LogZ estimate(String method, LogPartition.Estimate estimate) {
    return new LogZ(
        method,
        estimate.logZ(),
        estimate.standardError(),
        estimate.effectiveSamples(),
        null,
        null,
        null,
        null);
  }

  private static LogZ bracket(LogPartition.Bracket bracket) {
    return new LogZ(
        "bracket",
        null,
        null,
        null,
        bracket.lower(),
        bracket.upper(),
        bracket.forward(),
        bracket.reverse());
  }

  /** By enumeration, on the backend's number of threads. */
  static LogZ exact(RbmParameters parameters, Backend backend) {
    try (Workers workers = new Workers(backend.options().threads(), "gibbsite-enumeration")) {
      return exact(LogPartition.exact(parameters, workers));
    }
  }

  /** The same for real visible units. */
  static LogZ exact(GaussianRbmParameters parameters, Backend backend) {
    try (Workers workers = new Workers(backend.options().threads(), "gibbsite-enumeration")) {
      return exact(LogPartition.exact(parameters, workers));
    }
  }

  /** By enumeration if that is possible, else the bracket. */
  static LogZ best(
      RbmParameters parameters, AisOptions options, Backend backend, CommonOptions common) {
    boolean exact = LogPartition.canEnumerate(parameters.shape());
    return by(exact ? "exact" : "bracket", parameters, options, backend, common);
  }

  /** The same for real visible units. */
  static LogZ best(
      GaussianRbmParameters parameters, AisOptions options, Backend backend, CommonOptions common) {
    boolean exact = LogPartition.canEnumerate(parameters.shape());
    return by(exact ? "exact" : "bracket", parameters, options, backend, common);
  }

  /** By that method. */
  static LogZ by(
      String method,
      RbmParameters parameters,
      AisOptions options,
      Backend backend,
      CommonOptions common) {
    if (method.equals("exact")) {
      return exact(parameters, backend);
    }
    long sweeps = LogPartition.bracketSweeps(parameters.shape(), options);
    try (RbmSession session = backend.open(parameters.shape(), options.chains())) {
      return by(
          method,
          options.temperatures(),
          sweeps,
          common,
          progress -> LogPartition.ais(session, parameters, options, progress),
          progress -> LogPartition.reverseAis(session, parameters, options, progress),
          progress -> LogPartition.bracket(session, parameters, options, progress));
    }
  }

  /** The same for real visible units. */
  static LogZ by(
      String method,
      GaussianRbmParameters parameters,
      AisOptions options,
      Backend backend,
      CommonOptions common) {
    if (method.equals("exact")) {
      return exact(parameters, backend);
    }
    long sweeps = LogPartition.bracketSweeps(parameters.shape(), options);
    try (GaussianRbmSession session = backend.open(parameters.shape(), options.chains())) {
      return by(
          method,
          options.temperatures(),
          sweeps,
          common,
          progress -> LogPartition.ais(session, parameters, options, progress),
          progress -> LogPartition.reverseAis(session, parameters, options, progress),
          progress -> LogPartition.bracket(session, parameters, options, progress));
    }
  }

  /**
   * @param forwardSweeps of AIS
   * @param sweeps of the bracket
   */
  private static LogZ by(
      String method,
      long forwardSweeps,
      long sweeps,
      CommonOptions common,
      Function<LongConsumer, LogPartition.Estimate> ais,
      Function<LongConsumer, LogPartition.Estimate> reverseAis,
      Function<LongConsumer, LogPartition.Bracket> bracket) {
    long expected =
        switch (method) {
          case "ais" -> forwardSweeps;
          case "reverse-ais" -> sweeps - forwardSweeps;
          default -> sweeps;
        };
    try (Progress progress = common.progress("log Z", expected)) {
      LongConsumer show = done -> progress.at(done, "");
      LogZ found =
          switch (method) {
            case "ais" -> estimate(method, ais.apply(show));
            case "reverse-ais" -> estimate(method, reverseAis.apply(show));
            default -> bracket(bracket.apply(show));
          };
    }
  }

  /** The greatest that log Z may be. */
  double high() {
    return upper != null ? upper : logZ + LogPartition.INTERVAL * standardError;
  }

  /** The least that log Z may be. */
  double low() {
    return lower != null ? lower : logZ - LogPartition.INTERVAL * standardError;
  }
}
