package io.gibbsite.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a run's folder to one training at a time: two would mix their files. The system lets go of
 * it where a process ends without closing it.
 */
final class FolderLock implements AutoCloseable {
  /** A file that a folder may hold and still be unused. */
  static final String NAME = ".lock";

  private final RunFolder folder;
  private final FileChannel channel;

  private FolderLock(RunFolder folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Locks a folder that exists.
   *
   * @throws IllegalArgumentException if another training has it
   */
  static FolderLock on(RunFolder folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.file(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isTaken(channel)) {
      return new FolderLock(folder, channel);
    }
    channel.close();
    throw new IllegalArgumentException(
        folder.path() + ": another training is at work in it: wait for its end, or name another");
  }

  private static boolean isTaken(FileChannel channel) {
    try {
      return channel.tryLock() == null;
    } catch (OverlappingFileLockException e) {
      return true;
    } catch (IOException e) {
      // Some file systems have no locks: better a training without than none.
      return false;
    }
  }

  /**
   * Checks that no other training began in the folder before it was locked.
   *
   * @throws IllegalArgumentException if it holds something
   */
  void requireUnused() throws IOException {
    RunFolder.unused(folder.path());
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder.file(NAME));
    channel.close();
  }
}
