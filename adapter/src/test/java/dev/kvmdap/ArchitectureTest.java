package dev.kvmdap;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.ArrayList;
import java.util.List;

/** The house stands as ARCHITECTURE.md draws it: dependencies point downward only. */
@AnalyzeClasses(packages = "dev.kvmdap", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    /** From the top; rooms on one floor do not know each other. */
    private static final List<List<String>> FLOORS = List.of(
            List.of("cli"),
            List.of("demo"),
            List.of("dap"),
            List.of("session"),
            List.of("console"),
            List.of("view"),
            List.of("engine"),
            List.of("exception"),
            List.of("symbols", "expression", "disassembly"),
            List.of("machine"),
            List.of("bios"),
            List.of("device"),
            List.of("kvm", "elf"),
            List.of("x86", "types"));

    @ArchTest
    static final ArchRule roomsKnowOnlyTheFloorsBelow = CompositeArchRule.of(downward());

    @ArchTest
    static final ArchRule everyClassLivesInARoom = classes()
            .should()
            .resideInAnyPackage(rooms(FLOORS.stream().flatMap(List::stream).toList()));

    @ArchTest
    static final ArchRule roomsFormNoCircle =
            slices().matching("dev.kvmdap.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyTheBindingKnowsNativeCode = noClasses()
            .that(resideInAPackage("dev.kvmdap..")
                    .and(resideInAPackage("dev.kvmdap.kvm..").negate()))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule onlyTheFaceKnowsTheProtocolLibrary = noClasses()
            .that(resideInAnyPackage(rooms(List.of(
                    "console",
                    "engine",
                    "exception",
                    "symbols",
                    "expression",
                    "disassembly",
                    "machine",
                    "bios",
                    "device",
                    "kvm",
                    "elf",
                    "types",
                    "x86"))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.lsp4j..");

    @ArchTest
    static final ArchRule theDemoIsAClientLikeAnyOther = noClasses()
            .that(resideInAPackage("dev.kvmdap.demo.."))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.kvmdap..")
                    .and(resideInAPackage("dev.kvmdap.demo..").negate()));

    private static List<ArchRule> downward() {
        List<ArchRule> rules = new ArrayList<>();
        List<String> above = new ArrayList<>();
        for (List<String> floor : FLOORS) {
            for (String room : floor) {
                List<String> forbidden = new ArrayList<>(above);
                floor.stream().filter(other -> !other.equals(room)).forEach(forbidden::add);
                if (!forbidden.isEmpty()) {
                    rules.add(noClasses()
                            .that()
                            .resideInAPackage("dev.kvmdap." + room + "..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(rooms(forbidden)));
                }
            }
            above.addAll(floor);
        }
        return rules;
    }

    private static String[] rooms(List<String> names) {
        return names.stream().map(name -> "dev.kvmdap." + name + "..").toArray(String[]::new);
    }
}
