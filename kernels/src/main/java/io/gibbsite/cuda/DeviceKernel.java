package io.gibbsite.cuda;

/** A kernel with the shape of its blocks. */
interface DeviceKernel {
  /** Such as {@code rbm_gibbs_64x64}. */
  String name();

  /** How many of its blocks the device holds at a time: the most of a cooperative launch. */
  int residentBlocks();
}
