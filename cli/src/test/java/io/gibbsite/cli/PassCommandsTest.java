package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.io.Npz;
import io.gibbsite.io.Safetensors;
import io.gibbsite.mlp.MlpDouble;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.objective.ContrastiveDivergence;
import io.gibbsite.objective.DenoisingScoreMatching;
import io.gibbsite.objective.InfoNce;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.objective.SlicedScoreMatching;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code energy}, {@code gradient} and {@code loss}: their results, and what they refuse. */
class PassCommandsTest {
  private static final double TOLERANCE = 1e-5;

  @TempDir private Path folder;
  private Fixture files;

  @BeforeEach
  void writeFiles() throws IOException {
    files = new Fixture(folder);
  }

  private Run energy(String data, String... more) {
    return run("energy", data, more);
  }

  private Run run(String command, String data, String... more) {
    Stream<String> common =
        Stream.of(
            command, "--model", files.modelFile, "--data", data, "--out", files.path("out.npy"));
    return Run.of(Stream.concat(common, Stream.of(more)).toArray(String[]::new));
  }

  private Run loss(String data, String noiseFile, String... more) {
    List<String> arguments =
        List.of(
            "loss",
            "--model",
            files.modelFile,
            "--data",
            data,
            "--objective",
            "nce",
            "--noise-samples",
            noiseFile);
    return Run.of(Stream.concat(arguments.stream(), Stream.of(more)).toArray(String[]::new));
  }

  private void assertClose(float[] got, double[] expected) {
    assertThat(got).hasSameSizeAs(expected);
    for (int i = 0; i < got.length; i++) {
      assertThat(Math.abs(got[i] - expected[i]) <= TOLERANCE)
          .describedAs("entry %d is %g, expected %g", i, got[i], expected[i])
          .isTrue();
    }
  }

  private NdArray out() throws IOException {
    return Npy.read(folder.resolve("out.npy"));
  }

  private double[] energies() {
    double[] energies = new double[Fixture.ROWS];
    new MlpDouble(files.model.parameters()).energy(Fixture.wide(files.x), Fixture.ROWS, energies);
    return energies;
  }

  @Test
  void energyWritesOneNumberARow() throws IOException {
    Run run = energy(files.dataFile).succeeds();
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("backend ").hasLineCount(1);
    assertThat(out().shape()).containsExactly(Fixture.ROWS);
    assertClose(out().floats(), energies());
  }

  @Test
  void energyTakesEveryBackendOptionAndIsQuiet() throws IOException {
    Run run =
        energy(files.dataFile, "--backend", "scalar", "--threads", "3", "--seed", "5", "--quiet");
    assertThat(run.succeeds().err()).isEmpty();
    assertClose(out().floats(), energies());
  }

  @Test
  void energyReadsNpzAndCsv() throws IOException {
    Path npz = folder.resolve("x.npz");
    Npz.write(npz, Map.of("rows", NdArray.of(files.x, Fixture.ROWS, Fixture.COLUMNS)));
    energy(npz.toString()).succeeds();
    assertClose(out().floats(), energies());

    StringBuilder csv = new StringBuilder();
    for (int i = 0; i < files.x.length; i++) {
      csv.append(files.x[i]).append((i + 1) % Fixture.COLUMNS == 0 ? '\n' : ',');
    }
    Path text = Files.writeString(folder.resolve("x.csv"), csv);
    energy(text.toString()).succeeds();
    assertClose(out().floats(), energies());
  }

  @Test
  void gradientWritesARowARow() throws IOException {
    run("gradient", files.dataFile).succeeds();
    double[] gradient = new double[Fixture.ROWS * Fixture.COLUMNS];
    new MlpDouble(files.model.parameters())
        .inputGradient(Fixture.wide(files.x), Fixture.ROWS, null, gradient);
    assertThat(out().shape()).containsExactly(Fixture.ROWS, Fixture.COLUMNS);
    assertClose(out().floats(), gradient);
  }

