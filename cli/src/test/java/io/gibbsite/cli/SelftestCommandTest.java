package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SelftestCommandTest {
  @Test
  void scalarPasses() {
    Run run = Run.of("selftest", "--backend", "scalar").succeeds();
    assertThat(run.out())
        .contains("Philox4x32-10", "sigmoid", "same chains", "Langevin chains 784-64-1", " ok")
        .doesNotContain("FAILED")
        .containsPattern("\\d{3} checks passed, 0 failed\\R$");
  }

  @Test
  void anUnknownBackendIsWrongUsage() {
    Run.of("selftest", "--backend", "abacus").fails(2, "'abacus'");
  }
}
