package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.density.Gaussian;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnoseCommandTest {
  private static final int CHAINS = 4;
  private static final int DRAWS = 250;

  @TempDir private Path folder;
  private String file;

  /** Independent normal draws of two columns; chain 3 of the second one lies apart. */
  @BeforeEach
  void writeSamples() throws IOException {
    file = folder.resolve("x.npz").toString();
    float[] x = Fixture.normals(CHAINS * DRAWS * 2, 5);
    for (int i = 3 * DRAWS; i < CHAINS * DRAWS; i++) {
      x[2 * i + 1] += 2;
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("posterior/x", NdArray.of(x, CHAINS, DRAWS, 2));
    arrays.put(
        "sample_stats/energy", NdArray.of(Fixture.normals(CHAINS * DRAWS, 6), CHAINS, DRAWS));
    float[] rates = new float[CHAINS * DRAWS];
    java.util.Arrays.fill(rates, 0, DRAWS, 0.5f);
    arrays.put("sample_stats/acceptance_rate", NdArray.of(rates, CHAINS, DRAWS));
    Npz.write(Path.of(file), arrays);
  }

  private JsonNode json(String... more) throws IOException {
    String[] arguments = new String[3 + more.length];
    System.arraycopy(new String[] {"diagnose", file, "--json"}, 0, arguments, 0, 3);
    System.arraycopy(more, 0, arguments, 3, more.length);
    Run run = Run.of(arguments).succeeds();
    assertThat(run.out().lines()).hasSize(1);
    Files.writeString(folder.resolve("d.json"), run.out());
    return Json.read(folder.resolve("d.json"), JsonNode.class);
  }

  /** The draws are fixed, so that these figures are too. */
  @Test
  void figuresTellTheGoodColumnFromTheBadOne() throws IOException {
    JsonNode convergence = json().get("convergence");
    JsonNode quantities = convergence.get("quantities");
    assertThat(quantities).hasSize(3);
    assertThat(quantities.get(0).get("name").asText()).isEqualTo("energy");
    assertThat(quantities.get(1).get("r_hat").asDouble()).isLessThan(1.01);
    assertThat(quantities.get(1).get("ess_bulk").asDouble()).isBetween(800.0, 1200.0);
    assertThat(quantities.get(1).get("autocorrelation_time").asDouble()).isBetween(0.8, 1.25);
    assertThat(quantities.get(2).get("r_hat").asDouble()).isGreaterThan(1.2);
    assertThat(quantities.get(2).get("ess_bulk").asDouble()).isLessThan(50);
    assertThat(convergence.get("acceptance").get("mean").asDouble()).isEqualTo(0.125);
    assertThat(convergence.get("acceptance").get("lowest").asDouble()).isZero();
    assertThat(convergence.get("acceptance").get("highest").asDouble()).isEqualTo(0.5);
  }

  @Test
  void theTableSaysWhatIsWrong() {
    Run run = Run.of("diagnose", file).succeeds();
    assertThat(run.out().lines()).hasSize(5);
    assertThat(run.out())
        .contains("r-hat", "energy", "x[0]", "x[1]", "4 chains of 250 draws")
        .contains("acceptance 0.125 (by chain 0.000 to 0.500)", "not mixed");
  }

  /** The first column differs between chains and never moves, the second is 1 in all draws. */
  private void writeStillColumns(Map<String, NdArray> more) throws IOException {
    float[] x = Fixture.normals(CHAINS * DRAWS * 3, 7);
    for (int i = 0; i < CHAINS * DRAWS; i++) {
      x[3 * i] = i / DRAWS % 2;
      x[3 * i + 1] = 1;
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>(more);
    arrays.put("posterior/x", NdArray.of(x, CHAINS, DRAWS, 3));
    Npz.write(Path.of(file), arrays);
  }

  @Test
  void columnsThatNeverMoveAreCounted() throws IOException {
    writeStillColumns(Map.of());
    JsonNode convergence = json().get("convergence");
    assertThat(convergence.get("never_moved").asInt()).isEqualTo(1);
    assertThat(convergence.get("constant").asInt()).isEqualTo(1);
    assertThat(convergence.get("held").asInt()).isZero();
    JsonNode quantities = convergence.get("quantities");
    assertThat(quantities.get(0).get("r_hat").asText()).isEqualTo("Infinity");
    assertThat(quantities.get(1).get("r_hat").isNull()).isTrue();
    assertThat(quantities.get(2).get("r_hat").asDouble()).isLessThan(1.01);
    assertThat(Run.of("diagnose", file).succeeds().out())
        .contains("   inf")
        .contains("1 column the same in all draws, R-hat at most 0.99")
        .contains("and inf in 1 column that no chain moved: not mixed");
  }

  /** Draws that are all the same count as many independent ones, which says nothing. */
  @Test
  void columnsThatAreConstantComeLastInALongTable() throws IOException {
    float[] x = Fixture.normals(CHAINS * DRAWS * 20, 8);
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 20 < 7 ? 1 : x[i];
    }
    Npz.write(Path.of(file), Map.of("posterior/x", NdArray.of(x, CHAINS, DRAWS, 20)));
    assertThat(Run.of("diagnose", file).succeeds().out())
        .contains("the 12 of 20 columns with the smallest bulk ESS", "7 columns the same")
        .doesNotContain("x[0] ", "x[6] ");
  }

  @Test
  void columnsThatTheChainsHeldAreLeftOut() throws IOException {
    writeStillColumns(Map.of("constant_data/held", NdArray.of(new byte[] {0, 1, 0}, 3)));
    JsonNode alike = json().get("convergence");
    assertThat(alike.get("held").asInt()).isEqualTo(1);
    assertThat(alike.get("held_differs").asBoolean()).isFalse();
    assertThat(alike.get("constant").asInt()).isZero();
    assertThat(alike.get("quantities")).hasSize(2);
    assertThat(alike.get("quantities").get(1).get("name").asText()).isEqualTo("x[2]");

    writeStillColumns(Map.of("constant_data/held", NdArray.of(new byte[] {1, 0, 0}, 3)));
    JsonNode differs = json().get("convergence");
    assertThat(differs.get("held_differs").asBoolean()).isTrue();
    assertThat(differs.get("quantities").get(1).get("sd").asDouble()).isPositive();
    assertThat(differs.get("quantities").get(1).get("r_hat").isNull()).isTrue();
    assertThat(Run.of("diagnose", file).succeeds().out())
        .contains("1 column held", "chains that hold different rows")
        .doesNotContain("not mixed");

    writeStillColumns(Map.of("constant_data/held", NdArray.of(new byte[2], 2)));
    Run.of("diagnose", file).fails(2, "x.npz: constant_data/held", "3 columns");
  }

  @Test
  void discrepanciesFromAModelAndFromRows() throws IOException {
    MlpShape shape = MlpShape.of(Activation.SILU, 2);
    Path model = folder.resolve("m.safetensors");
    new MlpModel(new MlpParameters(shape, new float[3], Gaussian.isotropic(2, 0, 1)), 0)
        .write(model);
    JsonNode all =
        json("--model", model.toString(), "--reference", file + ":posterior/x", "--rows", "200");
    JsonNode stein = all.get("kernel_stein_discrepancy");
    assertThat(stein.get("rows").asInt()).isEqualTo(200);
    assertThat(stein.get("backend").asText()).contains("float32");
    // A quarter of the rows is moved by 2 in one column.
    assertThat(stein.get("unbiased_square").asDouble()).isBetween(0.05, 1.0);
    JsonNode mean = all.get("maximum_mean_discrepancy");
    // A sample from itself: minus 2 / n of what the diagonal of k(x, y) has more than the rest.
    assertThat(mean.get("unbiased_square").asDouble()).isCloseTo(-0.005, within(0.005));
    Run table = Run.of("diagnose", file, "--model", model.toString()).succeeds();
    assertThat(table.out()).contains("kernel Stein discrepancy", "float32)");
  }

  @Test
  void fewDrawsAreSaidToBeTooFew() throws IOException {
    Npz.write(Path.of(file), Map.of("posterior/x", NdArray.of(new float[] {1, 2, 3, 4}, 4, 1)));
    assertThat(Run.of("diagnose", file).succeeds().out()).contains("R-hat and ESS need 2 chains");
    assertThat(json().get("convergence").get("quantities").get(0).get("r_hat").isNull()).isTrue();
  }

  @Test
  void badFilesAreNamed() throws IOException {
    Run.of("diagnose", folder.resolve("none.npz").toString()).fails(2, "none.npz");
    Run.of("diagnose", file, "--rows", "1").fails(2, "--rows must be at least 2");
    Run.of("diagnose", file, "--reference", folder.resolve("y.npy").toString()).fails(2, "y.npy");
    Run.of("diagnose", file, "--reference", "two-moons")
        .fails(2, "two-moons: no such file, and built-in data are for training alone");
    Npz.write(Path.of(file), Map.of("x", NdArray.of(new float[4], 2, 2)));
    Run.of("diagnose", file).fails(2, "x.npz", "no array posterior/x");
    Npz.write(Path.of(file), Map.of("posterior/x", NdArray.of(new float[4], 4)));
    Run.of("diagnose", file).fails(2, "x.npz", "not [chain, draw, ...]");
    Map<String, NdArray> unequal = new LinkedHashMap<>();
    unequal.put("posterior/x", NdArray.of(new float[4], 2, 2));
    unequal.put("sample_stats/energy", NdArray.of(new float[4], 4, 1));
    Npz.write(Path.of(file), unequal);
    Run.of("diagnose", file).fails(2, "sample_stats/energy", "2 chains of 2 draws");
  }
}
