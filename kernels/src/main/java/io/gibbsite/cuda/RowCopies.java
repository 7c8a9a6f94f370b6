package io.gibbsite.cuda;

/** Copies rows between the strides of callers and those of kernels: {@code copy_rows.cu}. */
final class RowCopies {
  private static final int THREADS = 256;
  private static final int MAX_GRID_Y = 65535;

  private final DeviceStream stream;
  private final DeviceKernel copyRows;
  private final Arguments arguments = new Arguments();

  RowCopies(Device device, DeviceStream stream) {
    this.stream = stream;
    copyRows = device.kernel("copy_rows", THREADS, 0);
  }

  /** Copies {@code bytes} of each row from one stride to another, both in bytes. */
  void copy(
      DeviceMemory from,
      long fromOffset,
      long fromStride,
      DeviceMemory to,
      long toOffset,
      long toStride,
      int bytes,
      int rows) {
    arguments
        .begin()
        .pointer(from, fromOffset)
        .pointer(to, toOffset)
        .number(fromStride)
        .number(toStride)
        .number(bytes)
        .number(rows)
        .end();
    int x = (bytes + THREADS - 1) / THREADS;
    stream.launch(copyRows, x, Math.min(rows, MAX_GRID_Y), 1, arguments);
  }
}
