import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Prints how many tests ran in all modules, and every skipped one by its reason, from the XML files
 * that Surefire leaves. Usage: {@code java TestReport.java ROOT [START]}, where files from before
 * the instant START, such as {@code 2026-01-01T00:00:00Z}, are left out.
 */
public final class TestReport {
  /** The most skipped tests of a class that are named. */
  private static final int NAMED = 3;

  private final Map<String, Integer> ran = new TreeMap<>();

  /** By reason, then by class. */
  private final Map<String, Map<String, List<String>>> skipped = new TreeMap<>();

  private int failed;

  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    Instant start = args.length > 1 ? Instant.parse(args[1]) : Instant.EPOCH;
    TestReport report = new TestReport();
    for (Path file : files(root, start)) {
      report.read(root.relativize(file).getName(0).toString(), file);
    }
    report.print();
  }

  private static List<Path> files(Path root, Instant start) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path module : modules.sorted().toList()) {
        Path reports = module.resolve("target/surefire-reports");
        if (Files.isDirectory(reports)) {
          try (Stream<Path> found = Files.list(reports)) {
            found.filter(file -> file.toString().endsWith(".xml")).sorted().forEach(files::add);
          }
        }
      }
    }
    for (Path file : List.copyOf(files)) {
      if (Files.getLastModifiedTime(file).toInstant().isBefore(start)) {
        files.remove(file);
      }
    }
    return files;
  }

  /** Counts the test cases themselves: the totals of a suite leave out its nested classes. */
  private void read(String module, Path file) throws Exception {
    DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    Element suite = builder.parse(file.toFile()).getDocumentElement();
    String name = suite.getAttribute("name");
    String variant = name.contains("(") ? " at " + name.replaceAll(".*\\((.*)\\)", "$1") : "";
    NodeList tests = suite.getElementsByTagName("testcase");
    ran.merge(module + variant, 0, Integer::sum);
    for (int i = 0; i < tests.getLength(); i++) {
      Element test = (Element) tests.item(i);
      NodeList skip = test.getElementsByTagName("skipped");
      if (skip.getLength() > 0) {
        skip(
            reason((Element) skip.item(0)),
            test.getAttribute("classname") + variant,
            test.getAttribute("name"));
      } else {
        ran.merge(module + variant, 1, Integer::sum);
        failed += test.getElementsByTagName("failure").getLength();
        failed += test.getElementsByTagName("error").getLength();
      }
    }
    if (tests.getLength() == 0) {
      skip("a class whose tests were all given up before the first", name, "all");
    }
  }

  private void skip(String reason, String where, String test) {
    skipped
        .computeIfAbsent(reason, key -> new TreeMap<>())
        .computeIfAbsent(where, key -> new ArrayList<>())
        .add(test);
  }

  /** The text of {@code @Disabled}, or the message of a failed assumption. */
  private static String reason(Element skip) {
    String message = skip.getAttribute("message");
    if (message.isEmpty()) {
      message = skip.getTextContent().strip().lines().findFirst().orElse("");
      message = message.replaceFirst("^\\S*Exception: ", "");
    }
    return message.isEmpty() ? "no reason given" : message;
  }

  private void print() {
    int runs = ran.values().stream().mapToInt(Integer::intValue).sum();
    int skips = skipped.values().stream().mapToInt(TestReport::count).sum();
    System.out.printf("tests: %d run, %d failed, %d skipped%n", runs, failed, skips);
    ran.forEach((where, count) -> System.out.printf("tests: %6d in %s%n", count, where));
    skipped.forEach(
        (reason, classes) -> {
          System.out.printf("tests: skipped %d: %s%n", count(classes), reason);
          classes.forEach((where, tests) -> System.out.println("         " + line(where, tests)));
        });
  }

  private static int count(Map<String, List<String>> classes) {
    return classes.values().stream().mapToInt(List::size).sum();
  }

  /** A class, and its tests by name if they are few. */
  private static String line(String where, List<String> tests) {
    return tests.size() > NAMED
        ? where + ": %d tests".formatted(tests.size())
        : where + ": " + String.join(", ", tests);
  }
}
