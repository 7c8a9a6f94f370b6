package io.gibbsite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The {@code gibbsite} script, copied to a project of its own whose JDKs and Maven are small
 * scripts that say how they were called.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
class LauncherTest {
  private static final String SYSTEM_JDKS = "(?s)\nsystem_jdks='.*?'\n";

  @TempDir Path temp;
  private Path project;
  private Path home;

  private record Result(int exit, String out, String err) {}

  @BeforeEach
  void layOutAProject() throws Exception {
    project = Files.createDirectories(temp.resolve("a project"));
    home = Files.createDirectories(temp.resolve("home"));
    String script = Files.readString(Path.of("../gibbsite"));
    String alone = script.replaceFirst(SYSTEM_JDKS, "\nsystem_jdks=\n");
    assertThat(alone).as("the script without the JDKs of this machine").isNotEqualTo(script);
    executable(project.resolve("gibbsite"), alone);
    Files.writeString(project.resolve("pom.xml"), "");
    Files.createDirectories(project.resolve("core/src/main"));
    Files.writeString(project.resolve("core/pom.xml"), "");
    for (String tool :
        List.of("dirname", "find", "head", "mkdir", "mv", "readlink", "rm", "touch")) {
      offer(tool);
    }
    maven("mkdir -p cli/target/lib && echo jar > cli/target/gibbsite.jar");
  }

