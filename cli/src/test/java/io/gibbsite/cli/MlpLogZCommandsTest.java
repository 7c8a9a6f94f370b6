package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gibbsite.density.Gaussian;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On {@code exp(-E) = exp(2) N(m, s^2 I)}, whose log Z is 2, and on networks. */
class MlpLogZCommandsTest {
  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** A Gaussian with log Z = 2. */
  private String gaussian(int columns) throws IOException {
    MlpShape shape = MlpShape.of(Activation.SILU, columns);
    float[] values = new float[columns + 1];
    values[columns] = -2;
    return write(new MlpParameters(shape, values, Gaussian.isotropic(columns, 0.5f, 0.8f)));
  }

  private String write(MlpParameters parameters) throws IOException {
    new MlpModel(parameters, 0).write(folder.resolve("m.safetensors"));
    return path("m.safetensors");
  }

  private String rows(int rows, int columns) throws IOException {
    float[] x = Fixture.normals(rows * columns, 4);
    Npy.write(folder.resolve("x.npy"), NdArray.of(x, rows, columns));
    return path("x.npy");
  }

  private static JsonNode json(Run run) throws IOException {
    return new ObjectMapper().readTree(run.succeeds().out());
  }

  /** Estimates are held to six standard errors, 2e-9, and reverse AIS to its bias beside. */
  @ParameterizedTest
  @CsvSource({"exact, 1e-6, 0", "ais, 0, 0.05", "reverse-ais, 0.05, 0.05"})
  void logZIsPrintedWithItsError(String method, double bias, double error) throws IOException {
    JsonNode result =
        json(
            Run.of(
                "logz",
                "--quiet",
                "--model",
                gaussian(2),
                "--method",
                method,
                "--base",
                "normal:0,1",
                "--temperatures",
                "100",
                "--burn-in",
                "50"));
    double found = result.at("/standard_error").asDouble();
    assertThat(found).isBetween(0.0, error);
    assertThat(result.at("/log_z").asDouble()).isCloseTo(2, within(bias + 6 * found));
  }

  /** The base is fitted to the rows, or the box, or the model's own. */
  @Test
  void aBracketHasTwoEndsWhateverItStartsFrom() throws IOException {
    String model = gaussian(3);
    for (String[] base :
        new String[][] {
          {"--data", rows(500, 3)}, {"--base", "uniform:-4,5"}, {"--leapfrog", "1"}
        }) {
      JsonNode result =
          json(
              Run.of(
                  "logz", "--quiet", "--model", model, base[0], base[1], "--temperatures", "200"));
      assertThat(result.at("/lower").asDouble()).isCloseTo(2, within(0.2));
      assertThat(result.at("/upper").asDouble()).isCloseTo(2, within(0.2));
      assertThat(result.at("/forward/effective_samples").asDouble()).isBetween(30.0, 100.001);
    }
  }

  @Test
  void anEstimateFromFewEffectiveSamplesIsDoubted() throws IOException {
    String model = gaussian(3);
    Run far =
        Run.of(
            "logz",
            "--model",
            model,
            "--method",
            "ais",
            "--base",
            "normal:9,0.1",
            "--temperatures",
            "2");
    assertThat(far.succeeds().err()).contains("effective samples of 100 chains");
    assertThat(Run.of("logz", "--model", model, "--method", "ais").succeeds().err())
        .doesNotContain("effective samples");
  }

  /** In a plane by integration, beyond by the bracket; both hold the truth of a Gaussian. */
  @ParameterizedTest
  @CsvSource({"2, 1e-5", "3, 0.3"})
  void evaluateGivesTheMeanLogLikelihood(int columns, double error) throws IOException {
    String model = gaussian(columns);
    String data = rows(40, columns);
    float[] x = Fixture.normals(40 * columns, 4);
    Gaussian truth = Gaussian.isotropic(columns, 0.5f, 0.8f);
    double expected = 0;
    for (int i = 0; i < 40; i++) {
      expected += truth.logDensity(x, i * columns) / 40;
    }
    JsonNode result =
        json(
            Run.of(
                "evaluate", "--quiet", "--model", model, "--data", data, "--base", "normal:0,1"));
    assertThat(result.at("/mean_log_likelihood").asDouble()).isCloseTo(expected, within(error));
    assertThat(result.at("/rows").asInt()).isEqualTo(40);
    assertThat(result.at("/upper").asDouble() - result.at("/lower").asDouble())
        .isBetween(0.0, 2 * error);
  }

  /** The same number from the grid and from annealing, on a network. */
  @Test
  void annealingAgreesWithTheGrid() throws IOException {
    MlpShape shape = MlpShape.of(Activation.TANH, 2, 16, 16);
    MlpParameters random = MlpParameters.random(shape, Gaussian.isotropic(2, 0, 1), 5);
    for (int p = 0; p < random.values().length; p++) {
      random.values()[p] *= 4;
    }
    String model = write(random);
    double exact =
        json(Run.of("logz", "--quiet", "--model", model, "--method", "exact"))
            .at("/log_z")
            .asDouble();
    JsonNode bracket = json(Run.of("logz", "--quiet", "--model", model, "--chains", "400"));
    assertThat(bracket.at("/lower").asDouble()).isBetween(exact - 0.1, exact + 0.02);
    assertThat(bracket.at("/upper").asDouble()).isBetween(exact - 0.02, exact + 0.1);
  }

  @Test
  void badInputIsNamed() throws IOException {
    String plain = new Fixture(folder).modelFile;
    Run.of("logz", "--quiet", "--model", plain)
        .fails(2, "no base density", "--base normal:MEAN,SD");
    for (String[] more : new String[][] {{}, {"--base", "normal:0,1"}, {"--data", "none.npy"}}) {
      List<String> words = new ArrayList<>(List.of("logz", "--quiet", "--model", plain));
      words.addAll(List.of("--method", "exact"));
      words.addAll(List.of(more));
      Run.of(words.toArray(String[]::new))
          .fails(2, plain, "integrates on a plane", "3 columns", "take --method bracket");
    }
    String model = gaussian(2);
    Run.of("logz", "--quiet", "--model", model, "--base", "box").fails(2, "--base", "'box'");
    Run.of("logz", "--quiet", "--model", model, "--leapfrog", "0").fails(2, "--leapfrog must be");
    Run.of("logz", "--quiet", "--model", model, "--data", rows(9, 3))
        .fails(2, "3 columns, but the model", "takes 2");
    Run.of("logz", "--quiet", "--model", model, "--method", "exact", "--base", "normal:0,0.01")
        .fails(2, "reaches beyond", "--base uniform:LO,HI");
    Run.of("evaluate", "--quiet", "--model", model, "--data", rows(9, 2), "--labels", "y.npy")
        .fails(2, "--labels need a model with binary visible units");
  }
}
