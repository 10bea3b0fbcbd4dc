package dev.berth.router;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

@AnalyzeClasses(
    packages = "dev.berth.router",
    importOptions = {ImportOption.DoNotIncludeTests.class, ImportOption.DoNotIncludeJars.class})
class ArchitectureTest {
  @ArchTest
  static final ArchRule decisionsArePure =
      noClasses()
          .that()
          .resideInAnyPackage("..table..", "..balance..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..", "java.net..", "java.util.concurrent..", "io.grpc..", "io.netty..");

  @ArchTest
  static final ArchRule decisionsKnowNoEdge =
      noClasses()
          .that()
          .resideInAnyPackage("..table..", "..balance..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..proxy..", "..feed..", "..metrics..", "dev.berth.proto..");

  @ArchTest
  static final ArchRule theWireStopsAtTheFeed =
      noClasses()
          .that()
          .resideOutsideOfPackage("..feed..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.berth.proto..");

  @ArchTest
  static final ArchRule timeAndChanceAreGivenFromOutside =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Main")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callMethod(UUID.class, "randomUUID");
}
