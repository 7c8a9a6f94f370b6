import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Compiles the C++ of this module with the system's compiler, one object for each source file.
 * Usage: {@code java CompileNative.java MODULE VERSION library|tests}.
 *
 * <p>Where it cannot, the build goes on: {@code missing.txt} takes the library's place and says
 * why. What is up to date is left alone: its stamp is the hash of all sources and commands.
 */
public final class CompileNative {
  /** What a source file may assume of the processor: its own ISA and nothing else. */
  private static final Map<String, List<String>> ISA_FLAGS = new TreeMap<>();

  static {
    List<String> avx2 = List.of("-mavx2", "-mfma", "-mbmi", "-mbmi2", "-mlzcnt", "-mpopcnt");
    List<String> avx512 =
        join(avx2, List.of("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl"));
    avx512 = join(avx512, List.of("-mprefer-vector-width=512"));
    ISA_FLAGS.put("avx2", avx2);
    ISA_FLAGS.put("avx512", avx512);
    List<String> amx = join(avx512, List.of("-mamx-tile", "-mamx-int8", "-mamx-bf16"));
    ISA_FLAGS.put("amx", amx);
    ISA_FLAGS.put("amx_twin", amx);
  }

  private static final List<String> COMMON =
      List.of(
          "-std=c++20",
          "-fPIC",
          "-fvisibility=hidden",
          "-ffp-contract=off",
          "-fno-exceptions",
          "-fno-rtti",
          "-fno-threadsafe-statics",
          "-Wall",
          "-Wextra",
          "-Werror",
          // GCC 12 says these of its own AVX-512 intrinsics; Clang knows neither all of them nor
          // some pragmas.
          "-Wno-uninitialized",
          "-Wno-maybe-uninitialized",
          "-Wno-unknown-warning-option",
          "-Wno-unknown-pragmas");

  private static final List<String> SANITISED =
      List.of("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all");

  private static final String LIBRARY = "target/classes/io/gibbsite/nativecpu";

  private static final String AMX_TWIN = "-DGIBBSITE_AMX_TWIN";

  private static final List<String> COMPILERS = List.of("g++", "clang++", "g++-14", "g++-12");
  private static final int OLDEST_GCC = 12;
  private static final int OLDEST_CLANG = 15;

  private final Path module;
  private final String version;

  private CompileNative(Path module, String version) {
    this.module = module;
    this.version = version;
  }

  public static void main(String[] args) throws Exception {
    CompileNative build = new CompileNative(Path.of(args[0]).toAbsolutePath(), args[1]);
    switch (args[2]) {
      case "library" -> build.library();
      case "tests" -> {
        build.sanitisedProgram();
        build.libraryProgram();
        build.amxTwin();
      }
      default -> throw new IllegalArgumentException("library or tests, not " + args[2]);
    }
  }

  private void library() throws IOException, InterruptedException {
    List<String> flags = join(COMMON, List.of("-O3"));
    build(
        sources("src/main/cpp"),
        flags,
        List.of("-shared"),
        module.resolve(LIBRARY),
        "libgibbsite.so");
  }

  /** The same sources and the tests, with the address and undefined-behaviour sanitisers. */
  private void sanitisedProgram() throws IOException, InterruptedException {
    build(
        join(sources("src/main/cpp"), sources("src/test/cpp")),
        join(join(COMMON, SANITISED), List.of("-pthread")),
        join(SANITISED, List.of("-pthread")),
        module.resolve("target/test-program"),
        "test-program");
  }

  /** The tests against the library itself: the machine code that is shipped. */
  private void libraryProgram() throws IOException, InterruptedException {
    Path library = module.resolve(LIBRARY);
    build(
        sources("src/test/cpp"),
        join(COMMON, List.of("-O2", "-pthread")),
        List.of("-pthread", "-L", library.toString(), "-l:libgibbsite.so", "-Wl,-rpath," + library),
        module.resolve("target/library-program"),
        "library-program");
  }

  /** The library with the tiles of AMX as plain loops, for the contracts on machines without it. */
  private void amxTwin() throws IOException, InterruptedException {
    List<Path> sources =
        List.of(module.resolve("src/main/cpp/amx.cpp"), module.resolve("src/main/cpp/isa.cpp"));
    List<String> flags = join(COMMON, List.of("-O3", AMX_TWIN));
    build(sources, flags, List.of("-shared"), module.resolve("target/amx-twin"), "libamxtwin.so");
  }