  @Test
  void manyRowsAreComputedInBlocks() throws IOException {
    int rows = 3 * (1 << 16) / 2;
    float[] many = new float[rows * Fixture.COLUMNS];
    for (int i = 0; i < many.length; i++) {
      many[i] = files.x[i % files.x.length];
    }
    String data = files.write("many.npy", many, rows, Fixture.COLUMNS);
    double[] few = energies();
    energy(data).succeeds();
    double[] expected = new double[rows];
    Arrays.setAll(expected, i -> few[i % Fixture.ROWS]);
    assertClose(out().floats(), expected);

    float[] noise = new float[many.length];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = 0.5f * many[many.length - 1 - i];
    }
    String noiseFile = files.write("many-noise.npy", noise, rows, 1, Fixture.COLUMNS);
    Density density = Gaussian.isotropic(Fixture.COLUMNS, 0, 1);
    double exact =
        new MlpDouble(files.model.parameters())
            .nce(new SigmoidNce(1, density), files.model.logZ(), many, rows, noise, null);
    Run run = loss(data, noiseFile, "--noise", "normal:0,1").succeeds();
    assertThat(Math.abs(json(run).get("loss").doubleValue() - exact)).isLessThan(TOLERANCE);
  }

  private static JsonNode json(Run run) throws IOException {
    return new ObjectMapper().readTree(run.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"normal:0.1,1.5", "uniform:-6,6"})
  void lossPrintsJsonAndWritesGradients(String noise) throws IOException {
    Path gradients = folder.resolve("g.safetensors");
    Run run =
        loss(
            files.dataFile,
            files.noiseFile,
            "--noise",
            noise,
            "--gradients",
            gradients.toString(),
            "--backend",
            "scalar");
    float[] low = {-6, -6, -6};
    float[] high = {6, 6, 6};
    Density density =
        noise.startsWith("normal")
            ? Gaussian.isotropic(Fixture.COLUMNS, 0.1f, 1.5f)
            : new UniformBox(low, high);
    double[] gradient = new double[files.model.parameters().values().length + 1];
    double expected =
        new MlpDouble(files.model.parameters())
            .nce(
                new SigmoidNce(Fixture.K, density),
                files.model.logZ(),
                files.x,
                Fixture.ROWS,
                files.noise,
                gradient);
    JsonNode json = json(run.succeeds());
    assertThat(json.get("objective").textValue()).isEqualTo("nce");
    assertThat(json.get("backend").textValue()).isEqualTo("scalar (single-threaded, float32)");
    assertThat(json.get("precision").textValue()).isEqualTo("float32");
    assertThat(Math.abs(json.get("loss").doubleValue() - expected)).isLessThan(TOLERANCE);
    Map<String, NdArray> tensors = Safetensors.read(gradients).tensors();
    assertThat(tensors.keySet())
        .isEqualTo(Safetensors.read(Path.of(files.modelFile)).tensors().keySet());
    int bias = files.model.parameters().shape().biasOffset(0);
    assertClose(tensors.get("layers.0.weight").floats(), Arrays.copyOf(gradient, bias));
    assertClose(tensors.get("log_z").floats(), new double[] {gradient[gradient.length - 1]});
  }

  @Test
  void damagedAndMissingFilesAreNamed() throws IOException {
    energy(files.path("none.npy")).fails(2, "none.npy", "exist");
    energy(folder.toString()).fails(2, folder.toString(), "folder");
    Path zeros = Files.write(folder.resolve("bad.npy"), new byte[] {(byte) 0x93, 'N', 'U', 'M', 1});
    energy(zeros.toString()).fails(2, "bad.npy");
    Path text = Files.writeString(folder.resolve("bad.safetensors"), "hello, hello");
    Run.of("energy", "--model", text.toString(), "--data", files.dataFile, "--out", "e.npy")
        .fails(2, "bad.safetensors", "no safetensors file");
    assertThat(folder.resolve("out.npy")).doesNotExist();
  }

  @Test
  void dataThatDoNotFitAreNamed() throws IOException {
    String wide = files.write("wide.npy", new float[8], 2, 4);
    energy(wide).fails(2, "wide.npy", "4 columns", "takes 3");
    run("gradient", wide).fails(2, "wide.npy", "4 columns");
    String nan = files.write("nan.npy", new float[] {1, 2, 3, 4, Float.NaN, 6}, 2, 3);
    energy(nan).fails(2, "nan.npy", "row 1", "column 1", "NaN");
  }

  @Test
  void anOutputThatCannotBeWrittenIsAFailedRun() {
    Run.of(
            "energy",
            "--model",
            files.modelFile,
            "--data",
            files.dataFile,
            "--out",
            files.path("none/e.npy"),
            "--quiet")
        .fails(2, "none/e.npy", "cannot be written");
  }

  @Test
  void wrongOptionsAreNamed() {
    energy(files.dataFile, "--backend", "vectr").fails(2, "'vectr'", "scalar");
    energy(files.dataFile, "--precision", "float16").fails(2, "--precision", "'float16'", "bf16x3");
    energy(files.dataFile, "--threads", "0").fails(2, "--threads", "at least 1", "0");
    energy(files.dataFile, "--threads", "1000000").fails(2, "--threads", "at most 4096", "1000000");
    energy(files.dataFile, "--threads", "two").fails(2, "--threads", "two");
    energy(files.dataFile, "--sede", "1").fails(2, "'--sede'", "did you mean", "--seed");
    Run.of("energy", "--data", files.dataFile).fails(2, "--model", "--out");
  }

  @Test
  void lossRefusesWhatDoesNotFit() throws IOException {
    String[] normal = {"--noise", "normal:0,1"};
    loss(files.dataFile, files.dataFile, normal).fails(2, "x.npy", "[rows, k, columns]");
    String nan = files.write("nan.npy", new float[Fixture.ROWS * 3], Fixture.ROWS, 1, 3);
    loss(files.dataFile, nan, "--noise", "uniform:1,2")
        .fails(2, "nan.npy", "[0, 0]", "uniform:1,2");
    loss(files.dataFile, files.noiseFile, "--noise", "normal:0,0")
        .fails(2, "--noise", "normal:0,0");
    loss(files.dataFile, files.noiseFile, "--noise", "cauchy").fails(2, "--noise", "'cauchy'");
    loss(files.dataFile, files.path("none.npy"), normal).fails(2, "none.npy");
    Run.of(
            "loss",
            "--model",
            files.modelFile,
            "--data",
            files.dataFile,
            "--objective",
            "mce",
            "--noise-samples",
            files.noiseFile,
            "--noise",
            "normal:0,1")
        .fails(2, "--objective", "'mce'", "nce");
  }

  /** A loss on more rows than one block holds, and its gradient, against one call. */
  @ParameterizedTest
  @ValueSource(strings = {"infonce", "cd", "dsm", "ism", "ssm", "ssm-vr"})
  void everyObjectiveIsThatOfTheLibrary(String objective) throws IOException {
    int rows = (1 << 16) + 100;
    int d = Fixture.COLUMNS;
    float[] x = Fixture.normals(rows * d, 4);
    float[] v = Fixture.normals(rows * d, 5);
    String data = files.write("many.npy", x, rows, d);
    String directions = files.write("v.npy", v, rows, d);
    String samples = files.write("samples.npy", v, rows, 1, d);
    Path gradients = folder.resolve("g.safetensors");
    List<String> draws =
        switch (objective) {
          case "infonce" -> List.of("--noise-samples", samples, "--noise", "normal:0,1");
          case "cd" -> List.of("--negatives", directions);
          case "dsm" -> List.of("--direction", directions, "--sigma", "0.3");
          case "ism" -> List.of();
          default -> List.of("--direction", directions);
        };
    List<String> arguments = new ArrayList<>(List.of("loss", "--model", files.modelFile));
    arguments.addAll(List.of("--data", data, "--objective", objective, "--quiet"));
    arguments.addAll(List.of("--gradients", gradients.toString(), "--backend", "vector"));
    arguments.addAll(draws);
    Run run = Run.of(arguments.toArray(String[]::new)).succeeds();

    int count = files.model.parameters().values().length;
    float[] gradient = new float[count];
    double expected;
    try (Backend backend = Backends.named("vector", BackendOptions.defaults());
        MlpSession session = backend.open(files.model.parameters().shape(), rows)) {
      session.setParameters(files.model.parameters());
      expected =
          switch (objective) {
            case "infonce" ->
                new InfoNce(1, Gaussian.isotropic(d, 0, 1)).loss(session, x, rows, v, gradient);
            case "cd" -> new ContrastiveDivergence().loss(session, x, rows, v, rows, gradient);
            case "dsm" -> new DenoisingScoreMatching(0.3f).loss(session, x, rows, v, gradient);
            case "ism" -> new SlicedScoreMatching().implicit(session, x, rows, gradient);
            case "ssm" -> new SlicedScoreMatching().sliced(session, x, rows, v, gradient);
            default -> new SlicedScoreMatching().varianceReduced(session, x, rows, v, gradient);
          };
    }
    JsonNode json = json(run);
    assertThat(json.get("objective").textValue()).isEqualTo(objective);
    assertThat(Math.abs(json.get("loss").doubleValue() - expected)).isLessThan(TOLERANCE);
    Map<String, NdArray> tensors = Safetensors.read(gradients).tensors();
    int bias = files.model.parameters().shape().biasOffset(0);
    assertClose(
        tensors.get("layers.0.weight").floats(), Fixture.wide(Arrays.copyOf(gradient, bias)));
    assertClose(tensors.get("log_z").floats(), new double[1]);
  }

  @Test
  void objectivesNeedTheirDrawsAndNoOthers() throws IOException {
    String[] common = {"loss", "--model", files.modelFile, "--data", files.dataFile, "--objective"};
    String[][] cases = {
      {"dsm", "--direction", files.dataFile, "--objective dsm needs --direction and --sigma"},
      {"ism", "--sigma", "1", "--sigma is not of --objective ism"},
      {"cd", "--direction", files.dataFile, "--objective cd needs --negatives"},
      {"nce", "--noise", "normal:0,1", "--objective nce needs --noise-samples and --noise"},
      {"ssm", "--direction", files.noiseFile, "xn.npy: the shape is [19, 6], not [19, 3]"},
      {"cd", "--negatives", files.path("none.npy"), "none.npy"},
    };
    for (String[] one : cases) {
      String[] all = Arrays.copyOf(common, common.length + 3);
      System.arraycopy(one, 0, all, common.length, 3);
      Run.of(all).fails(2, one[3]);
    }
    Run.of(
            "loss",
            "--model",
            files.modelFile,
            "--data",
            files.dataFile,
            "--objective",
            "dsm",
            "--direction",
            files.dataFile,
            "--sigma",
            "0")
        .fails(2, "--sigma must be positive");
  }

  @Test
  void energiesOutOfRangeAreAFailedRun() throws IOException {
    float[] huge = files.model.parameters().values().clone();
    for (int i = 0; i < huge.length; i++) {
      huge[i] *= 1e15f;
    }
    new MlpModel(new MlpParameters(files.model.parameters().shape(), huge), 0)
        .write(Path.of(files.modelFile));
    loss(files.dataFile, files.noiseFile, "--noise", "normal:0,1", "--quiet")
        .fails(1, "loss is ", "float32");
    String nothing = files.path("nothing.npy");
    for (String pass : List.of("energy", "gradient")) {
      Run.of(
              pass,
              "--quiet",
              "--model",
              files.modelFile,
              "--data",
              files.dataFile,
              "--out",
              nothing)
          .fails(1, "x.npy: the " + pass + " of row ", "it leaves the range of float32");
      assertThat(Path.of(nothing)).doesNotExist();
    }
  }
}
