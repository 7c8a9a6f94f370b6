package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.mlp.MlpAllocationContract;
import org.junit.jupiter.api.BeforeEach;

class MlpNativeAllocationTest extends MlpAllocationContract {
  @BeforeEach
  void theLibraryIsThere() {
    Libraries.assume();
  }

  @Override
  protected Backend backend() {
    return Libraries.backend(NativeLibrary.load().best(), 1);
  }
}
