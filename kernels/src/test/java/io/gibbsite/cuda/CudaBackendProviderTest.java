package io.gibbsite.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.BackendProvider.Availability;
import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.backend.Backends;
import org.junit.jupiter.api.Test;

class CudaBackendProviderTest {
  private final CudaBackendProvider provider = new CudaBackendProvider();

  @Test
  void isAskedFirst() {
    assertThat(Backends.report().get(0).name()).isEqualTo("cuda");
  }

  /** Whatever this machine has, the answer is one line, and the backend keeps to it. */
  @Test
  void saysInOneLineWhatItWouldUseOrWhyItCannotRun() {
    Availability availability = provider.probe();
    assertThat(availability.detail()).isNotBlank().doesNotContain("\n");
    if (availability.available()) {
      provider.create(BackendOptions.defaults()).close();
    } else {
      assertThatExceptionOfType(BackendUnavailableException.class)
          .isThrownBy(() -> Backends.named("cuda", BackendOptions.defaults()))
          .withMessageContaining(availability.detail());
    }
  }

  @Test
  void anOldDriverIsToldWhatToDo() {
    assertThat(Driver.tooOld(11040)).contains("CUDA 11.4").contains("525");
  }
}
