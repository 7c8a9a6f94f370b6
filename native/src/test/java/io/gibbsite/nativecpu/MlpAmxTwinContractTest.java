package io.gibbsite.nativecpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Precision;
import io.gibbsite.mlp.MlpContract;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The contract of float32 with six products of bf16 on the tiles of AMX, which are plain loops
 * here: on any machine with AVX-512.
 */
@DisplayName("MLP in bf16x6, amx (twin)")
class MlpAmxTwinContractTest extends MlpContract {
  @BeforeEach
  void vectorsAreThere() throws IOException {
    Libraries.assume(Isa.AVX512);
  }

  @Override
  public Backend backend(int threads) {
    return Libraries.amxTwin(threads, Precision.BF16X6);
  }

  @Test
  void saysThatTheTilesAreNoTiles() {
    try (Backend twin = backend(1)) {
      assertThat(twin.description()).isEqualTo("native (AMX (twin), 1 thread, bf16x6)");
    }
  }
}
