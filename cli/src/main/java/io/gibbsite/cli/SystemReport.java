package io.gibbsite.cli;

import com.sun.management.OperatingSystemMXBean;
import io.gibbsite.backend.Backends;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;

/**
 * The machine and the program that a result was made with; every result file carries it.
 *
 * @param gibbsite version
 * @param jdk version, vendor and virtual machine
 * @param os name, version and architecture
 * @param cpu the processor's name with its family and model, since some names say little; or its
 *     architecture where that is unknown
 * @param cpuFeatures the instruction sets that matter here, as the system names them
 * @param vectorBits the Vector API's preferred width, 0 where the module is not loaded
 * @param cores processors that this process may use
 * @param memoryBytes of the machine or container
 * @param heapBytes the most that the Java heap may grow to
 * @param backends every backend with its detail, or the reason why it cannot run
 */
record SystemReport(
    String gibbsite,
    String jdk,
    String os,
    String cpu,
    List<String> cpuFeatures,
    int vectorBits,
    int cores,
    long memoryBytes,
    long heapBytes,
    List<Backends.Status> backends) {
  private static final List<String> FEATURES =
      List.of(
          "avx2",
          "fma",
          "f16c",
          "avx_vnni",
          "avx512f",
          "avx512bw",
          "avx512dq",
          "avx512vl",
          "avx512_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "amx_tile",
          "amx_int8",
          "amx_bf16",
          "asimd",
          "asimddp",
          "sve",
          "sve2",
          "bf16",
          "i8mm");

  /** Of this process. */
  static SystemReport now() {
    List<String> cpuinfo = cpuinfo();
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new SystemReport(
        Version.text(),
        "%s (%s, %s)"
            .formatted(
                System.getProperty("java.runtime.version"),
                System.getProperty("java.vendor"),
                System.getProperty("java.vm.name")),
        "%s %s (%s)"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")),
        cpu(cpuinfo).orElse(System.getProperty("os.arch")),
        features(cpuinfo),
        preferredVectorBits(),
        Runtime.getRuntime().availableProcessors(),
        system.getTotalMemorySize(),
        Runtime.getRuntime().maxMemory(),
        Backends.report());
  }

  private static List<String> cpuinfo() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo"));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Optional<String> cpu(List<String> cpuinfo) {
    Optional<String> family = field(cpuinfo, "cpu family");
    Optional<String> model = field(cpuinfo, "model\t");
    return field(cpuinfo, "model name")
        .map(
            name ->
                family.isPresent() && model.isPresent()
                    ? "%s (family %s, model %s)".formatted(name, family.get(), model.get())
                    : name);
  }

  private static Optional<String> field(List<String> cpuinfo, String name) {
    return cpuinfo.stream()
        .filter(line -> line.startsWith(name) && line.contains(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  static List<String> features(List<String> cpuinfo) {
    Set<String> all = new HashSet<>();
    Stream.of("flags", "Features")
        .flatMap(name -> field(cpuinfo, name).stream())
        .forEach(line -> all.addAll(Arrays.asList(line.split("\\s+"))));
    return FEATURES.stream().filter(all::contains).toList();
  }

  private static int preferredVectorBits() {
    try {
      return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    } catch (NoClassDefFoundError e) {
      return 0;
    }
  }
}
