package io.gibbsite.cuda;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;

/** The kernels on a device. {@link BackendOptions#threads} says nothing to it. */
final class CudaBackend implements Backend {
  static final String NAME = "cuda";

  private final String name;
  private final BackendOptions options;
  private final Device device;

  /**
   * @param name it is asked for by
   * @param device which it closes
   */
  CudaBackend(String name, BackendOptions options, Device device) {
    this.name = name;
    this.options = options;
    this.device = device;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return "%s (%s, %s)".formatted(name, device.description(), options.precision().label());
  }

  @Override
  public BackendOptions options() {
    return options;
  }

  @Override
  public long bytes(MlpShape shape, int rows) {
    return MlpCuda.bytes(shape, rows, options.precision());
  }

  @Override
  public MlpSession open(MlpShape shape, int rows) {
    return new MlpCuda(device, shape, rows, options.precision());
  }

  @Override
  public long bytes(RbmShape shape, int rows) {
    return RbmCuda.bytes(shape, rows);
  }

  @Override
  public RbmSession open(RbmShape shape, int rows) {
    return new RbmCuda(device, shape, rows);
  }

  @Override
  public void close() {
    device.close();
  }
}
