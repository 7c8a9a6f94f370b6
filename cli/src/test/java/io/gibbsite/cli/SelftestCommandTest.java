package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SelftestCommandTest {
  @Test
  void scalarPasses() {
    Run run = Run.of("selftest", "--backend", "scalar").succeeds();
    assertThat(run.out())
        .contains(
            "Philox4x32-10",
            "sigmoid",
            "same chains",
            "Langevin chains 784-64-1",
            "Gaussian RBM 300x150",
            " ok")
        .doesNotContain("FAILED", "not checked")
        .containsPattern("\\d{3} checks passed, 0 failed\\R$");
  }

  /** On every backend that can run here; long ones are for people. */
  @Test
  void aShortSoakPasses() {
    Run run = Run.of("selftest", "--soak", "2s").succeeds();
    assertThat(run.out())
        .contains("scalar (", "vector (", " 0 wrong results", "slope", " ok")
        .doesNotContain("FAILED");
    assertThat(run.err()).contains("100 %: ");
  }

  @Test
  void aDurationHasAUnit() {
    Run.of("selftest", "--soak", "10").fails(2, "'10' is no duration such as 30s, 10m or 2h");
  }

  @Test
  void anUnknownBackendIsWrongUsage() {
    Run.of("selftest", "--backend", "abacus").fails(2, "'abacus'");
  }
}
