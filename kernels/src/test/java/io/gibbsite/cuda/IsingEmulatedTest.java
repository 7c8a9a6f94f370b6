package io.gibbsite.cuda;

import io.gibbsite.backend.Backend;
import io.gibbsite.ising.IsingRbmContract;

/** Lattices on the emulated kernels. */
class IsingEmulatedTest extends IsingRbmContract {
  @Override
  protected Backend backend() {
    return EmulatedDevice.backend(2);
  }
}
