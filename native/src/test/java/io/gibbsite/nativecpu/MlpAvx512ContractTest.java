package io.gibbsite.nativecpu;

class MlpAvx512ContractTest extends MlpNativeContract {
  MlpAvx512ContractTest() {
    super(Isa.AVX512);
  }
}
