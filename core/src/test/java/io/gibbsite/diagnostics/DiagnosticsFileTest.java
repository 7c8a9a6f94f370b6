package io.gibbsite.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Diagnostics against those of ArviZ 0.23 for the chains of {@code diagnostics.npz}, which {@code
 * src/test/python/make_diagnostics.py} wrote.
 */
class DiagnosticsFileTest {
  private static final double TOLERANCE = 1e-9;

  private static Map<String, NdArray> arrays() throws IOException, URISyntaxException {
    return Npz.read(
        Path.of(DiagnosticsFileTest.class.getResource("/diagnostics/diagnostics.npz").toURI()));
  }

  static Stream<String> cases() throws IOException, URISyntaxException {
    return arrays().keySet().stream()
        .filter(name -> name.endsWith("/x"))
        .map(name -> name.substring(0, name.length() - 2));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agrees(String name) throws IOException, URISyntaxException {
    NdArray x = arrays().get(name + "/x");
    double[] expected = arrays().get(name + "/expected").doubles();
    int[] shape = x.shape();
    ChainDraws draws = ChainDraws.column(x::value, shape[0], shape[1], 1, 0);
    Summary summary = Summary.of(draws);
    check("bulk ESS", summary.essBulk(), expected[0]);
    check("tail ESS", summary.essTail(), expected[1]);
    check("ESS of the mean", EffectiveSampleSize.mean(draws), expected[2]);
    check("ESS of the variance", EffectiveSampleSize.variance(draws), expected[3]);
    check("error of the mean", summary.mcseMean(), expected[4]);
    // ArviZ divides 0 by 0 where all draws are the same.
    check("error of the deviation", summary.mcseSd(), name.equals("constant") ? 0 : expected[5]);
    check("R-hat", summary.rHat(), expected[6]);
    check("time", summary.autocorrelationTime(), shape[0] * shape[1] / expected[2]);
  }

  private static void check(String what, double got, double expected) {
    if (Double.isNaN(expected)) {
      assertThat(got).as(what).isNaN();
    } else {
      assertThat(got).as(what).isCloseTo(expected, within(TOLERANCE * Math.abs(expected)));
    }
  }
}
