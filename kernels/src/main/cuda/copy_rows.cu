// Rows between the strides of callers and those of kernels.
#include "device.cuh"

// Bytes of rows from one stride to another; beyond the row they stay as they are.
struct CopyRows {
  const uint8_t* from;
  uint8_t* to;
  int64_t fromStride, toStride;
  int bytes, rows;
};

KERNEL(copy_rows, CopyRows, 256, 1) {
  int byte = (int)(blockIdx.x * blockDim.x + threadIdx.x);
  if (byte < args.bytes) {
    for (int row = (int)blockIdx.y; row < args.rows; row += (int)gridDim.y) {
      args.to[row * args.toStride + byte] = args.from[row * args.fromStride + byte];
    }
  }
}
