package io.gibbsite.cuda;

import io.gibbsite.backend.StageListener;
import java.lang.foreign.MemorySegment;

/** Shows intermediate results on a device to a listener, row by row. */
final class DeviceStages {
  private final DeviceStream stream;
  private StageListener listener;

  DeviceStages(DeviceStream stream) {
    this.stream = stream;
  }

  /** Sets or, with null, removes the listener. */
  void listen(StageListener stages) {
    listener = stages;
  }

  /** Whether anyone listens; if not, nothing is shown. */
  boolean listening() {
    return listener != null;
  }

  /** Shows a number a row. */
  void showNumbers(String label, int l, long firstRow, int n, DeviceMemory numbers) {
    if (listener == null) {
      return;
    }
    float[] values = new float[n];
    stream.download(numbers, 0, MemorySegment.ofArray(values));
    float[][] rows = new float[n][1];
    for (int i = 0; i < n; i++) {
      rows[i][0] = values[i];
    }
    listener.stage(label, l, (int) firstRow, rows);
  }

  /** Shows some of an array's stacks of n rows, side by side. */
  void show(
      String label, int l, long firstRow, int n, int width, DeviceMemory memory, int... stacks) {
    if (listener == null) {
      return;
    }
    int stride = MlpKernels.stride(width);
    float[][] rows = new float[n][stacks.length * width];
    float[] values = new float[n * stride];
    for (int s = 0; s < stacks.length; s++) {
      long at = (long) stacks[s] * values.length * Float.BYTES;
      stream.download(memory, at, MemorySegment.ofArray(values));
      for (int i = 0; i < n; i++) {
        System.arraycopy(values, i * stride, rows[i], s * width, width);
      }
    }
    listener.stage(label, l, (int) firstRow, rows);
  }
}
