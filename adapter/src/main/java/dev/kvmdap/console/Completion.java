package dev.kvmdap.console;

/**
 * A way to go on with an unfinished line.
 *
 * @param text what replaces a part of the line
 * @param meaning what it is, in a few words
 * @param start where that part begins, from 0
 * @param length of that part
 */
public record Completion(String text, String meaning, int start, int length) {}
