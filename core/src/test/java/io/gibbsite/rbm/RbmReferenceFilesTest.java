package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Free energies, conditionals and the likelihood's gradient against float64 results of an
 * independent framework: files as in {@code io.gibbsite.mlp.ReferenceFilesTest}, named {@code
 * rbm*}. A further folder of such files may be named with the system property or environment
 * variable {@code GIBBSITE_REFERENCE}.
 */
class RbmReferenceFilesTest {
  private static final String FURTHER = "GIBBSITE_REFERENCE";
  private static final String MODEL = ".model.safetensors";

  static List<Path> models() throws IOException, URISyntaxException {
    List<Path> models =
        new ArrayList<>(in(Path.of(RbmReferenceFilesTest.class.getResource("/reference").toURI())));
    assertThat(models).isNotEmpty();
    String further = System.getProperty(FURTHER, System.getenv(FURTHER));
    if (further != null) {
      List<Path> more = in(Path.of(further));
      assertThat(more).as("RBM models in " + further).isNotEmpty();
      models.addAll(more);
    }
    return models;
  }

  private static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("rbm.*" + Pattern.quote(MODEL)))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyBackendAgrees(Path file) throws IOException {
    RbmParameters parameters = RbmModel.read(file).parameters();
    Map<String, NdArray> expected =
        Safetensors.read(
                file.resolveSibling(
                    file.getFileName().toString().replace(MODEL, ".expected.safetensors")))
            .tensors();
    int backends = 0;
    for (Backends.Status status : Backends.report()) {
      if (status.available()) {
        backends++;
        try (Backend backend = Backends.named(status.name(), BackendOptions.defaults());
            RbmSession session =
                backend.open(parameters.shape(), 1 << parameters.shape().visible())) {
          session.setParameters(parameters);
          agrees(session, expected);
        }
      }
    }
    assertThat(backends).isPositive();
  }

  private static void agrees(RbmSession session, Map<String, NdArray> expected) {
    RbmShape shape = session.shape();
    byte[] v = states(expected.get("v"));
    int n = v.length / shape.visible();
    double[] energy = new double[n];
    session.freeEnergy(v, n, energy);
    assertClose(energy, expected.get("free_energy").doubles(), 1e-5);
    float[] hidden = new float[n * shape.hidden()];
    session.hiddenProbabilities(v, n, hidden);
    assertClose(wide(hidden), expected.get("hidden_probability").doubles(), 1e-6);
    if (expected.containsKey("h")) {
      float[] visible = new float[n * shape.visible()];
      session.visibleProbabilities(states(expected.get("h")), n, visible);
      assertClose(wide(visible), expected.get("visible_probability").doubles(), 1e-6);
    }
    assertClose(
        gradient(session, v, n, expected.get("log_z").doubles()[0]),
        Stream.of("weight", "visible_bias", "hidden_bias")
            .map(name -> expected.get("log_likelihood_gradient." + name).doubles())
            .flatMapToDouble(java.util.Arrays::stream)
            .toArray(),
        2e-6);
  }

  /** The data's mean statistics less those of the model, whose states are all enumerated. */
  private static double[] gradient(RbmSession session, byte[] v, int n, double logZ) {
    int visible = session.shape().visible();
    float[] sums = new float[session.shape().parameterCount()];
    session.statistics(v, n, sums);
    double[] gradient = wide(sums);
    for (int k = 0; k < gradient.length; k++) {
      gradient[k] /= n;
    }
    double total = 0;
    for (int state = 0; state < 1 << visible; state++) {
      byte[] one = Models.bits(state, visible);
      double[] energy = new double[1];
      session.freeEnergy(one, 1, energy);
      session.statistics(one, 1, sums);
      double probability = Math.exp(-energy[0] - logZ);
      total += probability;
      for (int k = 0; k < gradient.length; k++) {
        gradient[k] -= probability * sums[k];
      }
    }
    assertThat(total).as("exp(-F) sums to the stated Z").isCloseTo(1, within(1e-5));
    return gradient;
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }

  private static byte[] states(NdArray tensor) {
    double[] values = tensor.doubles();
    byte[] states = new byte[values.length];
    for (int k = 0; k < states.length; k++) {
      states[k] = (byte) values[k];
    }
    return states;
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int k = 0; k < wide.length; k++) {
      wide[k] = values[k];
    }
    return wide;
  }

  private static void assertClose(double[] got, double[] expected, double tolerance) {
    assertThat(got.length).isEqualTo(expected.length);
    for (int k = 0; k < got.length; k++) {
      assertThat(Math.abs(got[k] - expected[k]) <= tolerance)
          .as("entry %d: %s, expected %s", k, got[k], expected[k])
          .isTrue();
    }
  }
}
