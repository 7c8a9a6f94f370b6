package io.gibbsite.cuda;

/** Matrix products in float32 by a vendor's library, in the order of its stream. */
interface Gemm {
  /**
   * {@code C = A B + accumulate C}, where all lie column by column.
   *
   * @param a m rows and k columns, or the transpose of that
   * @param b k rows and n columns, or the transpose of that
   * @param c m rows and n columns
   */
  void multiply(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      DeviceMemory a,
      long aOffset,
      int aStride,
      DeviceMemory b,
      long bOffset,
      int bStride,
      DeviceMemory c,
      long cOffset,
      int cStride,
      boolean accumulate);
}
