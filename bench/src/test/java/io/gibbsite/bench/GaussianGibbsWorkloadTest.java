package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.rbm.RbmShape;
import org.junit.jupiter.api.Test;

class GaussianGibbsWorkloadTest {
  @Test
  void backendsMakeTheSameSweeps() {
    GaussianGibbsWorkload workload = new GaussianGibbsWorkload(new RbmShape(40, 30), 50);
    assertThat(sweep("vector", workload)).isEqualTo(sweep("scalar", workload));
    assertThat(sweep("vector", workload)).isNotEqualTo(workload.states());
  }

  private static float[] sweep(String name, GaussianGibbsWorkload workload) {
    try (Backend backend = Backends.named(name, new BackendOptions(2, Precision.FLOAT32));
        GaussianGibbsWorkload.Run run = workload.prepare(backend)) {
      assertThat(workload.steps()).isBetween(1, 10);
      run.run();
      return run.states();
    }
  }

  @Test
  void operationsAreThoseOfTheTwoProductsAndBytesThoseOfWeightsAndStates() {
    GaussianGibbsWorkload workload = new GaussianGibbsWorkload(new RbmShape(784, 500), 1000);
    assertThat(workload.flops()).isEqualTo(4.0 * 784 * 500 * 1000);
    assertThat(workload.bytes())
        .isEqualTo(2 * (4.0 * 784 * 500 + 4.0 * 784 * 1000 + 500 * 1000 / 8.0));
    assertThat(workload.binaryShare()).isEqualTo(0.5);
  }

  @Test
  void itIsSelectedByNameAlone() {
    assertThat(Workloads.select("gibbs-gaussian", null, 0))
        .extracting(w -> w.name() + " " + w.shape() + " " + w.batch())
        .containsExactly("gibbs-gaussian 784x500 1000", "gibbs-gaussian 4096x4096 512");
    assertThat(Workloads.select("gibbs-gaussian", "30x20", 7)).hasSize(1);
    assertThatThrownBy(() -> Workloads.select("gibbs-gaussian", "2-8-1", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
