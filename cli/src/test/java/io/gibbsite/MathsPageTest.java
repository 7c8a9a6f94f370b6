package io.gibbsite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of formulas leads to files that are there. */
class MathsPageTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path PAGE = ROOT.resolve("docs/maths.md");

  private static List<String> found(String regex) throws IOException {
    return Pattern.compile(regex)
        .matcher(Files.readString(PAGE))
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }

  @Test
  void everyLinkLeadsToAFile() throws IOException {
    assertThat(found("\\]\\(([^)#]+)\\)"))
        .hasSizeGreaterThan(50)
        .allSatisfy(link -> assertThat(PAGE.resolveSibling(link)).isRegularFile());
  }

  @Test
  void everyClassAndSourceFileNamedIsThere() throws IOException {
    Set<String> sources;
    try (Stream<Path> modules = Files.list(ROOT)) {
      List<Path> folders =
          modules.map(module -> module.resolve("src")).filter(Files::isDirectory).toList();
      sources = folders.stream().flatMap(MathsPageTest::files).collect(Collectors.toSet());
    }
    assertThat(found("`([A-Z]\\w+|\\w+\\.(?:h|cpp|cu|cuh))`"))
        .hasSizeGreaterThan(100)
        .allSatisfy(
            name -> assertThat(sources).contains(name.contains(".") ? name : name + ".java"));
  }

  private static Stream<String> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
