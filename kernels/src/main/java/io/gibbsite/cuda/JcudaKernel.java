package io.gibbsite.cuda;

import jcuda.driver.CUfunction;

/** A kernel of a module that JCuda has loaded. */
record JcudaKernel(
    String name, CUfunction function, int threads, int sharedBytes, int residentBlocks)
    implements DeviceKernel {}
