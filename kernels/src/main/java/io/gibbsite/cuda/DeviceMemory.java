package io.gibbsite.cuda;

/** Memory of a device; its stream frees it. */
interface DeviceMemory {
  /** Where it begins, as kernels see it; a multiple of 256. */
  long address();

  long bytes();
}
