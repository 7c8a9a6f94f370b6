package io.gibbsite.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.runtime.cudaStream_t;

/** Products by cuBLAS, through JCublas. */
final class JcublasGemm implements Gemm {
  private final JcudaDevice device;
  private final cublasHandle handle = new cublasHandle();
  private final Pointer one = number(1f);
  private final Pointer zero = number(0f);

  JcublasGemm(JcudaDevice device, CUstream stream) {
    this.device = device;
    JCublas2.cublasCreate(handle);
    JCublas2.cublasSetStream(handle, new cudaStream_t(stream));
  }

  private static Pointer number(float value) {
    return Pointer.to(
        ByteBuffer.allocateDirect(Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .putFloat(value)
            .rewind());
  }

  @Override
  public void multiply(
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
      boolean accumulate) {
    device.enter();
    try {
      JCublas2.cublasSgemm(
          handle,
          transposeA ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N,
          transposeB ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N,
          m,
          n,
          k,
          one,
          ((CUdeviceptr) a).withByteOffset(aOffset),
          aStride,
          ((CUdeviceptr) b).withByteOffset(bOffset),
          bStride,
          accumulate ? one : zero,
          ((CUdeviceptr) c).withByteOffset(cOffset),
          cStride);
    } catch (CudaException e) {
      throw device.failure("cublasSgemm", e);
    }
  }

  void close() {
    JCublas2.cublasDestroy(handle);
  }
}
