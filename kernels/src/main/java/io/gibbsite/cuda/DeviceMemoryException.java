package io.gibbsite.cuda;

/** The GPU has too little free memory for what was asked; nothing else has happened. */
public final class DeviceMemoryException extends DeviceException {
  private static final long serialVersionUID = 1L;

  DeviceMemoryException(long asked, long free) {
    super(
        "the GPU has %d MiB free where %d MiB are needed: use fewer rows or chains"
            .formatted(free >> 20, (asked + (1 << 20) - 1) >> 20));
  }
}
