package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import picocli.CommandLine.TypeConversionException;

/** The options that every computing command has, and what follows from them. */
final class CommonOptions {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto (default), scalar, vector, native or cuda.")
  private String backend;

  /** More than any machine has: each of them takes memory, and time to begin. */
  private static final int MOST_THREADS = 4_096;

  private int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
  private boolean threadsGiven;
  private String opened;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of all random numbers (default ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "float32",
      converter = PrecisionConverter.class,
      description = "Of matrix products: float32 (default), bf16x3, bf16x6 or fp16x3.")
  private Precision precision;

  @Option(names = "--quiet", description = "No progress and no notes on standard error.")
  private boolean quiet;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads on the CPU (default: every processor); results do not depend on it.")
  void threads(int count) {
    if (count < 1 || count > MOST_THREADS) {
      throw new ParameterException(
          command.commandLine(),
          "--threads must be at least 1 and at most %d, not %d".formatted(MOST_THREADS, count));
    }
    threads = count;
    threadsGiven = true;
  }

  /** Whether the number of threads was asked for. */
  boolean threadsGiven() {
    return threadsGiven;
  }

  /** Opens the backend asked for, and says on standard error which it is and why, unless quiet. */
  Backend openBackend() {
    Backend taken = Backends.named(backend, backendOptions());
    opened = taken.name();
    note(Backends.explain(taken));
    return taken;
  }

  /**
   * Opens a backend that has networks of units -1 and +1: the one asked for by name, or of auto the
   * first of vector and scalar that can run.
   */
  Backend openSpinBackend() {
    return openVectorOrScalar("of those for units -1 and +1: vector, scalar");
  }

  /**
   * Opens the backend asked for by name, or of auto the first of vector and scalar that can run.
   */
  Backend openVectorOrScalar(String why) {
    if (!backend.equals("auto")) {
      return openBackend();
    }
    List<String> able = List.of("vector", "scalar");
    String name =
        Backends.report().stream()
            .filter(status -> status.available() && able.contains(status.name()))
            .map(Backends.Status::name)
            .findFirst()
            .orElse("scalar");
    Backend taken = Backends.named(name, backendOptions());
    opened = name;
    note("backend %s, %s".formatted(taken.description(), why));
    return taken;
  }

  /** The name of the backend that was opened last, or null. */
  String opened() {
    return opened;
  }

  /** The name given: {@code auto} by default. */
  String backendName() {
    return backend;
  }

  BackendOptions backendOptions() {
    return new BackendOptions(threads, precision);
  }

  long seed() {
    return seed;
  }

  boolean quiet() {
    return quiet;
  }

  /** Standard output: results only. */
  PrintWriter out() {
    return command.commandLine().getOut();
  }

  /**
   * Prints a result as one line of JSON, with what computed it last: the backend in words, and the
   * precision of its matrix products.
   *
   * @param result an object with a key for each figure
   */
  void print(Object result, Backend backend) {
    String precision = backend.options().precision().label();
    out().println(Json.line(new Computed(result, backend.description(), precision)));
  }

  private record Computed(@JsonUnwrapped Object result, String backend, String precision) {}

  /** Standard error. */
  PrintWriter err() {
    return command.commandLine().getErr();
  }

  /** One line on standard error, unless quiet. */
  void note(String line) {
    if (!quiet) {
      err().println(line);
      err().flush();
    }
  }

  /** Shows the progress of {@code total} units of work. */
  Progress progress(String task, long total) {
    return quiet ? Progress.none() : Progress.on(err(), task, total);
  }

  /** Reads a {@link Precision} by its label. */
  static final class PrecisionConverter implements ITypeConverter<Precision> {
    @Override
    public Precision convert(String text) {
      for (Precision precision : Precision.values()) {
        if (precision.label().equals(text)) {
          return precision;
        }
      }
      String known =
          Arrays.stream(Precision.values()).map(Precision::label).collect(Collectors.joining(", "));
      throw new TypeConversionException("'" + text + "' is not one of " + known);
    }
  }
}
