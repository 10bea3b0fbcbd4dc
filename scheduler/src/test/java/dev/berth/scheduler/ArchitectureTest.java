package dev.berth.scheduler;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

@AnalyzeClasses(
    packages = "dev.berth.scheduler",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] DECISIONS = {
    "..scheduler.state..",
    "..scheduler.admission..",
    "..scheduler.rollout..",
    "..scheduler.campaign..",
    "..scheduler.signals..",
    "..scheduler.autoscale..",
    "..scheduler.garbage..",
    "..scheduler.placement..",
    "..scheduler.routes.."
  };

  @ArchTest
  static final ArchRule decisionsArePure =
      noClasses()
          .that()
          .resideInAnyPackage(DECISIONS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..",
              "java.net..",
              "java.nio.file..",
              "java.nio.channels..",
              "java.util.concurrent..",
              "com.google.protobuf..",
              "dev.berth.proto..",
              "io.grpc..",
              "io.netty..",
              "org.slf4j..",
              "org.apache.curator..",
              "org.apache.zookeeper..");

  @ArchTest
  static final ArchRule decisionsKnowNoEdges =
      noClasses()
          .that()
          .resideInAnyPackage(DECISIONS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..scheduler.control..",
              "..scheduler.store..",
              "..scheduler.api..",
              "..scheduler.dispatch..",
              "..scheduler.blobs..");

  @ArchTest
  static final ArchRule wireTypesStopAtTheEdges =
      noClasses()
          .that()
          .resideInAPackage("..scheduler.control..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.berth.proto..", "io.grpc..", "org.apache.zookeeper..");

  @ArchTest
  static final ArchRule timeAndChanceAreArguments =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Main")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callMethod(UUID.class, "randomUUID");
}
