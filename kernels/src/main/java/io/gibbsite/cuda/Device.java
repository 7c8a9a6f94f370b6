package io.gibbsite.cuda;

/**
 * Where kernels run: a GPU, or in tests its emulation. May be shared between threads; a stream it
 * opens is used by one thread at a time.
 */
interface Device extends AutoCloseable {
  /** Such as {@code NVIDIA H200, compute 9.0, 139 GiB}. */
  String description();

  int multiprocessors();

  /** The most shared memory that a block can have, in bytes. */
  int sharedLimit();

  /**
   * The kernel of that name.
   *
   * @param threads of a block, as it is compiled for
   * @param sharedBytes of a block
   */
  DeviceKernel kernel(String name, int threads, int sharedBytes);

  DeviceStream openStream();

  @Override
  void close();
}
