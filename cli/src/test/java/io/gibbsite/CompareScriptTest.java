package io.gibbsite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bench/compare} in a repository of its own, whose launcher prints times that are fixed, but
 * compares them as the real one does.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the guard is a POSIX shell script")
class CompareScriptTest {
  @TempDir Path temp;
  private Path project;
  private Path scratch;

  private record Result(int exit, String out, String err) {}

  @BeforeEach
  void layOutARepository() throws Exception {
    project = Files.createDirectories(temp.resolve("a project"));
    scratch = Files.createDirectories(temp.resolve("scratch"));
    executable("bench/compare", Files.readString(Path.of("../bench/compare")));
    git("init", "--quiet");
    commit("0.0010");
    commit("0.0010");
  }

  /** A revision whose steps take so many seconds, give or take 2 %. */
  private void commit(String seconds) throws Exception {
    executable(
        "gibbsite",
        """
        #!/bin/sh
        here=$(dirname -- "$0")
        case "$1 $2" in
          'info '*) exit 0 ;;
          'bench --compare') exec '%s' -cp '%s' --add-modules jdk.incubator.vector io.gibbsite.cli.Main "$@" ;;
        esac
        echo "$@" >> "$here/asked"
        [ "$2" != --hang ] || exec sleep 60
        runs=$(wc -l < "$here/asked")
        factor=1
        case "$GIBBSITE_JAVA_OPTS" in *-Dgibbsite.bench.delay=15*) factor=1.15 ;; esac
        time=$(awk "BEGIN { print %s * $factor * (1 + 0.01 * ($runs %% 5 - 2)) }")
        echo '{"workload": "nce", "shape": "2-8-1", "batch": 9, "backend": "vector", "threads": 1, "seconds": '$time'}'
        """
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                seconds));
    git("add", "--all");
    git("-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-mx");
  }

  @Test
  void anUnchangedTreePasses() throws Exception {
    Result result = compare("HEAD~1");
    assertThat(result.exit()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("nce 2-8-1, 9; vector, 1 threads", "1.000")
        .doesNotContain("SLOW");
    assertThat(result.err()).contains("round 10 of 10");
    assertNothingIsLeft();
  }

  @Test
  void aPlantedSlowDownIsCaught() throws Exception {
    Result result = compare("--plant", "15", "--rounds", "6", "HEAD", "HEAD", "--workload", "nce");
    assertThat(result.exit()).as(result.err()).isEqualTo(1);
    assertThat(result.out()).contains("1.150", "SLOWER");
    assertNothingIsLeft();
  }

  @Test
  void aSlowerRevisionIsCaughtAndAFasterOnePasses() throws Exception {
    commit("0.0012");
    assertThat(compare("HEAD~1").exit()).isEqualTo(1);
    Result faster = compare("HEAD", "HEAD~1");
    assertThat(faster.exit()).isZero();
    assertThat(faster.out()).contains("faster");
  }

  @Test
  void anInterruptedRunLeavesNothing() throws Exception {
    // The bench option comes first, so that the launcher above sees it and hangs.
    executable(
        "bench/compare",
        Files.readString(Path.of("../bench/compare")).replace(" --quick ", " --hang "));
    Process process = start("HEAD");
    for (int i = 0; i < 600 && !asked(); i++) {
      Thread.sleep(50);
    }
    assertThat(asked()).isTrue();
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    assertNothingIsLeft();
  }

  @Test
  void wrongUsageIsNamed() throws Exception {
    for (List<String> bad :
        List.of(
            List.of("--rounds", "many", "HEAD"),
            List.of("--rounds", "3", "HEAD"),
            List.of("--slow", "HEAD"),
            List.of("no-such-branch"))) {
      Result result = compare(bad.toArray(String[]::new));
      assertThat(result.exit()).as("%s", bad).isEqualTo(2);
      assertThat(result.err().lines()).singleElement().asString().startsWith("compare: ");
    }
    assertNothingIsLeft();
  }

  private boolean asked() throws IOException {
    try (Stream<Path> files = Files.walk(scratch)) {
      return files.anyMatch(file -> file.endsWith("asked"));
    }
  }

  private void assertNothingIsLeft() throws Exception {
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
    assertThat(git("worktree", "list").lines()).hasSize(1);
  }

  private Result compare(String... arguments) throws Exception {
    Process process = start(arguments);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return new Result(
        process.exitValue(),
        Files.readString(temp.resolve("out")),
        Files.readString(temp.resolve("err")));
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(project.resolve("bench/compare").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(temp.resolve("out").toFile())
            .redirectError(temp.resolve("err").toFile());
    builder.environment().put("TMPDIR", scratch.toString());
    builder.environment().remove("GIBBSITE_JAVA_OPTS");
    return builder.start();
  }

  private String git(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git", "-C", project.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private void executable(String name, String script) throws IOException {
    Path file = project.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