  @Test
  void saysWhichJdkIsMissing() throws Exception {
    Result result = run(Map.of());
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err().lines())
        .singleElement()
        .asString()
        .contains("needs a JDK 25.0.3 or later", "GIBBSITE_JAVA_HOME", "found none");
  }

  @Test
  void refusesOldJdksAndNamesThem() throws Exception {
    for (String version : List.of("17.0.15", "25", "25.0.2", "9.0.4", "25-ea")) {
      jdk(home.resolve(".jdks/jdk-" + version), version);
    }
    Path java = jdk(temp.resolve("java home"), "21.0.9");
    Result result = run(Map.of("JAVA_HOME", java.toString()));
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err().lines())
        .singleElement()
        .asString()
        .contains("17.0.15 in " + home.resolve(".jdks/jdk-17.0.15"))
        .contains("25.0.2 in ")
        .contains("9.0.4 in ")
        .contains("25-ea in ")
        .contains("21.0.9 in " + java);
  }

  @Test
  void takesTheFirstNewEnoughJdk() throws Exception {
    for (String version : List.of("25.0.3", "25.0.10", "25.1", "26", "26-ea", "25.0.3.1")) {
      Path jdk = jdk(temp.resolve("named " + version), version);
      Result result = run(Map.of("JAVA_HOME", jdk.toString()));
      assertThat(result.out()).as(result.err()).startsWith("java of " + version);
    }
    Path old = jdk(temp.resolve("old"), "24.0.9");
    jdk(home.resolve(".sdkman/candidates/java/25.0.4-tem"), "25.0.4");
    assertThat(run(Map.of("JAVA_HOME", old.toString())).out()).startsWith("java of 25.0.4");
  }

  @Test
  void neverLooksFurtherThanANamedJdk() throws Exception {
    Path good = jdk(temp.resolve("good"), "25.0.3");
    Path old = jdk(temp.resolve("old"), "17.0.1");
    Result result = run(Map.of("GIBBSITE_JAVA_HOME", old.toString(), "JAVA_HOME", good.toString()));
    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.err()).contains("GIBBSITE_JAVA_HOME", old.toString(), "17.0.1");
    Result none = run(Map.of("GIBBSITE_JAVA_HOME", temp.resolve("nothing").toString()));
    assertThat(none.exit()).isEqualTo(2);
    assertThat(none.err()).contains("GIBBSITE_JAVA_HOME", "nothing is none");
  }

  @Test
  void startsFromAnywhereThroughASymbolicLink() throws Exception {
    Path jdk = jdk(temp.resolve("a jdk"), "25.0.3");
    Path bin = Files.createDirectories(temp.resolve("my bin"));
    Files.createSymbolicLink(bin.resolve("relative"), Path.of("../a project/gibbsite"));
    Path link = Files.createSymbolicLink(bin.resolve("gibbsite"), Path.of("relative"));
    Result result =
        start(
            Map.of("JAVA_HOME", jdk.toString(), "GIBBSITE_JAVA_OPTS", "-Xmx1g -Dstar=*"),
            bin,
            link.toString(),
            "energy",
            "a b",
            "");
    assertThat(result.exit()).as(result.err()).isEqualTo(7);
    assertThat(result.out().lines())
        .contains("-Xmx1g", "-Dstar=*", "--add-modules", "jdk.incubator.vector")
        .containsSubsequence(
            "-jar", project.toRealPath() + "/cli/target/gibbsite.jar", "energy", "a b", "");
  }

  @Test
  void buildsOnceAndAfterAChange() throws Exception {
    Map<String, String> jdk = Map.of("JAVA_HOME", jdk(temp.resolve("jdk"), "25.0.3").toString());
    assertThat(run(jdk).err()).contains("mvn -q -B", "package");
    assertThat(run(jdk).err()).isEmpty();
    Files.writeString(project.resolve("core/src/main/New.java"), "");
    assertThat(run(jdk).err()).contains("mvn -q -B", "package");
    Files.delete(project.resolve("core/src/main/New.java"));
    assertThat(run(jdk).err()).contains("mvn -q -B", "package");
    assertThat(run(jdk).err()).isEmpty();
  }

  /**
   * Maven resets colours at its end, into files too, unless its terminal library is told not to.
   */
  @Test
  void buildsWithoutEscapeCodes() throws Exception {
    maven(
        """
        case "$* $MAVEN_OPTS" in
          *-Dstyle.color=never*-Djansi.noreset=true*) ;;
          *) printf '\\033[0m' ;;
        esac
        mkdir -p cli/target/lib && echo jar > cli/target/gibbsite.jar
        """);
    Map<String, String> jdk = Map.of("JAVA_HOME", jdk(temp.resolve("jdk"), "25.0.3").toString());
    assertThat(run(jdk).err()).contains("mvn -q -B").doesNotContain("\033");
  }

  @Test
  void stopsAtABuildThatFails() throws Exception {
    Map<String, String> jdk = Map.of("JAVA_HOME", jdk(temp.resolve("jdk"), "25.0.3").toString());
    maven("exit 3");
    for (int attempt = 0; attempt < 2; attempt++) {
      Result failed = run(jdk);
      assertThat(failed.exit()).isEqualTo(1);
      assertThat(failed.err()).contains("could not be built");
      assertThat(failed.out()).isEmpty();
    }
    Files.delete(temp.resolve("path/mvn"));
    Result missing = run(jdk);
    assertThat(missing.exit()).isEqualTo(1);
    assertThat(missing.err().lines()).singleElement().asString().contains("needs Maven 3.8");
  }

  @Test
  void printsTheJdkAndDoesNothingElse() throws Exception {
    Path jdk = jdk(temp.resolve("the jdk"), "25.0.3");
    Result result =
        start(
            Map.of("JAVA_HOME", jdk.toString()),
            temp,
            project.resolve("gibbsite").toString(),
            "--print-jdk");
    assertThat(result).isEqualTo(new Result(0, jdk + "\n", ""));
    assertThat(project.resolve("cli")).doesNotExist();
  }

  private Result run(Map<String, String> environment) throws Exception {
    return start(environment, temp, project.resolve("gibbsite").toString(), "info");
  }

  private Result start(Map<String, String> environment, Path directory, String... command)
      throws Exception {
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", temp.resolve("path").toString());
    builder.environment().put("HOME", home.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /**
   * A JDK whose {@code java} prints its version and its arguments, one a line, and exits with 7.
   */
  private static Path jdk(Path folder, String version) throws IOException {
    Files.createDirectories(folder.resolve("bin"));
    Files.writeString(
        folder.resolve("release"),
        "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
    executable(folder.resolve("bin/javac"), "#!/bin/sh\n");
    executable(
        folder.resolve("bin/java"),
        "#!/bin/sh\necho java of %s\nprintf '%%s\\n' \"$@\"\nexit 7\n".formatted(version));
    return folder;
  }

  private void maven(String script) throws IOException {
    executable(temp.resolve("path/mvn"), "#!/bin/sh\necho mvn \"$@\"\n" + script + "\n");
  }

  /** The search path holds nothing but what the launcher needs, so that it finds no other JDK. */
  private void offer(String tool) throws IOException {
    Path from =
        Stream.of("/bin", "/usr/bin")
            .map(folder -> Path.of(folder, tool))
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow();
    Path path = Files.createDirectories(temp.resolve("path"));
    executable(path.resolve(tool), "#!/bin/sh\nexec " + from + " \"$@\"\n");
  }

  private static void executable(Path file, String script) throws IOException {
    Files.writeString(file, script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
