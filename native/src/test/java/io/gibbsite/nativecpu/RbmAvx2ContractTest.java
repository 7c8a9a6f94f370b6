package io.gibbsite.nativecpu;

class RbmAvx2ContractTest extends RbmNativeContract {
  RbmAvx2ContractTest() {
    super(Isa.AVX2);
  }
}
