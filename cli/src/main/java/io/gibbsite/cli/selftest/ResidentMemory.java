package io.gibbsite.cli.selftest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this process holds in memory, and how that grows from the first look on: what lives in the
 * Java heap, and what is resident outside of it. How much of the heap is resident says nothing,
 * since the collector touches ever more of what it may have.
 */
final class ResidentMemory {
  private static final Path MAPPINGS = Path.of("/proc/self/smaps");
  private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) .*");
  private static final Pattern RESIDENT = Pattern.compile("Rss: *(\\d+) kB");
  private static final double NANOS_PER_MINUTE = 6e10;

  private final List<double[]> looks = new ArrayList<>();

  /** Bytes in memory; 0 on systems that do not say. */
  static long bytes() {
    return resident(-1)[0];
  }

  /**
   * Bytes in memory outside of the Java heap, which is one mapping of the size that the JVM says;
   * it may be changing that size, and then is asked again. Other collectors have more mappings, and
   * then all of the heap is taken for resident.
   */
  private static long bytesBesideHeap() {
    long[] resident = {0, 0};
    for (int tries = 0; tries < 20; tries++) {
      resident = resident(Runtime.getRuntime().totalMemory());
      if (resident[1] > 0) {
        return resident[0] - resident[1];
      }
    }
    return resident[0] - Runtime.getRuntime().totalMemory();
  }

  /** Bytes in memory, and those of them in a mapping of that size. */
  private static long[] resident(long size) {
    long[] bytes = new long[2];
    if (Files.exists(MAPPINGS)) {
      try {
        boolean ofSize = false;
        for (String line : Files.readAllLines(MAPPINGS)) {
          Matcher mapping = MAPPING.matcher(line);
          Matcher resident = RESIDENT.matcher(line);
          if (mapping.matches()) {
            ofSize = size(mapping) == size;
          } else if (resident.matches()) {
            long here = Long.parseLong(resident.group(1)) << 10;
            bytes[0] += here;
            bytes[1] += ofSize ? here : 0;
          }
        }
      } catch (IOException e) {
        return new long[2];
      }
    }
    return bytes;
  }

  private static long size(Matcher mapping) {
    return Long.parseUnsignedLong(mapping.group(2), 16)
        - Long.parseUnsignedLong(mapping.group(1), 16);
  }

  /** Notes how much there is now, after a collection. */
  void look() {
    Runtime runtime = Runtime.getRuntime();
    runtime.gc();
    long live = runtime.totalMemory() - runtime.freeMemory();
    add(System.nanoTime() / NANOS_PER_MINUTE, live + bytesBesideHeap());
  }

  /** Notes how many bytes there were at a time in minutes. */
  void add(double minutes, double bytes) {
    looks.add(new double[] {minutes, bytes});
  }

  /** Bytes at the last look more than at the first. */
  long growth() {
    return (long) (looks.get(looks.size() - 1)[1] - looks.get(0)[1]);
  }

  /** Bytes a minute, by least squares; 0 for fewer than two looks. */
  double slope() {
    double minutes = looks.stream().mapToDouble(look -> look[0]).average().orElse(0);
    double bytes = looks.stream().mapToDouble(look -> look[1]).average().orElse(0);
    double product = 0;
    double square = 0;
    for (double[] look : looks) {
      product += (look[0] - minutes) * (look[1] - bytes);
      square += (look[0] - minutes) * (look[0] - minutes);
    }
    return square == 0 ? 0 : product / square;
  }
}
