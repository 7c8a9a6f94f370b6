// Kernels with faults, which the emulation must show; the library of tests alone has them.
#include "device.cuh"

struct Faults {
  int* out;
  int kind, unused;
};

// 0 none; 1 no barrier between writing and reading; 2 a barrier that half of the threads reach;
// 3 a write past the shared memory; 4 a write past the array; 5 no wait for an asynchronous copy;
// 6 a wait for a value that nobody writes; 7 a copy that is not aligned.
KERNEL(faults, Faults, 64, 1) {
  DYNAMIC_SHARED(memory);
  int* values = (int*)memory;
  int i = (int)threadIdx.x;
  values[i] = i;
  if (args.kind != 1 && (args.kind != 2 || i < 32)) {
    __syncthreads();
  }
  if (args.kind == 3 && i == 0) {
    values[64] = 1;
  }
  if (args.kind == 5) {
    copy_async(values + i / 4 * 4, args.out, true);
    copy_commit();
  }
  if (args.kind == 7) {
    copy_async(values + i, args.out, true);
  }
  if (args.kind == 6) {
    while (load_acquire((const unsigned*)args.out) != 77) {
      pause_spin();
    }
  }
  args.out[args.kind == 4 ? i + 1 : i] = values[63 - i];
}
