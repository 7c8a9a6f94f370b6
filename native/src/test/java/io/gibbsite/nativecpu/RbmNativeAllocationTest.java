package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.rbm.RbmAllocationContract;
import org.junit.jupiter.api.BeforeEach;

class RbmNativeAllocationTest extends RbmAllocationContract {
  @BeforeEach
  void theLibraryIsThere() {
    Libraries.assume();
  }

  @Override
  protected Backend backend() {
    return Libraries.backend(NativeLibrary.load().best(), 1);
  }
}
