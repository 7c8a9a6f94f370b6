package io.gibbsite.nativecpu;

class RbmAvx512ContractTest extends RbmNativeContract {
  RbmAvx512ContractTest() {
    super(Isa.AVX512);
  }
}
