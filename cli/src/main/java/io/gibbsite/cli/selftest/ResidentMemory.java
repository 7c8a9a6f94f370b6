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
  private static final Pattern MAPPING =
      Pattern.compile("([0-9a-f]+)-([0-9a-f]+) \\S+ \\S+ \\S+ (\\d+) *(.*)");
  private static final Pattern RESIDENT = Pattern.compile("Rss: *(\\d+) kB");
  private static final double NANOS_PER_MINUTE = 6e10;

  /** Addresses mapped for one purpose, and how many bytes of them are in memory. */
  record Mapping(long begin, long end, boolean anonymous, long resident) {}

  private final List<double[]> looks = new ArrayList<>();

  /** Bytes in memory; 0 on systems that do not say. */
  static long bytes() {
    return mappings().stream().mapToLong(Mapping::resident).sum();
  }

  private static List<Mapping> mappings() {
    try {
      return Files.exists(MAPPINGS) ? parse(Files.readAllLines(MAPPINGS)) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Reads the kernel's list of mappings, in order of their addresses. */
  static List<Mapping> parse(List<String> lines) {
    List<Mapping> mappings = new ArrayList<>();
    for (String line : lines) {
      Matcher mapping = MAPPING.matcher(line);
      Matcher resident = RESIDENT.matcher(line);
      if (mapping.matches()) {
        mappings.add(
            new Mapping(
                Long.parseUnsignedLong(mapping.group(1), 16),
                Long.parseUnsignedLong(mapping.group(2), 16),
                mapping.group(3).equals("0") && mapping.group(4).isEmpty(),
                0));
      } else if (resident.matches()) {
        Mapping last = mappings.removeLast();
        mappings.add(
            new Mapping(
                last.begin, last.end, last.anonymous, Long.parseLong(resident.group(1)) << 10));
      }
    }
    return mappings;
  }

  /**
   * Bytes in memory outside of the Java heap. The heap is one reservation of the most that it may
   * come to, in as many mappings as its parts in use need: of the runs of neighbours that are so
   * long, the one with the most in memory. Collectors that map it from a file have no such run, and
   * then all of it counts.
   */
  static long besideHeap(List<Mapping> mappings, long reserved) {
    long all = 0;
    long heap = 0;
    long runBegin = 0;
    long runEnd = 0;
    long runResident = 0;
    for (Mapping mapping : mappings) {
      all += mapping.resident;
      if (!mapping.anonymous || mapping.begin != runEnd) {
        runBegin = mapping.begin;
        runResident = 0;
      }
      runEnd = mapping.anonymous ? mapping.end : mapping.begin;
      runResident += mapping.resident;
      if (runEnd - runBegin >= reserved) {
        heap = Math.max(heap, runResident);
      }
    }
    return all - heap;
  }

  /** Notes how much there is now, after a collection. */
  void look() {
    Runtime runtime = Runtime.getRuntime();
    runtime.gc();
    long live = runtime.totalMemory() - runtime.freeMemory();
    add(System.nanoTime() / NANOS_PER_MINUTE, live + besideHeap(mappings(), runtime.maxMemory()));
  }

  /** Notes how many bytes there were at a time in minutes. */
  void add(double minutes, double bytes) {
    looks.add(new double[] {minutes, bytes});
  }

  /**
   * By how many bytes the least of the later half of the looks exceeds the least of the earlier
   * half. What a compiler or a collector holds for a while lifts some looks, a leak all of them.
   */
  long growth() {
    int half = looks.size() / 2;
    return (long) (least(half, looks.size()) - least(0, half));
  }

  private double least(int from, int to) {
    return looks.subList(from, to).stream().mapToDouble(look -> look[1]).min().orElse(0);
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
