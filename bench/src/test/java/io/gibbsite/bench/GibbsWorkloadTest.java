package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.rbm.RbmShape;
import org.junit.jupiter.api.Test;

class GibbsWorkloadTest {
  @Test
  void backendsMakeTheSameSweeps() {
    GibbsWorkload workload = new GibbsWorkload(new RbmShape(40, 30), 50);
    assertThat(sweep("vector", workload)).isEqualTo(sweep("scalar", workload));
    assertThat(sweep("vector", workload)).isNotEqualTo(workload.states());
  }

  private static byte[] sweep(String name, GibbsWorkload workload) {
    try (Backend backend = Backends.named(name, new BackendOptions(2, Precision.FLOAT32));
        GibbsWorkload.Run run = workload.prepare(backend)) {
      assertThat(workload.steps()).isBetween(1, 10);
      run.run();
      return run.states();
    }
  }

  @Test
  void operationsAreThoseOfTheTwoProducts() {
    assertThat(new GibbsWorkload(new RbmShape(784, 500), 1000).flops())
        .isEqualTo(4.0 * 784 * 500 * 1000);
  }

  @Test
  void selectionByNameAndShape() {
    assertThat(Workloads.select(null, null, 0))
        .extracting(w -> w.name() + " " + w.shape() + " " + w.batch())
        .containsExactly(
            "energy 2-128-128-1 65536",
            "langevin 2-128-128-1 65536",
            "nce 2-128-128-1 65536",
            "energy 784-512-512-1 1024",
            "langevin 784-512-512-1 1024",
            "nce 784-512-512-1 1024",
            "gibbs 784x500 1000",
            "gibbs 4096x4096 512");
    assertThat(Workloads.select(null, "30x20", 7))
        .extracting(Workload::name)
        .containsExactly("gibbs");
    assertThat(Workloads.select("nce", null, 0)).hasSize(2);
    assertThatThrownBy(() -> Workloads.select("foo", null, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "unknown workload 'foo': energy, input-gradient, parameter-gradient, langevin, nce,"
                + " train-dsm, train-cd, gibbs, gibbs-gaussian");
    assertThatThrownBy(() -> Workloads.select("gibbs", "2-8-1", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
