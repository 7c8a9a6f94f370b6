package io.gibbsite.cli.selftest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResidentMemoryTest {
  private static final long MIB = 1 << 20;

  @Test
  void aLeakGrows() {
    ResidentMemory memory = new ResidentMemory();
    for (int minute = 0; minute < 6; minute++) {
      memory.add(minute, 1e6 + 1e8 * minute);
    }
    assertThat(memory.growth()).isEqualTo(300_000_000);
    assertThat(memory.slope()).isCloseTo(1e8, within(1.0));
    assertThat(report(memory.growth()).ok()).isFalse();
  }

  @Test
  void whatIsHeldForAWhileIsNoGrowth() {
    ResidentMemory memory = new ResidentMemory();
    double[] mebibytes = {100, 900, 120, 110, 130, 700, 115, 112};
    for (int minute = 0; minute < mebibytes.length; minute++) {
      memory.add(minute, mebibytes[minute] * MIB);
    }
    assertThat(memory.growth()).isEqualTo(12 * MIB);
    assertThat(report(memory.growth()).ok()).isTrue();
  }

  /** A class space that is larger than the heap, the heap in two parts, a library and a stack. */
  @Test
  void theHeapIsFoundInParts() {
    List<ResidentMemory.Mapping> mappings =
        ResidentMemory.parse(
            List.of(
                "6a000000-6b000000 rw-p 00001000 fe:00 328742   /jdk/lib/server/classes.jsa",
                "Rss:               16 kB",
                "Private_Dirty:      4 kB",
                "6b000000-ab000000 ---p 00000000 00:00 0 ",
                "Rss:              300 kB",
                "100000000-101000000 rw-p 00000000 00:00 0 ",
                "Rss:             9000 kB",
                "101000000-102000000 ---p 00000000 00:00 0 ",
                "Rss:                0 kB",
                "102000000-120000000 rw-p 00000000 00:00 0 ",
                "Rss:           100000 kB",
                "7f0000000000-7f0000100000 r-xp 00000000 fe:00 12 /lib/libc.so.6",
                "Rss:              700 kB",
                "7ffd00000000-7ffd00100000 rw-p 00000000 00:00 0  [stack]",
                "Rss:               40 kB"));
    assertThat(mappings).hasSize(7);
    long kibibytes = 16 + 300 + 700 + 40;
    assertThat(ResidentMemory.besideHeap(mappings, 512 * MIB)).isEqualTo(kibibytes << 10);
    assertThat(ResidentMemory.besideHeap(mappings, 4096 * MIB))
        .isEqualTo(kibibytes + 109_000 << 10);
  }

  private static Soak.Report report(long growth) {
    return new Soak.Report(1, 1, 0, 0, 0, 0, growth, 0);
  }
}
