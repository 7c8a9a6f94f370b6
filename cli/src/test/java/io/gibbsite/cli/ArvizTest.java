package io.gibbsite.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * ArviZ loads samples by the recipe in {@code docs/arviz.md}, and says the same of them. The
 * environment variable or system property {@code GIBBSITE_PYTHON} names the Python to ask.
 */
class ArvizTest {
  private static final String NAMED = "GIBBSITE_PYTHON";
  private static final String PYTHON =
      System.getProperty(NAMED, System.getenv().getOrDefault(NAMED, "python3"));
  private static final Pattern RECIPE = Pattern.compile("(?s)```python\n(.*?)```");
  private static final String QUESTION =
      """

      import json
      x = data.posterior["x"].values
      ask = lambda function, method: [float(function(x[:, :, c], method=method)) for c in range(x.shape[2])]
      print(json.dumps({
          "ess_bulk": ask(arviz.ess, "bulk"), "ess_tail": ask(arviz.ess, "tail"),
          "mcse_mean": ask(arviz.mcse, "mean"), "mcse_sd": ask(arviz.mcse, "sd"),
          "r_hat": ask(arviz.rhat, "rank"),
          "energy": float(data.sample_stats["energy"].values.mean()),
          "report": data.posterior.attrs}))
      """;

  @TempDir private Path folder;

  @BeforeEach
  void needsArviz() throws IOException, InterruptedException {
    int code;
    try {
      code = python("import arviz");
    } catch (IOException e) {
      code = -1;
    }
    Assumptions.assumeTrue(
        code == 0, "'" + PYTHON + "' is no Python with ArviZ: name one with " + NAMED);
  }

  private int python(String program) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(PYTHON, "-W", "ignore", "-c", program)
            .directory(folder.toFile())
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("Python ends").isTrue();
    return process.exitValue();
  }

  @Test
  void saysTheSame() throws IOException, InterruptedException {
    Fixture fixture = new Fixture(folder);
    String samples = fixture.path("x.npz");
    Run.of(
            "sample",
            fixture.modelFile,
            "--out",
            samples,
            "--chains",
            "5",
            "--steps",
            "211",
            "--thin",
            "1",
            "--backend",
            "scalar",
            "--quiet")
        .succeeds();
    Run run = Run.of("diagnose", samples, "--json").succeeds();
    Files.writeString(folder.resolve("ours.json"), run.out());
    JsonNode ours = Json.read(folder.resolve("ours.json"), JsonNode.class).get("convergence");

    Matcher recipe = RECIPE.matcher(Files.readString(Path.of("../docs/arviz.md")));
    String recipes = recipe.results().map(block -> block.group(1)).collect(joining("\n"));
    assertThat(python(recipes + QUESTION)).as(Files.readString(folder.resolve("err"))).isZero();
    JsonNode theirs = Json.read(folder.resolve("out"), JsonNode.class);

    assertThat(theirs.get("report").get("command").asText()).startsWith("gibbsite sample ");
    assertThat(theirs.get("report").get("seed").asInt()).isZero();
    assertThat(ours.get("chains").asInt()).isEqualTo(5);
    assertThat(ours.get("draws").asInt()).isEqualTo(211);
    JsonNode energy = ours.get("quantities").get(0);
    assertThat(energy.get("name").asText()).isEqualTo("energy");
    assertThat(energy.get("mean").asDouble())
        .isCloseTo(theirs.get("energy").asDouble(), within(1e-5));
    for (int c = 0; c < Fixture.COLUMNS; c++) {
      JsonNode column = ours.get("quantities").get(1 + c);
      assertThat(column.get("name").asText()).isEqualTo("x[" + c + "]");
      for (String key : new String[] {"ess_bulk", "ess_tail", "mcse_mean", "mcse_sd", "r_hat"}) {
        double expected = theirs.get(key).get(c).asDouble();
        // ArviZ computes in the float32 of the file.
        assertThat(column.get(key).asDouble())
            .as("%s of column %d", key, c)
            .isCloseTo(expected, within(1e-3 * expected));
      }
    }
  }
}
