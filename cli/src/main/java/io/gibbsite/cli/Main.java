package io.gibbsite.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Spec;

/**
 * The {@code gibbsite} command.
 *
 * <p>Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 a
 * failed run, 2 wrong usage or bad input, the last two with one line on standard error ({@link
 * ErrorLine}).
 */
@Command(
    name = "gibbsite",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Trains, samples and measures energy-based models, p(x) = exp(-E(x)) / Z.",
    footer = {
      "",
      "Examples:",
      "  gibbsite info",
      "  gibbsite energy --model model.safetensors --data x.npy --out e.npy",
      "  gibbsite COMMAND --help",
    },
    subcommands = {
      EnergyCommand.class,
      GradientCommand.class,
      LossCommand.class,
      LogzCommand.class,
      EvaluateCommand.class,
      DemoCommand.class,
      InfoCommand.class,
      TrainCommand.class,
      SampleCommand.class,
      RecallCommand.class,
      AnnealCommand.class,
      DiagnoseCommand.class,
      SelftestCommand.class,
      BenchCommand.class,
      IsingCommand.class,
    })
public final class Main implements Runnable {
  /** So that examples stand on one line. */
  static final int HELP_WIDTH = 100;

  /** The subcommands as the help lists them, by section. */
  private static final Map<String, List<String>> SECTIONS = new LinkedHashMap<>();

  static {
    SECTIONS.put("Start here", List.of("demo", "info"));
    SECTIONS.put(
        "Models",
        List.of("train", "sample", "recall", "anneal", "ising", "diagnose", "evaluate", "logz"));
    SECTIONS.put("Single passes", List.of("energy", "gradient", "loss"));
    SECTIONS.put("This machine", List.of("selftest", "bench"));
  }

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    // Programs read what is printed: the same digits and points everywhere.
    Locale.setDefault(Locale.ROOT);
    ResultStream results = new ResultStream(new FileOutputStream(FileDescriptor.out));
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    int code = run(results, System.out.charset(), err, arguments);
    err.flush();
    System.exit(code);
  }

  /** Runs the command in this process, and returns its exit code. */
  static int run(ResultStream results, Charset charset, PrintWriter err, String... arguments) {
    PrintWriter out = new PrintWriter(results, true, charset);
    int code = run(out, err, arguments);
    out.flush();
    try {
      if (code == 0) {
        results.requireWritten();
      }
      return code;
    } catch (IOException e) {
      return ErrorLine.of(e).print(err, e);
    }
  }

  /** Runs the command in this process, and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    try {
      return commandLine().setOut(out).setErr(err).execute(arguments);
    } catch (Throwable e) {
      return ErrorLine.of(e).print(err, e);
    }
  }

  /** The command with all of its subcommands. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setParameterExceptionHandler(
        (e, args) -> ErrorLine.of(e).print(e.getCommandLine().getErr(), e));
    line.setExecutionExceptionHandler((e, self, parsed) -> ErrorLine.of(e).print(self.getErr(), e));
    // Picocli's own leaves out what failed.
    line.registerConverter(Path.class, Path::of);
    line.setUsageHelpWidth(HELP_WIDTH);
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, Main::sections);
    return line;
  }

  /** The subcommands grouped by section; any that no section names come last. */
  private static String sections(Help help) {
    Map<String, CommandLine> commands = new LinkedHashMap<>(help.commandSpec().subcommands());
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, List<String>> section : SECTIONS.entrySet()) {
      StringBuilder lines = new StringBuilder();
      for (String name : section.getValue()) {
        CommandLine command = commands.remove(name);
        if (command != null) {
          lines.append(line(name, command));
        }
      }
      if (!lines.isEmpty()) {
        text.append("%n%s:%n".formatted(section.getKey())).append(lines);
      }
    }
    if (!commands.isEmpty()) {
      text.append("%nOther:%n".formatted());
      commands.forEach((name, command) -> text.append(line(name, command)));
    }
    return text.toString();
  }

  private static String line(String name, CommandLine command) {
    String[] description = command.getCommandSpec().usageMessage().description();
    return "  %-10s %s%n".formatted(name, description.length == 0 ? "" : description[0]);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "no command given: try gibbsite --help");
  }
}
