package io.gibbsite.cuda;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * A stream of its own, with memory from the driver's pool.
 *
 * <p>Copies pass through two pinned buffers in turn, so that the host fills one while the GPU reads
 * the other, and the caller's arrays are never pinned.
 */
final class JcudaStream implements DeviceStream {
  private static final int STAGING_BYTES = 4 << 20;

  private final JcudaDevice device;
  private final CUstream stream = new CUstream();
  private final List<Memory> memories = new ArrayList<>();
  private final Staging[] staging = {new Staging(), new Staging()};
  private int next;

  /** What {@code cuLaunchKernel} takes for the one argument, and the buffer it was made for. */
  private ByteBuffer argumentBuffer;

  private Pointer parameters;

  /** Null where the vendor's products are not wanted. */
  private final JcublasGemm gemm;

  JcudaStream(JcudaDevice device, boolean withGemm) {
    this.device = device;
    JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING);
    for (Staging buffer : staging) {
      buffer.open();
    }
    gemm = withGemm ? new JcublasGemm(device, stream) : null;
  }

  /** A pinned buffer, and the event that says that the GPU has done with it. */
  private static final class Staging {
    final Pointer pointer = new Pointer();
    final CUevent free = new CUevent();
    MemorySegment memory;

    void open() {
      JCudaDriver.cuMemAllocHost(pointer, STAGING_BYTES);
      ByteBuffer bytes = pointer.getByteBuffer(0, STAGING_BYTES);
      memory = MemorySegment.ofBuffer(bytes.order(ByteOrder.nativeOrder()));
      JCudaDriver.cuEventCreate(free, CUevent_flags.CU_EVENT_DISABLE_TIMING);
    }

    void close() {
      JCudaDriver.cuEventDestroy(free);
      JCudaDriver.cuMemFreeHost(pointer);
    }
  }

  /** Pool memory; the pointer's number is what kernels take. */
  private static final class Memory extends CUdeviceptr implements DeviceMemory {
    private final long bytes;

    Memory(long bytes) {
      this.bytes = bytes;
    }

    @Override
    public long address() {
      return getNativePointer();
    }

    @Override
    public long bytes() {
      return bytes;
    }
  }

  @Override
  public DeviceMemory allocate(long bytes) {
    device.enter();
    Memory memory = new Memory(bytes);
    try {
      JCudaDriver.cuMemAllocAsync(memory, bytes, stream);
    } catch (CudaException e) {
      throw JcudaDevice.isOutOfMemory(e)
          ? device.outOfMemory(bytes)
          : device.failure("allocating " + bytes + " bytes", e);
    }
    memories.add(memory);
    return memory;
  }

  /** After a fault there is nothing left to free. */
  @Override
  public void free(DeviceMemory memory) {
    memories.remove((Memory) memory);
    try {
      device.enter();
      JCudaDriver.cuMemFreeAsync((Memory) memory, stream);
    } catch (CudaException e) {
      throw device.failure("freeing memory", e);
    } catch (DeviceFaultException e) {
      memories.clear();
    }
  }

  @Override
  public void clear(DeviceMemory memory, long offset, long bytes) {
    device.enter();
    try {
      JCudaDriver.cuMemsetD8Async(
          ((Memory) memory).withByteOffset(offset), (byte) 0, bytes, stream);
    } catch (CudaException e) {
      throw device.failure("clearing memory", e);
    }
  }

  @Override
  public void upload(MemorySegment from, DeviceMemory to, long toOffset) {
    device.enter();
    try {
      for (long at = 0; at < from.byteSize(); at += STAGING_BYTES) {
        long bytes = Math.min(STAGING_BYTES, from.byteSize() - at);
        Staging buffer = staging[next];
        next ^= 1;
        JCudaDriver.cuEventSynchronize(buffer.free);
        MemorySegment.copy(from, at, buffer.memory, 0, bytes);
        JCudaDriver.cuMemcpyHtoDAsync(
            ((Memory) to).withByteOffset(toOffset + at), buffer.pointer, bytes, stream);
        JCudaDriver.cuEventRecord(buffer.free, stream);
      }
    } catch (CudaException e) {
      throw device.failure("a copy to the GPU", e);
    }
  }

  @Override
  public void download(DeviceMemory from, long fromOffset, MemorySegment to) {
    device.enter();
    try {
      long bytes = to.byteSize();
      long asked = 0;
      for (long at = 0; at < bytes; at += STAGING_BYTES) {
        for (; asked < bytes && asked <= at + STAGING_BYTES; asked += STAGING_BYTES) {
          Staging buffer = staging[(int) (asked / STAGING_BYTES & 1)];
          long part = Math.min(STAGING_BYTES, bytes - asked);
          JCudaDriver.cuMemcpyDtoHAsync(
              buffer.pointer, ((Memory) from).withByteOffset(fromOffset + asked), part, stream);
          JCudaDriver.cuEventRecord(buffer.free, stream);
        }
        Staging buffer = staging[(int) (at / STAGING_BYTES & 1)];
        JCudaDriver.cuEventSynchronize(buffer.free);
        MemorySegment.copy(buffer.memory, 0, to, at, Math.min(STAGING_BYTES, bytes - at));
      }
    } catch (CudaException e) {
      throw device.failure("a copy from the GPU", e);
    }
  }

  @Override
  public void launch(DeviceKernel kernel, int x, int y, int z, Arguments arguments) {
    device.enter();
    JcudaKernel k = (JcudaKernel) kernel;
    try {
      JCudaDriver.cuLaunchKernel(
          k.function(),
          x,
          y,
          z,
          k.threads(),
          1,
          1,
          k.sharedBytes(),
          stream,
          parameters(arguments),
          null);
    } catch (CudaException e) {
      throw device.failure(k.name(), e);
    }
  }

  @Override
  public void launchCooperative(DeviceKernel kernel, int blocks, Arguments arguments) {
    device.enter();
    JcudaKernel k = (JcudaKernel) kernel;
    try {
      JCudaDriver.cuLaunchCooperativeKernel(
          k.function(),
          blocks,
          1,
          1,
          k.threads(),
          1,
          1,
          k.sharedBytes(),
          stream,
          parameters(arguments));
    } catch (CudaException e) {
      throw device.failure(k.name(), e);
    }
  }

  private Pointer parameters(Arguments arguments) {
    if (argumentBuffer != arguments.buffer()) {
      argumentBuffer = arguments.buffer();
      parameters = Pointer.to(Pointer.to(argumentBuffer));
    }
    return parameters;
  }

  @Override
  public Gemm gemm() {
    return gemm;
  }

  @Override
  public void synchronize() {
    device.enter();
    try {
      JCudaDriver.cuStreamSynchronize(stream);
    } catch (CudaException e) {
      throw device.failure("a kernel", e);
    }
  }

  /** After a fault there is nothing left to free. */
  @Override
  public void close() {
    try {
      device.enter();
      if (gemm != null) {
        gemm.close();
      }
      for (Memory memory : memories) {
        JCudaDriver.cuMemFreeAsync(memory, stream);
      }
      JCudaDriver.cuStreamSynchronize(stream);
      for (Staging buffer : staging) {
        buffer.close();
      }
      JCudaDriver.cuStreamDestroy(stream);
    } catch (CudaException e) {
      throw device.failure("closing a stream", e);
    } catch (DeviceFaultException e) {
      memories.clear();
    }
  }
}
