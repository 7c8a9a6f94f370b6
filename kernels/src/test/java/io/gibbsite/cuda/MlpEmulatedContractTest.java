package io.gibbsite.cuda;

import io.gibbsite.backend.Backend;
import io.gibbsite.mlp.MlpContract;

/** The contract of MLP energies on the emulated kernels. */
class MlpEmulatedContractTest extends MlpContract {
  @Override
  public Backend backend(int threads) {
    return EmulatedDevice.backend(threads);
  }
}
