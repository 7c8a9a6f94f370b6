package io.gibbsite.nativecpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the system says of the processor, as far as it decides which ISA has to run. */
final class Processor {
  private static final List<String> AVX2 = List.of("avx2", "fma", "bmi1", "bmi2", "popcnt");
  private static final List<String> AVX512 = List.of("avx512f", "avx512bw", "avx512dq", "avx512vl");
  private static final List<String> AMX = List.of("amx_tile", "amx_int8", "amx_bf16");

  private Processor() {}

  /** The best ISA that {@code /proc/cpuinfo} lists; empty where there is none, or no such file. */
  static Optional<Isa> best() throws IOException {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Set<String> flags =
        Files.readAllLines(file).stream()
            .filter(line -> line.startsWith("flags"))
            .findFirst()
            .map(line -> Set.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
            .orElse(Set.of());
    if (!flags.containsAll(AVX2)) {
      return Optional.empty();
    }
    if (!flags.containsAll(AVX512)) {
      return Optional.of(Isa.AVX2);
    }
    return Optional.of(flags.containsAll(AMX) ? Isa.AMX : Isa.AVX512);
  }
}
