package io.gibbsite.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.math.Lanes;
import org.junit.jupiter.api.Test;

class BackendsTest {
  @Test
  void autoTakesTheMostPreferredThatRuns() {
    try (Backend backend = Backends.auto()) {
      // -Dexpect.backend=scalar for a machine that is known to lack the other; better ones than
      // these lie in other modules.
      boolean scalar = "scalar".equals(System.getProperty("expect.backend"));
      assertThat(backend.name()).isEqualTo(scalar ? "scalar" : "vector");
      assertThat(Backends.explain(backend)).startsWith("backend " + backend.description());
    }
    assertThat(Backends.report()).extracting(Backends.Status::name).endsWith("vector", "scalar");
  }

  @Test
  void explainSaysWhyAnotherWasNotTaken() {
    try (Backend backend = Backends.named("scalar", BackendOptions.defaults())) {
      assertThat(Backends.explain(backend)).contains("not vector: another was asked for");
    }
  }

  @Test
  void vectorSaysItsWidthAndThreads() {
    BackendOptions options = new BackendOptions(2, Precision.FLOAT32);
    try (Backend backend = Backends.named("vector", options)) {
      assertThat(backend.description())
          .isEqualTo("vector (%d-bit, 2 threads, float32)", Lanes.FLOAT.vectorBitSize());
    }
  }

  @Test
  void refusesUnknownNamesAndOtherPrecisions() {
    assertThatThrownBy(() -> Backends.named("quantum", BackendOptions.defaults()))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("no backend 'quantum'")
        .hasMessageContaining("vector, scalar");
    assertThatThrownBy(() -> Backends.named("vector", new BackendOptions(1, Precision.BF16X3)))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("float32, not bf16x3");
    assertThatThrownBy(() -> Backends.auto(new BackendOptions(1, Precision.BF16X6)))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("vector computes in float32")
        .hasMessageContaining("scalar computes in float32");
    assertThatThrownBy(() -> new BackendOptions(0, Precision.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads must be at least 1");
  }
}
