package io.gibbsite.cli;

import io.gibbsite.backend.Backends;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what this machine and this program have: {@link SystemReport}. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Shows the machine, and every backend or why it cannot run.",
    footer = {"", "Examples:", "  gibbsite info", "  gibbsite info --json"})
final class InfoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    SystemReport report = SystemReport.now();
    if (json) {
      out.println(Json.pretty(report));
      return 0;
    }
    line(out, "Gibbsite", report.gibbsite());
    line(out, "JDK", report.jdk());
    line(out, "System", report.os());
    line(out, "Processor", report.cpu() + ", " + report.cores() + " cores");
    line(out, "Features", String.join(" ", report.cpuFeatures()));
    line(
        out,
        "Vectors",
        report.vectorBits() == 0
            ? "none: start Java with --add-modules jdk.incubator.vector"
            : report.vectorBits() + "-bit preferred");
    line(
        out,
        "Memory",
        "%d MiB, heap up to %d MiB"
            .formatted(report.memoryBytes() >> 20, report.heapBytes() >> 20));
    for (Backends.Status status : report.backends()) {
      line(
          out,
          status.name(),
          status.available() ? status.detail() : "not available: " + status.detail());
    }
    return 0;
  }

  private static void line(PrintWriter out, String name, String value) {
    out.println("%-10s %s".formatted(name, value));
  }
}
