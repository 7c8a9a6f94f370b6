package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.ising.IsingRbmContract;
import org.junit.jupiter.api.BeforeEach;

/** Lattices on the kernels of the best ISA. */
class IsingNativeTest extends IsingRbmContract {
  @BeforeEach
  void theLibraryIsThere() {
    Libraries.assume();
  }

  @Override
  protected Backend backend() {
    return Libraries.backend(NativeLibrary.load().best(), 2);
  }
}
