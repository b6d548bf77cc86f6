package tns;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.junit.jupiter.api.Test;

/** Packages depend downwards only, and only {@code cpu} knows the Vector API. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("tns");

    @Test
    void packagesDependDownwardsOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("repl")
                .definedBy("tns.repl..")
                .layer("script")
                .definedBy("tns.script..")
                .layer("selftest")
                .definedBy("tns.selftest..")
                .layer("facade")
                .definedBy("tns")
                .layer("syntax")
                .definedBy("tns.syntax..")
                .layer("lang")
                .definedBy("tns.lang..")
                .layer("library")
                .definedBy("tns.nn..", "tns.optim..", "tns.data..", "tns.distribution..", "tns.plot..", "tns.io..")
                .layer("op")
                .definedBy("tns.op..")
                .layer("profile")
                .definedBy("tns.profile..")
                .layer("cpu")
                .definedBy("tns.cpu..")
                .layer("cuda")
                .definedBy("tns.cuda..")
                .layer("tensor")
                .definedBy("tns.tensor..")
                .layer("expr")
                .definedBy("tns.expr..")
                .whereLayer("repl")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("script")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("selftest")
                .mayOnlyBeAccessedByLayers("repl")
                .whereLayer("facade")
                .mayOnlyBeAccessedByLayers("selftest", "repl", "script")
                .whereLayer("syntax")
                .mayOnlyBeAccessedByLayers("facade", "repl", "script")
                .whereLayer("lang")
                .mayOnlyBeAccessedByLayers("syntax", "facade", "repl", "script")
                .whereLayer("library")
                .mayOnlyBeAccessedByLayers("lang", "syntax", "facade", "selftest", "repl", "script")
                .whereLayer("op")
                .mayOnlyBeAccessedByLayers("library", "lang", "syntax", "facade", "selftest", "repl", "script")
                .whereLayer("profile")
                .mayOnlyBeAccessedByLayers("op", "library", "lang", "facade", "repl")
                .whereLayer("cpu")
                .mayOnlyBeAccessedByLayers("facade", "selftest", "repl")
                .whereLayer("cuda")
                .mayOnlyBeAccessedByLayers("facade", "selftest", "repl")
                .check(CLASSES);
    }

    @Test
    void onlyCpuKnowsTheVectorApi() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackages("tns.cpu..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator..")
                .check(CLASSES);
    }

    /** What is outside of Java's safety is in two packages. */
    @Test
    void foreignFunctionsAreCalledInTwoPackages() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackages("tns.cpu.x86..", "tns.cuda.driver..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(CLASSES);
    }

    @Test
    void onlyOnePackageKnowsTheLibraryOfLinearAlgebra() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackages("tns.op.linalg..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.netlib..")
                .check(CLASSES);
    }

    /** Everything that changes belongs to an interpreter: two in one JVM never see each other. */
    @Test
    void nothingStaticChanges() {
        ArchRuleDefinition.fields()
                .that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackage("tns.syntax.grammar..")
                .should()
                .beFinal()
                .check(CLASSES);
    }

    @Test
    void nobodyPrintsPastTheStreamsOfAnInterpreter() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CLASSES);
    }
}
