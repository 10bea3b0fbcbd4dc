package dev.berth.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.UUID;

@AnalyzeClasses(packages = "dev.berth.agent", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule decisionsArePure =
      noClasses()
          .that()
          .resideInAnyPackage("..agent.order..", "..agent.reconcile..", "..agent.command..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..",
              "java.net..",
              "java.nio..",
              "java.util.concurrent..",
              "io.grpc..",
              "io.netty..",
              "com.google.protobuf..",
              "dev.berth.proto..",
              "org.slf4j..");

  @ArchTest
  static final ArchRule decisionsKnowNoEdge =
      noClasses()
          .that()
          .resideInAnyPackage("..agent.order..", "..agent.reconcile..", "..agent.command..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..agent.wire..",
              "..agent.control..",
              "..agent.health..",
              "..agent.logs..",
              "..agent.link..",
              "..agent.runtime..",
              "..agent.linux..",
              "..agent.image..",
              "..agent.network..",
              "..agent.cgroup..");

  @ArchTest
  static final ArchRule onlyMainAsksForTimeOrChance =
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
          .callMethod(Math.class, "random")
          .orShould()
          .callMethod(UUID.class, "randomUUID");

  /** Programs run by absolute path, with a clean environment and no shell: through one class. */
  @ArchTest
  static final ArchRule onlyOneClassStartsPrograms =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(ProcessBuilder.class)
          .orShould()
          .callMethod(Runtime.class, "exec", String[].class)
          .orShould()
          .callMethod(Runtime.class, "exec", String.class);

  @ArchTest
  static final ArchRule wireTypesStayAtTheWire =
      noClasses()
          .that()
          .resideOutsideOfPackages("..agent.wire..", "..agent.link..", "..agent.logs..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.berth.proto.v1..");
}
