package io.gibbsite.cuda;

/**
 * A kernel failed, and the driver refuses all work of this process from then on: the backend is
 * closed for good, and only a new process can use the GPU again.
 */
public final class DeviceFaultException extends DeviceException {
  private static final long serialVersionUID = 1L;

  DeviceFaultException(String during, String status) {
    super("the GPU failed with " + status + " during " + during + ": restart the process");
  }
}
