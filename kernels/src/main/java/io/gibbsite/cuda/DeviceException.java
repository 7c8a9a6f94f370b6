package io.gibbsite.cuda;

/** What goes wrong on a GPU at run time. */
public abstract sealed class DeviceException extends RuntimeException
    permits DeviceFaultException, DeviceMemoryException {
  private static final long serialVersionUID = 1L;

  DeviceException(String message) {
    super(message);
  }
}
