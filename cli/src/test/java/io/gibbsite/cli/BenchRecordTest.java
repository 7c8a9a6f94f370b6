package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Records are written whole, and what is said about them is what they say. */
class BenchRecordTest {
  private static final Path RECORDS = Path.of("../docs/benchmarks");
  private static final int MOST_PICTURE_BYTES = 100_000;

  @TempDir private Path folder;

  private Run measure(String... more) {
    String[] arguments = {
      "bench",
      "--workload",
      "energy",
      "--shape",
      "2-8-1",
      "--batch",
      "64",
      "--quick",
      "--backend",
      "scalar",
      "--threads",
      "1",
      "--record",
      folder.resolve("records").toString()
    };
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Run.of(all);
  }

  @Test
  void aRecordSaysWhatItWasMeasuredOn() throws IOException {
    Run run = measure().succeeds();
    Path file = Path.of(run.out().lines().reduce((first, last) -> last).orElseThrow());
    BenchRecord record = Json.read(file, BenchRecord.class);
    assertThat(folder.resolve("records").resolve(record.file())).isEqualTo(file);
    assertThat(file.getParent().getFileName().toString()).matches("[a-z0-9-]+-cores\\+[a-z0-9-]+");
    assertThat(file.getFileName().toString()).matches("\\d{4}-\\d\\d-\\d\\d-[^/]+\\.json");
    assertThat(record.system().jdk()).startsWith(System.getProperty("java.runtime.version"));
    assertThat(record.flags()).contains("--add-modules=jdk.incubator.vector");
    assertThat(record.limits()).hasSize(1);
    assertThat(record.rows())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.backend()).isEqualTo("scalar");
              assertThat(row.description()).startsWith("scalar");
              assertThat(row.threads()).isEqualTo(1);
              assertThat(row.limitFraction()).isBetween(1e-6, 1.0);
              assertThat(row.peers()).isEmpty();
            });
    assertThat(record.firstEnergy()).isNull();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the interpreter here is a shell script")
  void peersStandBesideTheRow() throws IOException {
    Path python = folder.resolve("python");
    Files.writeString(
        python,
        """
        #!/bin/sh
        case "$1" in
          *jax*) echo '{"missing": "No module named jax"}'; exit ;;
        esac
        echo '{"peer": "torch", "version": "1.2", "threads": 1}'
        while read -r request; do echo '{"times": [0.5, 0.25, 1.5]}'; done
        """);
    assertThat(python.toFile().setExecutable(true)).isTrue();
    Run run = measure("--peers", python.toString()).succeeds();
    assertThat(run.err()).contains("going on without a peer: ", "No module named jax");
    assertThat(run.out()).contains("torch", "ratio");
    Path file = Path.of(run.out().lines().reduce((first, last) -> last).orElseThrow());
    BenchRecord record = Json.read(file, BenchRecord.class);
    assertThat(record.rows().get(0).peers().get(0).seconds()).isEqualTo(0.5);
    assertThat(record.rows().get(0).peers().get(0).version()).isEqualTo("1.2");

    assumeThat(Fonts.available()).as("this system has fonts").isTrue();
    Path readme = folder.resolve("README.md");
    String begin = "# A\n<!-- benchmarks: written by gibbsite bench --render -->\n";
    String end = "<!-- end of benchmarks -->\nB\n";
    Files.writeString(readme, begin + "old\n" + end);
    Path records = folder.resolve("records");
    Run.of("bench", "--render", records.toString()).succeeds();
    assertThat(readme)
        .content()
        .startsWith(begin)
        .endsWith(end)
        .contains("| energy | 2-8-1, 64 | 1 |", "(records/" + record.file() + ")")
        .doesNotContain("old");
    assertThat(records.resolve("README.md")).content().contains("PyTorch 1.2");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
  void aStartIsTimedAsUsersMakeIt() throws IOException {
    assertThat(FirstEnergy.measure()).as("without a launcher").isNull();
    Path launcher = folder.resolve("gibbsite");
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec '%s' -cp '%s' --add-modules jdk.incubator.vector io.gibbsite.cli.Main \"$@\"\n"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path")));
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    System.setProperty(FirstEnergy.LAUNCHER, launcher.toString());
    try {
      FirstEnergy start = FirstEnergy.measure();
      assertThat(start.seconds()).isPositive();
      if (Files.exists(Path.of("/proc/self/status"))) {
        assertThat(start.residentBytes()).isBetween(10_000_000L, 10_000_000_000L);
      }
      assertThat(start.sentence()).contains("MB of memory");
    } finally {
      System.clearProperty(FirstEnergy.LAUNCHER);
    }
  }

  @Test
  void badRequestsAreNamed() throws IOException {
    Run.of("bench", "--render", folder.resolve("none").toString()).fails(2, "none", "no such");
    Run.of("bench", "--render", folder.toString()).fails(2, "holds no record", "--record");
    Files.writeString(folder.resolve("x.json"), "{");
    Run.of("bench", "--render", folder.toString()).fails(2, "x.json");
    Run bad = measure("--peers", folder.resolve("snake").toString(), "--quiet");
    assertThat(bad.code()).isEqualTo(2);
    assertThat(bad.err()).contains("no peer to measure", "snake", "cannot be started");
  }

  /** Otherwise run {@code gibbsite bench --render docs/benchmarks}. */
  @Test
  void thePagesAreWhatTheRecordsSay() throws IOException {
    TreeMap<Path, BenchRecord> records = BenchRecord.readAll(RECORDS);
    assertThat(records).isNotEmpty().allSatisfy((file, r) -> assertThat(r.file()).isEqualTo(file));
    BenchRender render = new BenchRender(RECORDS);
    Map<Path, String> texts = render.texts();
    assertThat(texts).hasSize(2);
    assertThat(texts).allSatisfy((file, text) -> assertThat(file).hasContent(text));
    for (String picture : new String[] {"throughput.png", "rooflines.png"}) {
      Path file = RECORDS.resolve(picture);
      assertThat(Png.source(file)).as(picture).isEqualTo(render.source());
      assertThat(file.toFile().length()).as(picture).isLessThan(MOST_PICTURE_BYTES);
    }
  }

  @Test
  void theNewestRecordComesFirst() throws IOException {
    measure().succeeds();
    Path records = folder.resolve("records");
    BenchRecord now = BenchRecord.readAll(records).firstEntry().getValue();
    BenchRecord old =
        new BenchRecord(
            "2001-02-03T04:05:06Z",
            "zzzzzzz",
            false,
            now.unit(),
            now.flags(),
            now.system(),
            null,
            null,
            now.limits(),
            new FirstEnergy(0.25, 0.1, 200_000_000),
            now.rows());
    assertThat(old.write(records).getFileName()).hasToString("2001-02-03-zzzzzzz.json");
    assertThat(BenchRecord.readAll(records).values()).containsExactly(now, old);
    assertThat(BenchPage.all(BenchRecord.readAll(records)))
        .contains("Earlier: [2001-02-03-zzzzzzz.json](")
        .doesNotContain("0.25 s after");
  }
}
