package io.gibbsite.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.gibbsite.data.DatasetReader;
import io.gibbsite.data.Idx;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every truncation, flips of every byte, and random overwrites of valid files: each is read or
 * refused with a {@link FormatException}, never another exception, in bounded time and memory.
 */
class DamagedFilesTest {
  private static final long MEMORY_LIMIT = 32 << 20;
  private static final int OVERWRITES = 300;

  @TempDir Path folder;

  private interface Reader {
    Object read(Path file) throws IOException;
  }

  @Test
  void safetensors() throws IOException {
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    tensors.put("a", NdArray.of(new float[] {1, 2, 3}, 1, 3));
    tensors.put("b", NdArray.of(new byte[] {7}));
    Path file = folder.resolve("x");
    new Safetensors(Map.of("k", "v"), tensors).write(file);
    assertRefused(Files.readAllBytes(file), Safetensors::read);
  }

  @Test
  void models() throws IOException {
    Path file = folder.resolve("x");
    MlpShape shape = MlpShape.of(Activation.SILU, 1, 2);
    new MlpModel(MlpParameters.random(shape, null, 1), 0.5f).write(file);
    assertRefused(Files.readAllBytes(file), MlpModel::read);
  }

  @Test
  void npy() throws IOException {
    assertRefused(npyBytes(), Npy::read);
  }

  @Test
  void npzStored() throws IOException {
    Path file = folder.resolve("x");
    Npz.write(file, Map.of("posterior/x", NdArray.of(new float[] {1, 2}, 1, 2)));
    assertRefused(Files.readAllBytes(file), Npz::read);
  }

  @Test
  void npzDeflated() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : new String[] {"a.npy", "b.npy"}) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(npyBytes());
      }
    }
    assertRefused(bytes.toByteArray(), Npz::read);
  }

  @Test
  void idx() throws IOException {
    assertRefused(idxBytes(), Idx::read);
  }

  @Test
  void idxGzipped() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(idxBytes());
    }
    assertRefused(bytes.toByteArray(), Idx::read);
  }

  @Test
  void text() throws IOException {
    assertRefused("x,y\n1.5,-2e3\n3,nan\n".getBytes(), DatasetReader::read);
  }

  private static byte[] npyBytes() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Npy.write(out, NdArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    return out.toByteArray();
  }

  private static byte[] idxBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(16 + 12);
    return bytes.putInt(0x0803).putInt(2).putInt(2).putInt(3).array();
  }

  private void assertRefused(byte[] valid, Reader reader) throws IOException {
    assertThat(reader.read(Files.write(folder.resolve("x"), valid))).isNotNull();
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> {
          for (int length = 0; length < valid.length; length++) {
            check(Arrays.copyOf(valid, length), reader);
          }
          for (int at = 0; at < valid.length; at++) {
            for (int flip : new int[] {1 << at % 8, 0xFF}) {
              byte[] damaged = valid.clone();
              damaged[at] ^= (byte) flip;
              check(damaged, reader);
            }
          }
          SplittableRandom random = new SplittableRandom(1);
          for (int i = 0; i < OVERWRITES; i++) {
            byte[] damaged = valid.clone();
            for (int j = random.nextInt(1, 9); j > 0; j--) {
              damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            check(damaged, reader);
          }
        });
  }

  private void check(byte[] damaged, Reader reader) throws IOException {
    Path file = Files.write(folder.resolve("x"), damaged);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      reader.read(file);
    } catch (FormatException e) {
      assertThat(e).hasMessageStartingWith(file + ": ").hasMessageNotContaining("\n");
    } catch (IOException | RuntimeException | Error e) {
      fail("of " + Arrays.toString(damaged), e);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MEMORY_LIMIT);
  }
}
