package dev.kvmdap.symbols.dwarf;

import java.util.ArrayList;
import java.util.List;

/** The stack of a DWARF expression that is being followed (DWARF 5, 2.5.1), with terms on it instead of numbers. */
final class TermStack {

    private static final int SIZE_AT_MOST = 256;

    private final List<Term> terms;

    TermStack() {
        this(new ArrayList<>());
    }

    private TermStack(List<Term> terms) {
        this.terms = terms;
    }

    TermStack copy() {
        return new TermStack(new ArrayList<>(terms));
    }

    boolean isEmpty() {
        return terms.isEmpty();
    }

    void clear() {
        terms.clear();
    }

    void push(Term term) {
        if (terms.size() == SIZE_AT_MOST) {
            throw new DwarfException("an expression stacks more than %d values".formatted(SIZE_AT_MOST));
        }
        terms.add(term);
    }

    Term pop() {
        Term top = pick(0);
        terms.remove(terms.size() - 1);
        return top;
    }

    /** The term below a number of others. */
    Term pick(int depth) {
        if (depth >= terms.size()) {
            throw new DwarfException("an expression takes more values than it has");
        }
        return terms.get(terms.size() - 1 - depth);
    }

    /** Puts the top below a number of others. */
    void sink(int depth) {
        pick(depth);
        Term top = pop();
        terms.add(terms.size() - depth, top);
    }
}
