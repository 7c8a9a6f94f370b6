package io.gibbsite.cuda;

import io.gibbsite.mlp.RowSource;

/**
 * Rows on a device, float[rows][stride].
 *
 * @param memory that holds them
 * @param offset of the first one, in bytes
 */
record DeviceRows(DeviceMemory memory, long offset) implements RowSource {
  @Override
  public float[] array() {
    return null;
  }

  /** The rows from so many bytes on. */
  DeviceRows from(long bytes) {
    return bytes == 0 ? this : new DeviceRows(memory, offset + bytes);
  }
}
