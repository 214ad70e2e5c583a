package dev.kvmdap.expression;

/** Consecutive numbers, both ends included; none where the least is greater than the most. */
public record Interval(long least, long most) {

    /** Whether there is no number in it. */
    public boolean isEmpty() {
        return least > most;
    }

    /** The numbers in both. */
    Interval and(Interval other) {
        return new Interval(Math.max(least, other.least), Math.min(most, other.most));
    }

    /** The shortest interval with the numbers of both. */
    Interval or(Interval other) {
        if (isEmpty() || other.isEmpty()) {
            return isEmpty() ? other : this;
        }
        return new Interval(Math.min(least, other.least), Math.max(most, other.most));
    }
}
