package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.mlp.MlpStagesContract;
import org.junit.jupiter.api.BeforeEach;

class MlpNativeStagesTest extends MlpStagesContract {
  @BeforeEach
  void theLibraryIsThere() {
    Libraries.assume();
  }

  @Override
  protected Backend backend(int threads) {
    return Libraries.backend(NativeLibrary.load().best(), threads);
  }
}
