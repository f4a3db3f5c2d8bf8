package dev.revoker;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.core.domain.properties.HasParameterTypes.Predicates.rawParameterTypes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.MessageFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The import rules of docs/DESIGN.md, and the ban on clocks and sleeps. */
class ArchitectureTest {
  private static final String US = "dev.revoker";
  private static final int LONGEST_FILE = 400;

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(US);

  @Test
  void onlyTheSandboxItsCommandsAndTheWiringKnowTheSandbox() {
    noClasses()
        .that(not(resideInAnyPackage(US, US + ".cli", US + ".sandbox")))
        .should()
        .dependOnClassesThat(resideInAPackage(US + ".sandbox"))
        .check(MAIN);
  }

  @Test
  void kafkasClientsAreUsedWhereTheyBelong() {
    noClasses()
        .that(
            not(
                resideInAnyPackage(
                    US,
                    US + ".engine",
                    US + ".memory",
                    US + ".sandbox",
                    US + ".submit",
                    // They name Kafka's settings, and watch its clients' meters.
                    US + ".config",
                    US + ".ops")))
        .should()
        .dependOnClassesThat(resideInAPackage("org.apache.kafka.."))
        .check(MAIN);
  }

  @Test
  void configurationMakesNoKafkaClient() {
    noClasses()
        .that(resideInAPackage(US + ".config"))
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.apache.kafka..")
                .and(not(resideInAPackage("org.apache.kafka.common..")))
                .and(
                    DescribedPredicate.describe(
                        "other than the clients' *Config",
                        (JavaClass one) -> !one.getSimpleName().endsWith("Config"))))
        .check(MAIN);
  }

  @Test
  void resilience4jIsUsedByThePolicyAndTheOneClassThatBindsItsMeters() {
    noClasses()
        .that(not(resideInAPackage(US + ".resilience")))
        .and()
        .doNotHaveSimpleName("LibraryMeters")
        .should()
        .dependOnClassesThat(resideInAPackage("io.github.resilience4j.."))
        .check(MAIN);
  }

  @Test
  void micrometerIsUsedByOpsAlone() {
    noClasses()
        .that(not(resideInAnyPackage(US, US + ".ops")))
        .should()
        .dependOnClassesThat(resideInAPackage("io.micrometer.."))
        .check(MAIN);
  }

  @Test
  void joseIsUsedByMessageAlone() {
    noClasses()
        .that(not(resideInAPackage(US + ".message")))
        .should()
        .dependOnClassesThat(resideInAPackage("com.nimbusds.."))
        .check(MAIN);
  }

  @Test
  void theModelKnowsNoneOfOurs() {
    noClasses()
        .that(resideInAPackage(US + ".model"))
        .should()
        .dependOnClassesThat(resideInAPackage(US + "..").and(not(resideInAPackage(US + ".model"))))
        .check(MAIN);
  }

  @Test
  void packagesHaveNoCycles() {
    SlicesRuleDefinition.slices().matching(US + ".(*)..").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void theClockIsReadInOnePlaceAndNothingSleeps() {
    noClasses()
        .that()
        .doNotHaveSimpleName("SystemTime")
        .should()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", java.time.Duration.class)
        .check(MAIN);
  }

  /** Else a user's locale decides which digits and letters a protocol or a script gets. */
  @Test
  void textIsFormattedForAFixedLocale() {
    noClasses()
        .should()
        .callMethod(String.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(String.class, "formatted", Object[].class)
        .orShould()
        .callMethod(String.class, "toLowerCase")
        .orShould()
        .callMethod(String.class, "toUpperCase")
        .orShould()
        .callMethodWhere(
            target(nameMatching("printf|format"))
                .and(
                    target(
                        owner(assignableTo(PrintStream.class).or(assignableTo(PrintWriter.class)))))
                .and(target(rawParameterTypes(String.class, Object[].class))))
        .orShould()
        .callConstructor(DecimalFormat.class, String.class)
        .orShould()
        .callMethod(DateTimeFormatter.class, "ofPattern", String.class)
        .orShould()
        .callConstructor(Formatter.class)
        .orShould()
        .callMethod(MessageFormat.class, "format", String.class, Object[].class)
        .check(MAIN);
  }

  @Test
  void onlyAppEndsTheProcess() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(US + ".App")
        .and()
        // A stand-in that is stopped by a signal is done, which is no failure.
        .doNotHaveFullyQualifiedName(US + ".cli.SandboxCommand")
        .and()
        .resideOutsideOfPackage(US + ".sandbox")
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(MAIN);
  }

  @Test
  void noFileHasMoreThan400Lines() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<Path> tooLong =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> lines(file) > LONGEST_FILE)
              .toList();
      assertThat(tooLong).isEmpty();
    }
  }

  private static long lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
