package dev.distill.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The map of the modules: which may use which, and which third party is known to whom. */
class ArchitectureTest {
    /** Every module and the modules it may use; a module that is not here is not allowed. */
    private static final Map<String, List<String>> MAY_USE = mayUse();

    /** Every package below the proxy's root and those that it may use. */
    private static final Map<String, List<String>> PROXY_MAY_USE =
            Map.ofEntries(
                    Map.entry("wire", List.of()),
                    Map.entry("access", List.of()),
                    Map.entry("aside", List.of()),
                    Map.entry("money", List.of("wire")),
                    Map.entry("upstream", List.of("wire")),
                    Map.entry("routing", List.of("wire", "upstream")),
                    Map.entry("ledger", List.of("wire", "money")),
                    Map.entry("sessions", List.of("aside")),
                    Map.entry("affinity", List.of("aside")),
                    Map.entry("telemetry", List.of("wire", "aside")),
                    Map.entry("recording", List.of("wire", "aside")));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.distill");

    private static Map<String, List<String>> mayUse() {
        var map = new LinkedHashMap<String, List<String>>();
        map.put("config", List.of());
        map.put("files", List.of("config"));
        map.put("datasets", List.of("config", "files"));
        map.put("models", List.of("config", "files"));
        map.put("proxy", List.of("config", "files"));
        map.put("serving", List.of("config", "files", "models", "proxy"));
        map.put("trainer", List.of("config", "files", "models"));
        map.put("evaluation", List.of("config", "files"));
        map.put(
                "pipeline",
                List.of(
                        "config",
                        "files",
                        "datasets",
                        "models",
                        "proxy",
                        "serving",
                        "trainer",
                        "evaluation"));
        map.put(
                "cli",
                List.of(
                        "config",
                        "files",
                        "datasets",
                        "models",
                        "proxy",
                        "serving",
                        "trainer",
                        "evaluation",
                        "pipeline"));
        return map;
    }

    /**
     * Also proves that every module was on the class path, so that no rule passes for want of
     * classes.
     */
    @Test
    void everyModuleIsOnTheMap() {
        var found = new TreeSet<String>();
        CLASSES.forEach(c -> found.add(c.getPackageName().split("\\.", 4)[2]));
        assertThat(found).isEqualTo(new TreeSet<>(MAY_USE.keySet()));
    }

    @TestFactory
    Stream<DynamicTest> eachModuleUsesOnlyWhatTheMapAllows() {
        return MAY_USE.entrySet().stream()
                .map(
                        e ->
                                DynamicTest.dynamicTest(
                                        e.getKey(), () -> usesOnly(e.getKey(), e.getValue())));
    }

    private static void usesOnly(String module, List<String> allowed) {
        var others = new TreeSet<>(MAY_USE.keySet());
        others.remove(module);
        allowed.forEach(others::remove);
        noClasses()
                .that(resideInAPackage(in(module)))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(
                                others.stream().map(ArchitectureTest::in).toArray(String[]::new)))
                .allowEmptyShould(false)
                .check(CLASSES);
    }

    @Test
    void modulesAreFreeOfCycles() {
        slices().matching("dev.distill.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    /** The packages inside the proxy; the root, which is not here, wires them all. */
    @TestFactory
    Stream<DynamicTest> eachPackageOfTheProxyUsesOnlyWhatTheMapAllows() {
        return PROXY_MAY_USE.entrySet().stream()
                .map(
                        e ->
                                DynamicTest.dynamicTest(
                                        e.getKey(), () -> proxyUsesOnly(e.getKey(), e.getValue())));
    }

    private static void proxyUsesOnly(String name, List<String> allowed) {
        noClasses()
                .that(resideInAPackage("dev.distill.proxy." + name))
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.distill.proxy..")
                                .and(
                                        DescribedPredicate.not(
                                                resideInAnyPackage(
                                                        Stream.concat(
                                                                        Stream.of(name),
                                                                        allowed.stream())
                                                                .map("dev.distill.proxy."::concat)
                                                                .toArray(String[]::new)))))
                .allowEmptyShould(false)
                .check(CLASSES);
    }

    @Test
    void everyPackageOfTheProxyIsOnTheMap() {
        var found = new TreeSet<String>();
        CLASSES.that(resideInAPackage("dev.distill.proxy.*.."))
                .forEach(c -> found.add(c.getPackageName().split("\\.", 4)[3]));
        assertThat(found).isEqualTo(new TreeSet<>(PROXY_MAY_USE.keySet()));
    }

    @Test
    void packagesOfTheProxyAreFreeOfCycles() {
        slices().matching("dev.distill.proxy.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyModelsAndTrainerKnowTheDeepLearningLibrary() {
        onlyIn(Set.of("models", "trainer"), "ai.djl..");
    }

    /** So that whoever trains another student, or serves any, does not load it. */
    @Test
    void onlyTheHeadsNetworkKnowsDeepLearning4J() {
        noClasses()
                .that()
                .haveNameNotMatching(
                        "dev\\.distill\\.trainer\\.head\\.(Network|DistillationLoss)(\\$.*)?")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(
                                "org.deeplearning4j..", "org.nd4j..", "org.bytedeco.."))
                .check(CLASSES);
    }

    @Test
    void onlyDatasetsKnowsParquetHadoopAndAvro() {
        onlyIn(
                Set.of("datasets"),
                "org.apache.parquet..",
                "org.apache.hadoop..",
                "org.apache.avro..");
    }

    @Test
    void onlyProxyKnowsJdbc() {
        onlyIn(Set.of("proxy"), "java.sql..", "javax.sql..", "org.sqlite..");
    }

    @Test
    void onlyCliKnowsThePicocliLibrary() {
        onlyIn(Set.of("cli"), "picocli..");
    }

    private static void onlyIn(Set<String> modules, String... packages) {
        noClasses()
                .that(resideOutside(modules))
                .should()
                .dependOnClassesThat(resideInAnyPackage(packages))
                .check(CLASSES);
    }

    @Test
    void onlyCliEndsTheProcessOrWritesToTheTerminal() {
        noClasses()
                .that(resideOutside(Set.of("cli")))
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        classes()
                .that()
                .haveSimpleName("package-info")
                .should()
                .beAnnotatedWith(org.jspecify.annotations.NullMarked.class)
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> resideOutside(Set<String> modules) {
        return DescribedPredicate.not(
                resideInAnyPackage(
                        modules.stream().map(ArchitectureTest::in).toArray(String[]::new)));
    }

    private static String in(String module) {
        return "dev.distill." + module + "..";
    }
}
