package io.gibbsite.nativecpu;

class MlpAvx2ContractTest extends MlpNativeContract {
  MlpAvx2ContractTest() {
    super(Isa.AVX2);
  }
}
