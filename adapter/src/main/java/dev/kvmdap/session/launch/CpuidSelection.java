package dev.kvmdap.session.launch;

import dev.kvmdap.kvm.CpuidEntry;
import dev.kvmdap.x86.CpuidCatalogue;
import dev.kvmdap.x86.CpuidField;
import dev.kvmdap.x86.CpuidRegister;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the guest's CPUID instruction answers: what this host's KVM supports, with the features given and withheld that the
 * launch configuration names.
 */
public final class CpuidSelection {

    private final CpuidCatalogue catalogue = CpuidCatalogue.load();
    private final List<CpuidEntry> emulated;
    private final List<CpuidEntry> given;
    private final List<String> problems = new ArrayList<>();

    private CpuidSelection(List<CpuidEntry> supported, List<CpuidEntry> emulated) {
        this.emulated = emulated;
        this.given = new ArrayList<>(supported);
    }

    /**
     * The answers for the guest.
     *
     * @param features whether the guest shall have a feature, by the feature's name
     * @param supported what KVM supports (KVM_GET_SUPPORTED_CPUID)
     * @param emulated what KVM can emulate besides (KVM_GET_EMULATED_CPUID)
     * @throws LaunchConfigurationException where a name is unknown, or a feature cannot be given on this host
     */
    public static List<CpuidEntry> apply(
            Map<String, Boolean> features, List<CpuidEntry> supported, List<CpuidEntry> emulated) {
        if (features.isEmpty()) {
            return supported;
        }
        CpuidSelection selection = new CpuidSelection(supported, emulated);
        features.forEach(selection::select);
        if (!selection.problems.isEmpty()) {
            throw new LaunchConfigurationException(selection.problems);
        }
        return List.copyOf(selection.given);
    }

    /**
     * The features of which a guest has the opposite of what was asked for: some hosts take a selection and ignore it.
     *
     * @param features as in {@link #apply}
     * @param actual what the guest's CPUID instruction really answers (KVM_GET_CPUID2)
     */
    public static List<String> ignored(Map<String, Boolean> features, List<CpuidEntry> actual) {
        CpuidCatalogue catalogue = CpuidCatalogue.load();
        return features.entrySet().stream()
                .filter(feature -> catalogue
                        .feature(feature.getKey())
                        .map(field -> isGiven(actual, field) != feature.getValue())
                        .orElse(false))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private void select(String name, boolean wanted) {
        Optional<CpuidField> feature = catalogue.feature(name);
        if (feature.isEmpty()) {
            problems.add("cpuid." + name + ": there is no CPUID feature of that name"
                    + catalogue
                            .closest(name)
                            .map(closest -> "; did you mean '" + closest + "'?")
                            .orElse(""));
        } else if (!wanted) {
            withhold(feature.get());
            catalogue.mirrorOf(feature.get()).ifPresent(this::withhold);
        } else if (!give(feature.get())) {
            problems.add("cpuid." + name + ": this host's KVM neither supports nor emulates " + feature.get()
                    + "; leave it out");
        }
    }

    private void withhold(CpuidField feature) {
        given.replaceAll(entry -> answers(entry, feature) ? with(entry, feature, false) : entry);
    }

    /** Whether the feature could be given: it was already, or KVM emulates it. */
    private boolean give(CpuidField feature) {
        if (isGiven(given, feature)) {
            return true;
        }
        Optional<CpuidEntry> emulation = emulated.stream()
                .filter(entry -> answers(entry, feature) && has(entry, feature))
                .findFirst();
        if (emulation.isEmpty()) {
            return false;
        }
        CpuidEntry found = emulation.get();
        if (given.stream().noneMatch(entry -> answers(entry, feature))) {
            given.add(new CpuidEntry(found.function(), found.index(), found.flags(), 0, 0, 0, 0));
        }
        given.replaceAll(entry -> answers(entry, feature) ? with(entry, feature, true) : entry);
        return true;
    }

    private static boolean isGiven(List<CpuidEntry> entries, CpuidField feature) {
        return entries.stream().anyMatch(entry -> answers(entry, feature) && has(entry, feature));
    }

    private static boolean answers(CpuidEntry entry, CpuidField feature) {
        return entry.function() == feature.leaf() && feature.appliesTo(entry.indexIsSignificant() ? entry.index() : 0);
    }

    private static boolean has(CpuidEntry entry, CpuidField feature) {
        int register = switch (feature.register()) {
            case EAX -> entry.eax();
            case EBX -> entry.ebx();
            case ECX -> entry.ecx();
            case EDX -> entry.edx();
        };
        return (register & mask(feature)) != 0;
    }

    private static CpuidEntry with(CpuidEntry entry, CpuidField feature, boolean set) {
        return new CpuidEntry(
                entry.function(),
                entry.index(),
                entry.flags(),
                feature.register() == CpuidRegister.EAX ? with(entry.eax(), feature, set) : entry.eax(),
                feature.register() == CpuidRegister.EBX ? with(entry.ebx(), feature, set) : entry.ebx(),
                feature.register() == CpuidRegister.ECX ? with(entry.ecx(), feature, set) : entry.ecx(),
                feature.register() == CpuidRegister.EDX ? with(entry.edx(), feature, set) : entry.edx());
    }

    private static int with(int register, CpuidField feature, boolean set) {
        return set ? register | mask(feature) : register & ~mask(feature);
    }

    private static int mask(CpuidField feature) {
        return 1 << feature.bits().low();
    }
}
