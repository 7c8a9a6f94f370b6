package io.gibbsite.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The emulation runs kernels, and shows what is wrong with those of {@code faults.cu}. */
class EmulationTest {
  private static final int THREADS = 64;
  private static final int[] REVERSED =
      IntStream.range(0, THREADS).map(i -> THREADS - 1 - i).toArray();

  private final EmulatedDevice device = new EmulatedDevice();

  @AfterEach
  void inOrder() {
    device.descending(false);
  }

  private int[] run(int kind) {
    int[] out = new int[THREADS];
    try (DeviceStream stream = device.openStream()) {
      DeviceMemory memory = stream.allocate((long) Integer.BYTES * THREADS);
      Arguments arguments = new Arguments().begin().pointer(memory).number(kind).number(0).end();
      DeviceKernel kernel = device.kernel("faults", THREADS, Integer.BYTES * THREADS);
      stream.launch(kernel, 1, 1, 1, arguments);
      stream.download(memory, 0, MemorySegment.ofArray(out));
    }
    return out;
  }

  @Test
  void soundKernelsGiveTheirResultInEitherOrder() {
    assertThat(run(0)).isEqualTo(REVERSED);
    device.descending(true);
    assertThat(run(0)).isEqualTo(REVERSED);
  }

  @Test
  void aMissingBarrierGivesAWrongResult() {
    assertThat(run(1)).isNotEqualTo(REVERSED);
    device.descending(true);
    assertThat(run(1)).isNotEqualTo(REVERSED);
  }

  @ParameterizedTest
  @CsvSource({
    "2, deadlock",
    "3, shared memory",
    "4, wrote outside of an array of 256 bytes",
    "5, asynchronous copies",
    "6, deadlock",
    "7, not aligned"
  })
  void faultsAreErrorsAndTheNextLaunchIsSound(int kind, String telling) {
    assertThatIllegalStateException()
        .isThrownBy(() -> run(kind))
        .withMessageContaining("faults")
        .withMessageContaining(telling);
    assertThat(run(0)).isEqualTo(REVERSED);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 65536, 1, 256, blocks along y",
    "1, 1, 65536, 256, blocks along y or z",
    "0, 1, 1, 256, no blocks",
    "1, 1, 1, 232449, shared memory"
  })
  void launchesBeyondTheLimitsOfAGpuAreRefused(int x, int y, int z, int shared, String telling) {
    try (DeviceStream stream = device.openStream()) {
      DeviceMemory memory = stream.allocate(256);
      Arguments arguments = new Arguments().begin().pointer(memory).number(0).number(0).end();
      DeviceKernel kernel = device.kernel("faults", THREADS, shared);
      assertThatIllegalStateException()
          .isThrownBy(() -> stream.launch(kernel, x, y, z, arguments))
          .withMessageContaining(telling);
    }
  }

  @Test
  void argumentsOfAnotherSizeAreRefused() {
    try (DeviceStream stream = device.openStream()) {
      DeviceMemory memory = stream.allocate(256);
      DeviceKernel kernel = device.kernel("faults", THREADS, 256);
      Arguments arguments = new Arguments().begin().pointer(memory).end();
      assertThatIllegalStateException()
          .isThrownBy(() -> stream.launch(kernel, 1, 1, 1, arguments))
          .withMessageContaining("arguments");
    }
  }

  @Test
  void newMemoryIsPoisoned() {
    byte[] bytes = new byte[100];
    try (DeviceStream stream = device.openStream()) {
      stream.download(stream.allocate(100), 0, MemorySegment.ofArray(bytes));
    }
    byte[] expected = new byte[100];
    Arrays.fill(expected, (byte) -1);
    assertThat(bytes).isEqualTo(expected);
  }
}
