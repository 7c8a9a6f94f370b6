package io.gibbsite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Methods stay within what C2 compiles and inlines: it leaves one above 8000 bytes to the
 * interpreter ({@code HugeMethodLimit}), and calls one above 325 even where it is hot ({@code
 * FreqInlineSize}). A vector that crosses such a call becomes an object, so whatever takes or
 * returns one must be inlined.
 */
class CodeSizeTest {
  private static final int COMPILED = 8_000;
  private static final int INLINED = 325;
  private static final String VECTORS = "jdk/incubator/vector/";

  private record Method(String name, boolean hasVectors, int bytes) {}

  private static List<Method> methods() throws IOException {
    List<Method> methods = new ArrayList<>();
    for (Path folder : classFolders()) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
          ClassModel type = ClassFile.of().parse(file);
          String name = type.thisClass().asInternalName();
          if (name.contains("jmh_generated")) {
            continue;
          }
          for (MethodModel method : type.methods()) {
            String signature = method.methodType().stringValue();
            method
                .findAttribute(Attributes.code())
                .ifPresent(
                    code ->
                        methods.add(
                            new Method(
                                name + "." + method.methodName().stringValue() + signature,
                                signature.contains(VECTORS),
                                code.codeLength())));
          }
        }
      }
    }
    return methods;
  }

  private static List<Path> classFolders() throws IOException {
    try (Stream<Path> modules = Files.list(Path.of("..").toRealPath())) {
      return modules
          .map(module -> module.resolve("target/classes"))
          .filter(Files::isDirectory)
          .toList();
    }
  }

  @Test
  void everyMethodIsCompiled() throws IOException {
    assertThat(methods())
        .hasSizeGreaterThan(1_000)
        .allSatisfy(method -> assertThat(method.bytes()).as(method.name()).isLessThan(COMPILED));
  }

  @Test
  void whatTakesOrReturnsVectorsIsInlined() throws IOException {
    List<Method> vectors = methods().stream().filter(Method::hasVectors).toList();
    assertThat(vectors)
        .hasSizeGreaterThan(20)
        .allSatisfy(
            method -> assertThat(method.bytes()).as(method.name()).isLessThanOrEqualTo(INLINED));
  }

  /** The size is really read: that of a method whose bytes can be counted by hand. */
  @Test
  void sizesAreThoseOfTheBytecode() throws IOException {
    assertThat(methods())
        .filteredOn(m -> m.name().equals("io/gibbsite/backend/Workers.threads()I"))
        .singleElement()
        // aload_0, getfield team (3 bytes), arraylength, iconst_1, iadd, ireturn
        .satisfies(m -> assertThat(m.bytes()).isEqualTo(8));
  }
}
