package io.gibbsite.cuda;

/**
 * The weights of a layer on a device, as the kernels of products read them.
 *
 * @param plain float[outputs][stride(inputs)]
 * @param forward W in terms, or null where products are of float32
 * @param backward its transpose in terms, or null
 */
record LayerWeights(DeviceMemory plain, Terms forward, Terms backward) {
  /**
   * A matrix as sums of terms of 16 bits.
   *
   * @param values short[terms][rows][columns rounded up to 8]
   * @param down float[rows, rounded up to 128]: what takes the scales of fp16 out of sums
   */
  record Terms(DeviceMemory values, DeviceMemory down) {}

  /** Weights whose products are of float32. */
  static LayerWeights plain(DeviceMemory weights) {
    return new LayerWeights(weights, null, null);
  }
}
