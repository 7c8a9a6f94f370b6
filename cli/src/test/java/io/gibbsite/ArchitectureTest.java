package io.gibbsite;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.gibbsite.rbm.LogPartition;
import io.gibbsite.rbm.RbmChains;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Imports run downwards only: cli, bench to native, kernels to core; inside core no model knows how
 * another is computed, and no model knows how it is trained.
 */
class ArchitectureTest {
  private static final String[] MODELS = {
    "io.gibbsite.mlp..",
    "io.gibbsite.rbm..",
    "io.gibbsite.hopfield..",
    "io.gibbsite.boltzmann..",
    "io.gibbsite.dbm.."
  };

  private static final DescribedPredicate<JavaClass> CORE =
      resideInAnyPackage("io.gibbsite..")
          .and(
              not(
                  resideInAnyPackage(
                      "io.gibbsite.cli..",
                      "io.gibbsite.bench..",
                      "io.gibbsite.cuda..",
                      "io.gibbsite.nativecpu..")))
          .as("core");

  /** A deep Boltzmann machine runs as one RBM, by what any program can call. */
  private static final DescribedPredicate<JavaClass> API_OF_THE_RBM =
      belongToAnyOf(
          RbmSession.class,
          RbmChains.class,
          RbmShape.class,
          RbmParameters.class,
          LogPartition.class);

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.gibbsite");

  /** Without this, a class file format that the importer cannot read would pass every rule. */
  @Test
  void everySourceFileIsLookedAt() throws IOException {
    List<String> missing = new ArrayList<>();
    int sources = 0;
    for (Path folder : sourceFolders()) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          String path = folder.relativize(file).toString();
          String name = path.substring(0, path.length() - ".java".length()).replace('/', '.');
          sources++;
          if (!name.endsWith("package-info") && !CLASSES.contain(name)) {
            missing.add(name);
          }
        }
      }
    }
    assertThat(sources).isPositive();
    assertThat(missing).isEmpty();
  }

  private static List<Path> sourceFolders() throws IOException {
    try (Stream<Path> modules = Files.list(Path.of("..").toRealPath())) {
      return modules
          .map(module -> module.resolve("src/main/java"))
          .filter(Files::isDirectory)
          .toList();
    }
  }

  @Test
  void coreDependsOnTheJdkAlone() {
    classes()
        .that(CORE)
        .should()
        .onlyDependOnClassesThat(CORE.or(resideInAnyPackage("java..", "jdk.incubator.vector..")))
        .check(CLASSES);
  }

  @Test
  void nothingDependsOnTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.gibbsite.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.gibbsite.cli..")
        .check(CLASSES);
  }

  @Test
  void backendsOutsideCoreKnowNobodyElse() {
    String[] backends = {"io.gibbsite.nativecpu..", "io.gibbsite.cuda.."};
    for (int i = 0; i < backends.length; i++) {
      noClasses()
          .that()
          .resideInAPackage(backends[i])
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(backends[1 - i], "io.gibbsite.bench..", "io.gibbsite.cli..")
          .check(CLASSES);
    }
  }

  @Test
  void noModelKnowsAnother() {
    slices()
        .matching("io.gibbsite.(mlp|rbm|hopfield|boltzmann|dbm)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(resideInAPackage("io.gibbsite.dbm.."), API_OF_THE_RBM)
        .check(CLASSES);
  }

  @Test
  void theGroundKnowsNoModelAndNoTraining() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.gibbsite.math..",
            "io.gibbsite.random..",
            "io.gibbsite.density..",
            "io.gibbsite.io..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(MODELS).or(resideInAnyPackage("io.gibbsite.train..")))
        .check(CLASSES);
  }

  @Test
  void onlyProgramsTrain() {
    for (String above : List.of("io.gibbsite.train..", "io.gibbsite.likelihood..")) {
      noClasses()
          .that(resideOutsideOfPackages(above, "io.gibbsite.cli..", "io.gibbsite.bench.."))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(above)
          .check(CLASSES);
    }
  }

  @Test
  void whatTrainingsShareKnowsNoModelAndNoTrainer() {
    noClasses()
        .that()
        .resideInAPackage("io.gibbsite.train")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(MODELS).or(resideInAnyPackage("io.gibbsite.train.*..")))
        .check(CLASSES);
  }

  /** But for the training of a deep Boltzmann machine, whose layers are trained as RBMs. */
  @Test
  void aTrainingKnowsItsOwnModelAlone() {
    slices()
        .matching("io.gibbsite.train.(*)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(
            resideInAPackage("io.gibbsite.train.dbm.."),
            resideInAPackage("io.gibbsite.train.rbm.."))
        .check(CLASSES);
    for (String model : MODELS) {
      String training = model.replace("io.gibbsite.", "io.gibbsite.train.");
      boolean deep = model.equals("io.gibbsite.dbm..");
      noClasses()
          .that()
          .resideInAPackage(training)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(MODELS)
                  .and(not(resideInAnyPackage(model, deep ? "io.gibbsite.rbm.." : model))))
          .check(CLASSES);
    }
  }
}
