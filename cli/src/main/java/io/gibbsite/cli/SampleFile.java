package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.gibbsite.backend.Backends;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The NPZ file that samples go to. Beside their arrays it holds the report of what computed them:
 * nothing that changes from run to run or with the number of threads, so that the same samples are
 * the same bytes.
 *
 * @param path of the file
 * @param command with all options that samples depend on and that were given
 * @param model the kind of model, as model files call it
 * @param sampler by which chains move, or null if there are none
 * @param length of the chains, or null
 * @param common options of the command
 */
record SampleFile(
    Path path,
    String command,
    String model,
    String sampler,
    ChainLength length,
    CommonOptions common) {
  /** JSON in UTF-8, its bytes [length]: NumPy reads them without pickle. */
  static final String REPORT = "attrs/report";

  /** Options of {@code sample} that leave the samples as they are, or have a place of their own. */
  private static final Set<String> NO_MATTER =
      Set.of("--model", "--out", "--picture", "--threads", "--quiet", "--backend");

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Report(
      String gibbsite,
      String command,
      String model,
      String sampler,
      @JsonUnwrapped ChainLength length,
      long seed,
      String backend,
      String precision) {}

  /** The command that was given, without what samples do not depend on. */
  static String command(CommandSpec spec, Path source) {
    ParseResult given = spec.commandLine().getParseResult();
    return spec.options().stream()
        .filter(given::hasMatchedOption)
        .filter(option -> !NO_MATTER.contains(option.longestName()))
        .map(SampleFile::words)
        .collect(Collectors.joining("", "gibbsite sample " + quoted(source.toString()), ""));
  }

  private static String words(OptionSpec option) {
    return option.originalStringValues().stream()
        .map(value -> " " + option.longestName() + " " + quoted(value))
        .collect(Collectors.joining());
  }

  private static String quoted(String word) {
    return word.matches("[\\w./:,=+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /** Writes the arrays, which the backend that was opened last has computed. */
  void write(Map<String, NdArray> arrays) throws IOException {
    write(arrays, common.opened(), common.backendOptions().precision().label());
  }

  /**
   * Writes the arrays.
   *
   * @param backend that computed them, by name
   * @param precision of its matrix products
   */
  void write(Map<String, NdArray> arrays, String backend, String precision) throws IOException {
    String detail =
        Backends.report().stream()
            .filter(status -> status.name().equals(backend))
            .map(status -> " (" + status.detail() + ")")
            .collect(Collectors.joining());
    Report report =
        new Report(
            Version.text(),
            command,
            model,
            sampler,
            length,
            common.seed(),
            backend + detail,
            precision);
    byte[] text = Json.line(report).getBytes(StandardCharsets.UTF_8);
    Map<String, NdArray> all = new LinkedHashMap<>(arrays);
    all.put(REPORT, NdArray.of(text, text.length));
    Npz.write(path, all);
  }
}
