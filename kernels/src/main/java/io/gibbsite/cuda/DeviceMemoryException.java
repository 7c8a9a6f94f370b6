package io.gibbsite.cuda;

/** The GPU has too little free memory for what was asked; nothing else has happened. */
public final class DeviceMemoryException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /**
   * @param asked bytes, or 0 where the driver asked on its own account
   */
  DeviceMemoryException(long asked, long free) {
    super(
        asked == 0
            ? "the GPU is out of memory with %d MiB free: use fewer rows or chains"
                .formatted(free >> 20)
            : "the GPU has %d MiB free where %d MiB are needed: use fewer rows or chains"
                .formatted(free >> 20, (asked + (1 << 20) - 1) >> 20));
  }
}
