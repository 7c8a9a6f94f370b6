package io.gibbsite.cuda;

import io.gibbsite.backend.Backend;
import io.gibbsite.rbm.RbmContract;

/** The contract of RBMs on the emulated kernels. */
class RbmEmulatedContractTest extends RbmContract {
  @Override
  protected Backend backend(int threads) {
    return EmulatedDevice.backend(threads);
  }
}
