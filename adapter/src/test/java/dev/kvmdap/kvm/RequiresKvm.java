package dev.kvmdap.kvm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;

/** A test that runs guests on this host's KVM; skipped, with the reason, where there is none. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("kvm")
@EnabledIf(
        value = "dev.kvmdap.kvm.RealHost#isUsable",
        disabledReason = "this host's KVM cannot be used: see kvmdap doctor")
public @interface RequiresKvm {}