  private void build(
      List<Path> sources, List<String> flags, List<String> linking, Path folder, String name)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path result = folder.resolve(name);
    Path missing = folder.resolve("missing.txt");
    String problem = platformProblem();
    String compiler = problem == null ? compiler() : null;
    if (problem == null && compiler == null) {
      problem = "it was built without a C++ compiler: install g++ 12 or later, and build again";
    }
    if (problem != null) {
      Files.deleteIfExists(result);
      Files.writeString(missing, problem + "\n");
      System.out.println("native: " + name + " is missing: " + problem);
      return;
    }
    Files.deleteIfExists(missing);
    Path objects = module.resolve("target/cpp").resolve(name);
    Files.createDirectories(objects);
    Path stamp = objects.resolve("stamp");
    String hash = hash(compiler, flags);
    if (Files.exists(result) && Files.exists(stamp) && Files.readString(stamp).equals(hash)) {
      return;
    }
    List<Process> running = new ArrayList<>();
    List<String> link = new ArrayList<>(List.of(compiler));
    for (Path source : sources) {
      String file = source.getFileName().toString();
      String isa = file.replaceFirst("\\..*", "");
      List<String> command = new ArrayList<>(List.of(compiler));
      command.addAll(flags);
      command.addAll(ISA_FLAGS.getOrDefault(isa, List.of()));
      command.add("-DGIBBSITE_VERSION=\"" + version + "\"");
      command.addAll(List.of("-I", module.resolve("src/main/cpp").toString()));
      String object = objects.resolve(isa + ".o").toString();
      command.addAll(List.of("-c", source.toString(), "-o", object));
      link.add(object);
      running.add(new ProcessBuilder(command).inheritIO().start());
    }
    link.addAll(linking);
    link.addAll(List.of("-o", result.toString()));
    for (Process process : running) {
      require(process);
    }
    require(new ProcessBuilder(link).inheritIO().start());
    Files.writeString(
        folder.resolve(name + ".sha256"), hex(digest().digest(Files.readAllBytes(result))));
    Files.writeString(stamp, hash);
    System.out.println("native: built " + name + " with " + compiler);
  }

  private static void require(Process process) throws InterruptedException {
    if (process.waitFor() != 0) {
      throw new IllegalStateException("the C++ compiler failed; its message stands above");
    }
  }

  private static String platformProblem() {
    String os = System.getProperty("os.name");
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    boolean suits = os.equals("Linux") && List.of("amd64", "x86_64").contains(arch);
    return suits ? null : "it needs Linux on x86-64, and was built on " + os + " (" + arch + ")";
  }

  /** {@code CXX}, or the first usable one on the path; or null. */
  private static String compiler() throws IOException, InterruptedException {
    String chosen = System.getenv("CXX");
    if (chosen != null && !chosen.isBlank()) {
      return chosen;
    }
    for (String name : COMPILERS) {
      if (isNewEnough(name)) {
        return name;
      }
    }
    return null;
  }

  private static boolean isNewEnough(String name) throws InterruptedException {
    try {
      int oldest = name.startsWith("g++") ? OLDEST_GCC : OLDEST_CLANG;
      Process process = new ProcessBuilder(name, "-dumpversion").start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 && Integer.parseInt(said.strip().split("\\.")[0]) >= oldest;
    } catch (IOException e) {
      return false;
    }
  }

  private List<Path> sources(String folder) throws IOException {
    try (Stream<Path> files = Files.list(module.resolve(folder))) {
      return files.filter(file -> file.toString().endsWith(".cpp")).sorted().toList();
    }
  }

  private String hash(String compiler, List<String> flags) throws IOException {
    MessageDigest digest = digest();
    digest.update((compiler + flags + ISA_FLAGS + version).getBytes(StandardCharsets.UTF_8));
    for (String folder : List.of("src/main/cpp", "src/test/cpp", "src/build/java")) {
      try (Stream<Path> files = Files.list(module.resolve(folder))) {
        for (Path file : files.sorted().toList()) {
          digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
          digest.update(Files.readAllBytes(file));
        }
      }
    }
    return hex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static <T> List<T> join(List<? extends T> first, List<? extends T> second) {
    return Stream.<T>concat(first.stream(), second.stream()).toList();
  }
}
