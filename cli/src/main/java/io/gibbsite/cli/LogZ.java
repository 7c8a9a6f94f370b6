package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.LogPartition;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.LogZBracket;
import io.gibbsite.sampler.LogZEstimate;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * What is known of a model's log partition function.
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
    LogZEstimate forward,
    LogZEstimate reverse) {

  /** The share of effective samples below which an estimate is doubted. */
  private static final double FEW = 0.1;

  static LogZ exact(double logZ) {
    return new LogZ("exact", logZ, 0.0, null, null, null, null, null);
  }

  static LogZ estimate(String method, LogZEstimate estimate) {
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

  private static LogZ bracket(LogZBracket bracket) {
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
          options.chains(),
          options.temperatures(),
          sweeps - options.temperatures(),
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
          options.chains(),
          options.temperatures(),
          sweeps - options.temperatures(),
          sweeps,
          common,
          progress -> LogPartition.ais(session, parameters, options, progress),
          progress -> LogPartition.reverseAis(session, parameters, options, progress),
          progress -> LogPartition.bracket(session, parameters, options, progress));
    }
  }

  /**
   * By that method, which makes so many steps.
   *
   * @param forwardSteps of AIS
   * @param reverseSteps of reverse AIS
   * @param steps of the bracket
   */
  static LogZ by(
      String method,
      int chains,
      long forwardSteps,
      long reverseSteps,
      long steps,
      CommonOptions common,
      Function<LongConsumer, LogZEstimate> ais,
      Function<LongConsumer, LogZEstimate> reverseAis,
      Function<LongConsumer, LogZBracket> bracket) {
    long expected =
        switch (method) {
          case "ais" -> forwardSteps;
          case "reverse-ais" -> reverseSteps;
          default -> steps;
        };
    try (Progress progress = common.progress("log Z", expected)) {
      LongConsumer show = done -> progress.at(done, "");
      LogZ found =
          switch (method) {
            case "ais" -> estimate(method, ais.apply(show));
            case "reverse-ais" -> estimate(method, reverseAis.apply(show));
            default -> bracket(bracket.apply(show));
          };
      found.warn(chains, common);
      return found;
    }
  }

  /** An estimate that rests on a few of its chains has likely missed modes: says so. */
  void warn(int chains, CommonOptions common) {
    double fewest =
        forward == null
            ? effectiveSamples
            : Math.min(forward.effectiveSamples(), reverse.effectiveSamples());
    if (fewest < FEW * chains) {
      common.note(
          String.format(
              Locale.ROOT,
              "log Z rests on %.1f effective samples of %d chains and may be off by more than its"
                  + " error: raise --temperatures",
              fewest,
              chains));
    }
  }

  /** Prints it among a run's figures. */
  void print(PrintWriter out) {
    RunFigures.interval(out, "log Z, " + method, low(), high(), "");
  }

  /** The greatest that log Z may be. */
  double high() {
    return upper != null ? upper : logZ + LogZEstimate.INTERVAL * standardError;
  }

  /** The least that log Z may be. */
  double low() {
    return lower != null ? lower : logZ - LogZEstimate.INTERVAL * standardError;
  }
}
