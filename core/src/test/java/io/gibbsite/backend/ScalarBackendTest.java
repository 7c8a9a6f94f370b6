package io.gibbsite.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.rbm.RbmShape;
import org.junit.jupiter.api.Test;

class ScalarBackendTest {
  @Test
  void isFoundByNameAndAlwaysAvailable() {
    try (Backend backend = Backends.named("scalar", new BackendOptions(3, Precision.FLOAT32));
        MlpSession session = backend.open(MlpShape.of(Activation.SILU, 2, 4), 7)) {
      assertThat(backend.name()).isEqualTo("scalar");
      assertThat(backend.description()).isEqualTo("scalar (single-threaded, float32)");
      assertThat(backend.options().threads()).as("threads that compute").isEqualTo(1);
      assertThat(session.rows()).isEqualTo(7);
    }
    assertThat(Backends.report())
        .anySatisfy(
            status -> {
              assertThat(status.name()).isEqualTo("scalar");
              assertThat(status.available()).isTrue();
            });
  }

  @Test
  void refusesOtherPrecisions() {
    assertThatThrownBy(
            () -> Backends.named("scalar", new BackendOptions(1, Precision.BF16X3)).close())
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage("backend scalar computes in float32, not bf16x3");
  }

  /** Parameters, chains and one row's arrays: for 2-4-1 and 7 rows all of it counted by hand. */
  @Test
  void saysHowMuchMemoryASessionTakes() {
    int parameters = 4 * 2 + 4 + 4 + 1;
    int base = 2 + 2 * 2;
    int chains = 7 * 2;
    // 6 arrays before and 9 behind each layer; y and yt; normals and scratch
    int rows = 6 * (2 + 4) + 9 * (4 + 1) + 2 * 2 + 2 * 2;
    try (Backend backend = new ScalarBackend(BackendOptions.defaults())) {
      assertThat(backend.bytes(MlpShape.of(Activation.SILU, 2, 4), 7))
          .isEqualTo(4L * (parameters + base + chains + rows));
    }
  }

  /** For 3x2 and 7 rows all of it counted by hand. */
  @Test
  void saysHowMuchMemoryABoltzmannMachineTakes() {
    int rounded = 4 * 3 * 2 + (5 * 4 + 2 * 8) * 2; // q; five numbers and two sums a column
    int biases = 4 * (3 + 2) + 3; // and the mask
    int chains = 7 * (3 + 2);
    int row = (8 + 4 + 4) * 3; // T, a, uniform numbers
    int probabilities = 4 * 32 * 2;
    try (Backend backend = new ScalarBackend(BackendOptions.defaults())) {
      assertThat(backend.bytes(new RbmShape(3, 2), 7))
          .isEqualTo(rounded + biases + chains + row + probabilities);
    }
  }
}
