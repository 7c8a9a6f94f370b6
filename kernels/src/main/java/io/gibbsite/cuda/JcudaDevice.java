package io.gibbsite.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT;

import io.gibbsite.backend.BackendUnavailableException;
import java.util.Set;
import jcuda.CudaException;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** The first GPU that the driver shows, through JCuda's driver API; its primary context. */
final class JcudaDevice implements Device {
  private static final int OLDEST_COMPUTE = 80;
  private static final int SMALL_SHARED_BYTES = 48 << 10;

  /** After these the driver refuses all work of the process. */
  private static final Set<String> FAULTS =
      Set.of(
          "CUDA_ERROR_ILLEGAL_ADDRESS",
          "CUDA_ERROR_LAUNCH_TIMEOUT",
          "CUDA_ERROR_ASSERT",
          "CUDA_ERROR_HARDWARE_STACK_ERROR",
          "CUDA_ERROR_ILLEGAL_INSTRUCTION",
          "CUDA_ERROR_MISALIGNED_ADDRESS",
          "CUDA_ERROR_INVALID_ADDRESS_SPACE",
          "CUDA_ERROR_INVALID_PC",
          "CUDA_ERROR_LAUNCH_FAILED",
          "CUDA_ERROR_ECC_UNCORRECTABLE",
          "CUDA_ERROR_CONTAINED",
          "CUDA_ERROR_UNKNOWN");

  private static final String OUT_OF_MEMORY = "CUDA_ERROR_OUT_OF_MEMORY";

  private final CUdevice device;
  private final CUcontext context = new CUcontext();
  private final CUmodule module = new CUmodule();
  private final boolean gemm;
  private volatile DeviceFaultException fault;

  /**
   * @param kernels a fatbin
   * @param gemm whether large products in float32 go to cuBLAS, whose library is loaded
   * @throws BackendUnavailableException if the driver cannot load the kernels
   */
  JcudaDevice(byte[] kernels, boolean gemm) {
    this.gemm = gemm;
    device = first();
    JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
    try {
      JCudaDriver.cuCtxSetCurrent(context);
      JCudaDriver.cuModuleLoadFatBinary(module, kernels);
    } catch (CudaException e) {
      JCudaDriver.cuDevicePrimaryCtxRelease(device);
      throw new BackendUnavailableException(
          "backend cuda: the driver cannot load the kernels (%s): update it, or build with an older"
                  .formatted(e.getMessage())
              + " nvcc");
    }
  }

  private static CUdevice first() {
    JCudaDriver.cuInit(0);
    CUdevice device = new CUdevice();
    JCudaDriver.cuDeviceGet(device, 0);
    return device;
  }

  /** Null, or why the first GPU will not do. */
  static String obstacle() {
    CUdevice device;
    try {
      device = first();
    } catch (CudaException e) {
      return "the driver finds no GPU (" + e.getMessage() + ")";
    }
    if (compute(device) < OLDEST_COMPUTE) {
      return "%s has compute capability %s: needs 8.0 (Ampere) or later"
          .formatted(name(device), computeText(device));
    }
    if (attribute(device, CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED) == 0) {
      return name(device) + " has no memory pools under this driver";
    }
    return null;
  }

  /** The first GPU on one line. */
  static String describe() {
    CUdevice device = first();
    long[] memory = {0};
    JCudaDriver.cuDeviceTotalMem(memory, device);
    int[] version = {0};
    JCudaDriver.cuDriverGetVersion(version);
    return "%s, compute %s, %d multiprocessors, %d GiB, driver for CUDA %d.%d"
        .formatted(
            name(device),
            computeText(device),
            attribute(device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
            memory[0] >> 30,
            version[0] / 1000,
            version[0] % 1000 / 10);
  }

  private static String name(CUdevice device) {
    byte[] name = new byte[256];
    JCudaDriver.cuDeviceGetName(name, name.length, device);
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return new String(name, 0, length, java.nio.charset.StandardCharsets.US_ASCII);
  }

  private static int compute(CUdevice device) {
    return 10 * attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
        + attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  }

  private static String computeText(CUdevice device) {
    return compute(device) / 10 + "." + compute(device) % 10;
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = {0};
    JCudaDriver.cuDeviceGetAttribute(value, attribute, device);
    return value[0];
  }

  @Override
  public String description() {
    return describe();
  }

  @Override
  public int multiprocessors() {
    return attribute(device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  }

  @Override
  public int sharedLimit() {
    return attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  }

  @Override
  public DeviceKernel kernel(String name, int threads, int sharedBytes) {
    enter();
    try {
      CUfunction function = new CUfunction();
      JCudaDriver.cuModuleGetFunction(function, module, name);
      JCudaDriver.cuFuncSetAttribute(
          function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, sharedBytes);
      if (sharedBytes > SMALL_SHARED_BYTES) {
        // Else the driver may leave more to the cache, and fewer blocks a multiprocessor.
        JCudaDriver.cuFuncSetAttribute(
            function, CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT, 100);
      }
      int[] blocks = {0};
      JCudaDriver.cuOccupancyMaxActiveBlocksPerMultiprocessor(
          blocks, function, threads, sharedBytes);
      return new JcudaKernel(name, function, threads, sharedBytes, blocks[0] * multiprocessors());
    } catch (CudaException e) {
      throw failure("loading " + name, e);
    }
  }

  @Override
  public DeviceStream openStream() {
    enter();
    try {
      return new JcudaStream(this, gemm);
    } catch (CudaException e) {
      throw failure("opening a stream", e);
    }
  }

  /** Makes this device the calling thread's, unless it has failed. */
  void enter() {
    if (fault != null) {
      throw fault;
    }
    try {
      JCudaDriver.cuCtxSetCurrent(context);
    } catch (CudaException e) {
      throw failure("earlier work", e);
    }
  }

  /** What a failed call is to the caller; a fault is the device's end. */
  RuntimeException failure(String during, CudaException e) {
    String status = e.getMessage();
    if (FAULTS.contains(status)) {
      fault = new DeviceFaultException(during, status);
      return fault;
    }
    if (OUT_OF_MEMORY.equals(status)) {
      return outOfMemory(0);
    }
    return new IllegalStateException(during + " failed with " + status, e);
  }

  /** The exception for a request of so many bytes. */
  DeviceMemoryException outOfMemory(long asked) {
    long[] free = {0};
    long[] total = {0};
    JCudaDriver.cuMemGetInfo(free, total);
    return new DeviceMemoryException(asked, free[0]);
  }

  static boolean isOutOfMemory(CudaException e) {
    return OUT_OF_MEMORY.equals(e.getMessage());
  }

  @Override
  public void close() {
    if (fault != null) {
      return;
    }
    try {
      enter();
      JCudaDriver.cuModuleUnload(module);
      JCudaDriver.cuDevicePrimaryCtxRelease(device);
    } catch (CudaException e) {
      throw failure("closing the device", e);
    }
  }
}
