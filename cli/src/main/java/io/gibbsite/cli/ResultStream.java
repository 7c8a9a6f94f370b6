package io.gibbsite.cli;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Standard output, which remembers that it could not be written to: the writers above it go on as
 * if nothing had happened.
 */
final class ResultStream extends OutputStream {
  private final OutputStream out;
  private IOException failure;

  ResultStream(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    try {
      out.write(bytes, from, length);
    } catch (IOException e) {
      failure = failure == null ? e : failure;
      throw e;
    }
  }

  /**
   * Throws if results were lost, but not if they went to a program that wanted no more of them, as
   * {@code head} does.
   */
  void requireWritten() throws IOException {
    if (failure != null && !"Broken pipe".equals(failure.getMessage())) {
      throw new IOException(
          "standard output cannot be written to: " + failure.getMessage(), failure);
    }
  }
}
