/**
 * Names and layouts of the architecture, from Intel's Software Developer's Manual (SDM; sections as numbered in edition
 * 080, June 2023) and AMD's Architecture Programmer's Manual (APM). The ground floor: it depends on nothing.
 */
@NullMarked
package dev.kvmdap.x86;

import org.jspecify.annotations.NullMarked;
