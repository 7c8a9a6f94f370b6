package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.DatasetReader;
import io.gibbsite.density.Gaussian;
import io.gibbsite.io.DType;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleCommandTest {
  private static final Gaussian TARGET =
      new Gaussian(new float[] {1, -2}, new float[] {1, 0, 0.6f, 0.8f});

  @TempDir private Path folder;

  /** A model that is the Gaussian exactly: a linear network of zeros over it. */
  @BeforeEach
  void writeModel() throws IOException {
    MlpShape shape = MlpShape.of(Activation.SILU, 2);
    new MlpModel(new MlpParameters(shape, new float[3], TARGET), 0)
        .write(folder.resolve("model.safetensors"));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Run sample(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("sample", path("model.safetensors"), "--out", path("x.npz"), "--quiet"));
    arguments.addAll(List.of("--backend", "scalar"));
    arguments.addAll(Arrays.asList(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  private Map<String, NdArray> samples() throws IOException {
    return Npz.read(folder.resolve("x.npz"));
  }

  /**
   * Moments of 2,000 independent chains after 400 steps of 0.02, 8 relaxation times, from N(0, 1).
   * The means have a standard error of 0.022, the variances one of 0.032 and a bias of about 0.01
   * from the step size and 1e-3 from the start: 6 standard errors and the bias stand for 1e-8.
   */
  @Test
  void samplesHaveTheModelsMoments() throws IOException {
    sample(
            "--chains",
            "2000",
            "--burn-in",
            "1999",
            "--steps",
            "1",
            "--thin",
            "1",
            "--step-size",
            "0.02",
            "--init",
            "normal")
        .succeeds();
    NdArray x = samples().get("posterior/x");
    NdArray energy = samples().get("sample_stats/energy");
    assertThat(x.shape()).containsExactly(2000, 1, 2);
    assertThat(energy.shape()).containsExactly(2000, 1);
    double[] mean = new double[2];
    double[] second = new double[3];
    for (int i = 0; i < 2000; i++) {
      double u = x.floats()[2 * i] - 1;
      double v = x.floats()[2 * i + 1] + 2;
      mean[0] += u / 2000;
      mean[1] += v / 2000;
      second[0] += u * u / 2000;
      second[1] += v * v / 2000;
      second[2] += u * v / 2000;
      assertThat((double) energy.floats()[i])
          .isCloseTo(-TARGET.logDensity(x.floats(), 2 * i), within(1e-4));
    }
    assertThat(mean[0]).isCloseTo(0, within(0.14));
    assertThat(mean[1]).isCloseTo(0, within(0.14));
    assertThat(second[0]).isCloseTo(1, within(0.24));
    assertThat(second[1]).isCloseTo(1, within(0.24));
    assertThat(second[2]).isCloseTo(0.6, within(0.22));
  }

  @Test
  void drawsAreEveryThinthStepAfterBurnIn() throws IOException {
    sample("--chains", "3", "--burn-in", "5", "--steps", "23", "--thin", "4").succeeds();
    NdArray thinned = samples().get("posterior/x");
    assertThat(thinned.shape()).containsExactly(3, 5, 2);
    sample("--chains", "3", "--burn-in", "0", "--steps", "28", "--thin", "1").succeeds();
    NdArray all = samples().get("posterior/x");
    for (int chain = 0; chain < 3; chain++) {
      for (int draw = 0; draw < 5; draw++) {
        int step = 5 + 4 * (draw + 1);
        assertThat(thinned.floats()[(chain * 5 + draw) * 2])
            .isEqualTo(all.floats()[(chain * 28 + step - 1) * 2]);
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameBytesWithAnyNumberOfThreads() throws IOException {
    sample("--chains", "37", "--steps", "30", "--threads", "1").succeeds();
    byte[] one = Files.readAllBytes(folder.resolve("x.npz"));
    for (String threads : List.of("2", "5")) {
      sample("--chains", "37", "--steps", "30", "--threads", threads).succeeds();
      assertThat(Files.readAllBytes(folder.resolve("x.npz"))).isEqualTo(one);
    }
    sample("--chains", "37", "--steps", "30", "--seed", "1").succeeds();
    assertThat(Files.readAllBytes(folder.resolve("x.npz"))).isNotEqualTo(one);
  }

  private JsonNode report() throws IOException {
    NdArray bytes = samples().get(SampleFile.REPORT);
    assertThat(bytes.dtype()).isEqualTo(DType.U8);
    byte[] text = new byte[bytes.size()];
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) bytes.value(i);
    }
    return Json.node(folder.resolve("x.npz"), new String(text, StandardCharsets.UTF_8));
  }

  @Test
  void theFileSaysWhatMadeIt() throws IOException {
    sample("--chains", "3", "--steps", "20", "--sampler", "mh", "--threads", "2", "--seed", "5")
        .succeeds();
    JsonNode report = report();
    assertThat(report.get("gibbsite").textValue()).isEqualTo(Version.text());
    assertThat(report.get("command").textValue())
        .isEqualTo(
            "gibbsite sample "
                + path("model.safetensors")
                + " --sampler mh --chains 3 --steps 20 --seed 5");
    assertThat(report.get("model").textValue()).isEqualTo("mlp");
    assertThat(report.get("sampler").textValue()).isEqualTo("mh");
    assertThat(report.get("chains").intValue()).isEqualTo(3);
    assertThat(report.get("steps").intValue()).isEqualTo(20);
    assertThat(report.get("burn_in").intValue()).isEqualTo(1000);
    assertThat(report.get("thin").intValue()).isEqualTo(10);
    assertThat(report.get("seed").longValue()).isEqualTo(5);
    assertThat(report.get("backend").textValue()).startsWith("scalar (");
    assertThat(report.get("precision").textValue()).isEqualTo("float32");
    Dataset rows = DatasetReader.read(folder.resolve("x.npz"));
    assertThat(rows.rows()).isEqualTo(6);
    assertThat(rows.columns()).isEqualTo(2);
  }

  @Test
  void theBoxHolds() throws IOException {
    sample("--chains", "50", "--steps", "50", "--box", "-0.5,0.25", "--picture", path("p.png"))
        .succeeds();
    for (float x : samples().get("posterior/x").floats()) {
      assertThat(x).isBetween(-0.5f, 0.25f);
    }
    assertThat(ImageIO.read(folder.resolve("p.png").toFile())).isNotNull();
  }

  @Test
  void noNoiseDescendsToTheMode() throws IOException {
    sample(
            "--chains",
            "5",
            "--burn-in",
            "3000",
            "--steps",
            "1",
            "--thin",
            "1",
            "--noise-scale",
            "0")
        .succeeds();
    float[] x = samples().get("posterior/x").floats();
    assertThat(x[0]).isCloseTo(1, within(1e-3f));
    assertThat(x[1]).isCloseTo(-2, within(1e-3f));
  }

  @Test
  void divergedChainsFailAndWriteNothing() {
    sample("--step-size", "1000", "--steps", "200").fails(1, "chain ", "lower --step-size");
    assertThat(folder.resolve("x.npz")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--chains|0|--chains must be at least 1",
        "--steps|-1|--steps must be at least 1",
        "--burn-in|-1|--burn-in must be at least 0",
        "--thin|0|--thin must be from 1 to --steps",
        "--thin|1001|--thin must be from 1 to --steps",
        "--step-size|0|--step-size must be positive",
        "--step-size|NaN|--step-size must be positive",
        "--temperature|-1|--temperature must be at least 0",
        "--noise-scale|-1|--noise-scale must be at least 0",
        "--clip|0|--clip must be positive",
        "--box|2,1|--box must be LO,HI",
        "--box|2|--box must be LO,HI",
        "--sampler|nuts|--sampler must be langevin, mala, hmc, mh, underdamped, annealed, pt, svgd",
        "--leapfrog|3|--leapfrog is of hmc, not of langevin",
        "--friction|2|--friction is of underdamped, not of langevin",
        "--hottest|20|--hottest is of annealed and pt, not of langevin",
        "--levels|3|--levels is of pt",
        "--init|zeros|--init must be noise, base, normal or data, not 'zeros'",
        "--init|data|--init data needs a run's folder",
        "--init|noise|--init noise needs a run's folder",
        "--chains|2000000000|too many",
      })
  void wrongValuesAreNamed(String option, String value, String message) {
    sample(option, value).fails(2, message);
    assertThat(folder.resolve("x.npz")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hmc|--leapfrog|0|--leapfrog must be at least 1",
        "hmc|--temperature|0|--temperature must be positive for hmc",
        "mala|--clip|1|--clip is of annealed and langevin, not of mala",
        "underdamped|--friction|0|--friction must be positive",
        "annealed|--hottest|1|--hottest must be above --temperature",
        "pt|--levels|1|--levels must be at least 2",
        "pt|--levels|2000000000|too many",
        "svgd|--chains|1|at least 2 particles",
      })
  void wrongValuesOfOneSamplerAreNamed(String rule, String option, String value, String message) {
    sample("--sampler", rule, option, value).fails(2, message);
    assertThat(folder.resolve("x.npz")).doesNotExist();
  }

  /**
   * Moments of 1,500 independent chains under every sampler, from N(0, 1), after a burn-in that
   * leaves nothing of it: standard errors 0.026 and 0.037, of which six are 0.16 and 0.23 (2e-9).
   * Langevin's bias at steps of 0.01 is 0.01, SVGD's particles spread less than samples do.
   */
  @ParameterizedTest
  @ValueSource(strings = {"mala", "hmc", "mh", "underdamped", "annealed", "pt", "svgd"})
  void everySamplerHasTheModelsMoments(String rule) throws IOException {
    boolean particles = rule.equals("svgd");
    int chains = particles ? 300 : 1500;
    Run run =
        sample(
                "--sampler",
                rule,
                "--chains",
                Integer.toString(chains),
                "--burn-in",
                "800",
                "--steps",
                "40",
                "--thin",
                "40")
            .succeeds();
    NdArray x = samples().get("posterior/x");
    assertThat(x.shape()).containsExactly(chains, 1, 2);
    double[] mean = new double[2];
    double[] second = new double[3];
    for (int i = 0; i < chains; i++) {
      double u = x.floats()[2 * i] - 1;
      double v = x.floats()[2 * i + 1] + 2;
      mean[0] += u / chains;
      mean[1] += v / chains;
      second[0] += u * u / chains;
      second[1] += v * v / chains;
      second[2] += u * v / chains;
    }
    assertThat(mean[0]).isCloseTo(0, within(0.16));
    assertThat(mean[1]).isCloseTo(0, within(0.16));
    assertThat(second[0]).isCloseTo(1, within(0.25));
    assertThat(second[1]).isCloseTo(1, within(0.25));
    assertThat(second[2]).isCloseTo(0.6, within(0.25));
    NdArray rates = samples().get("sample_stats/acceptance_rate");
    double aim = rule.equals("hmc") ? 0.8 : rule.equals("mh") ? 0.234 : 0.574;
    boolean accepts = Set.of("mala", "hmc", "mh", "pt").contains(rule);
    assertThat(rates != null).isEqualTo(accepts);
    if (accepts) {
      double sum = 0;
      for (float rate : rates.floats()) {
        sum += rate / chains;
      }
      assertThat(sum).isCloseTo(aim, within(0.05));
      assertThat(run.out()).contains("acceptance");
    }
  }

  /** A step size that is given is not adapted: HMC with tiny steps accepts everything. */
  @Test
  void aGivenStepSizeIsKept() throws IOException {
    sample("--sampler", "hmc", "--step-size", "0.001", "--steps", "20").succeeds();
    for (float rate : samples().get("sample_stats/acceptance_rate").floats()) {
      assertThat(rate).isGreaterThan(0.999f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hmc", "pt", "svgd"})
  void theSameSeedGivesTheSameBytesUnderOtherSamplers(String rule) throws IOException {
    String[] options = {"--sampler", rule, "--chains", "37", "--burn-in", "20", "--steps", "20"};
    byte[] one = null;
    for (String threads : List.of("1", "2", "5")) {
      List<String> all = new ArrayList<>(List.of(options));
      all.addAll(List.of("--threads", threads));
      sample(all.toArray(String[]::new)).succeeds();
      byte[] bytes = Files.readAllBytes(folder.resolve("x.npz"));
      one = one == null ? bytes : one;
      assertThat(bytes).isEqualTo(one);
    }
  }

  @Test
  void aPlaceThatIsNoneIsSaidBeforeAnythingIsSampled() {
    sample("--picture", path("none/x.png")).fails(2, "none/x.png: cannot be written", "none");
    assertThat(folder.resolve("x.npz")).doesNotExist();
  }

  @Test
  void badModelsAreNamed() throws IOException {
    Run.of("sample", path("none.safetensors"), "--out", path("x.npz"))
        .fails(2, "none.safetensors: does not exist");
    Files.createDirectories(folder.resolve("empty"));
    Run.of("sample", path("empty"), "--out", path("x.npz")).fails(2, "model.safetensors");
    Files.writeString(folder.resolve("text"), "not a model");
    Run.of("sample", path("text"), "--out", path("x.npz")).fails(2, "text");
    Run.of("sample", path("model.safetensors")).fails(2, "--out");
  }
}
