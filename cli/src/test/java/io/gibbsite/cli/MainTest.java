package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
  @Test
  void helpGroupsTheCommands() {
    Run run = Run.of("--help").succeeds();
    assertThat(run.out())
        .containsSubsequence(
            "Usage: gibbsite", "info", "Single passes:", "This machine:", "selftest", "Examples:")
        .doesNotContain("Other:");
  }

  @Test
  void everyHelpStandsAsItWasWritten() {
    everyHelpStandsAsItWasWritten(Main.commandLine());
  }

  /** Picocli formats these lines, warns of a lone %, and wraps those that are too long. */
  private static void everyHelpStandsAsItWasWritten(CommandLine command) {
    for (String line : command.getCommandSpec().usageMessage().footer()) {
      assertThat(line.formatted())
          .describedAs(command.getCommandSpec().qualifiedName())
          .hasSizeLessThan(Main.HELP_WIDTH);
    }
    command.getSubcommands().values().forEach(MainTest::everyHelpStandsAsItWasWritten);
  }

  @Test
  void versionIsFilledIn() {
    assertThat(Run.of("--version").succeeds().out()).matches("gibbsite \\d+\\.\\d+\\.\\d+\\S*\\R");
  }

  /** Where numbers have digits of their own. */
  @Test
  void numbersAreTheSameInEveryLocale() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.language=ar",
                "-Duser.country=EG",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "energy",
                "--threads",
                "0")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said).contains("at most 4096, not 0");
  }

  @Test
  void wrongUsageIsOneLine() {
    Run.of().fails(2, "no command given");
    Run.of("inof").fails(2, "unknown command 'inof'", "did you mean", "info");
    Run.of("zzzzzz").fails(2, "unknown command 'zzzzzz'", "--help");
    Run.of("info", "--jsn").fails(2, "unknown option '--jsn'", "did you mean", "--json");
    Run.of("info", "more").fails(2, "unexpected argument 'more'");
  }
}
