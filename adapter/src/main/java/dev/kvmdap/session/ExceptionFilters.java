package dev.kvmdap.session;

import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.ExceptionCondition;
import dev.kvmdap.engine.ExceptionTrap;
import dev.kvmdap.expression.ExpressionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The exceptions that the client has chosen to stop at. It sets them together; those that stay are left alone. */
public final class ExceptionFilters {

    private final IntSupplier ids;
    private List<Chosen> set = List.of();
    private List<Chosen> added = List.of();
    private @Nullable Engine engine;
    private boolean chosen;

    /**
     * What the client asks for.
     *
     * @param filter the name of an {@link ExceptionFilter}
     * @param condition when it stops; empty for always
     */
    public record Request(String filter, String condition) {}

    /** A filter that the client has chosen. */
    public static final class Chosen {
        private final int id;
        private final Request request;
        private @Nullable ExceptionTrap trap;
        private String problem = "";
        private String note = "";
        private String told = "";

        private Chosen(int id, Request request) {
            this.id = id;
            this.request = request;
        }

        /** The client's number of it, which no breakpoint has either. */
        public int id() {
            return id;
        }

        /** What was asked for. */
        public Request request() {
            return request;
        }

        /** Whether the guest stops. */
        public boolean verified() {
            return problem.isEmpty() && (trap == null || trap.status().works());
        }

        /** For people: by what means, or why not. */
        public String message() {
            return trap == null ? problem + note : trap.status().text();
        }

        private boolean changed() {
            String state = verified() + message();
            boolean changed = !state.equals(told);
            told = state;
            return changed;
        }
    }

    ExceptionFilters(IntSupplier ids) {
        this.ids = ids;
    }

    /** Replaces all: the chosen filters in the order of the requests. */
    public List<Chosen> replace(List<Request> requests) {
        chosen = true;
        List<Chosen> old = new ArrayList<>(set);
        List<Chosen> fresh = new ArrayList<>();
        for (Request request : requests) {
            Chosen kept = old.stream()
                    .filter(before -> before.request.equals(request) && before.verified())
                    .findFirst()
                    .orElse(null);
            old.remove(kept);
            fresh.add(kept == null ? new Chosen(ids.getAsInt(), request) : kept);
        }
        old.forEach(this::remove);
        List<Chosen> before = set;
        set = List.copyOf(fresh);
        set.stream().filter(filter -> !before.contains(filter)).forEach(this::place);
        tellTripleFault();
        set.forEach(Chosen::changed);
        return set;
    }

    /** Chooses one filter more, which stays when the client replaces its own. */
    public Chosen add(Request request) {
        Chosen filter = new Chosen(ids.getAsInt(), request);
        added = Stream.concat(added.stream(), Stream.of(filter)).toList();
        place(filter);
        tellTripleFault();
        filter.changed();
        return filter;
    }

    /** Gives up one filter; one that is not chosen is ignored. */
    public void giveUp(Chosen filter) {
        set = set.stream().filter(kept -> !kept.equals(filter)).toList();
        added = added.stream().filter(kept -> !kept.equals(filter)).toList();
        remove(filter);
        tellTripleFault();
    }

    /** Those that are chosen. */
    public List<Chosen> chosen() {
        return all().toList();
    }

    private Stream<Chosen> all() {
        return Stream.concat(set.stream(), added.stream());
    }

    /** Places all of them in a guest that has just been launched; null where it runs without debugging. */
    void placeIn(@Nullable Engine launched) {
        engine = launched;
        all().forEach(filter -> {
            filter.trap = null;
            place(filter);
        });
        tellTripleFault();
    }

    /** The filters that a stop is for. */
    List<Chosen> of(List<ExceptionTrap> hit) {
        return all().filter(filter -> hit.contains(filter.trap)).toList();
    }

    /** Those whose state is another than the client was told. */
    List<Chosen> changed() {
        return all().filter(Chosen::changed).toList();
    }

    private void tellTripleFault() {
        if (engine != null) {
            engine.stopAtTripleFault(!chosen
                    || all().anyMatch(filter -> filter.request.filter().equals(ExceptionFilter.TRIPLE_FAULT.id())));
        }
    }

    private void remove(Chosen removed) {
        ExceptionTrap trap = removed.trap;
        if (engine != null && trap != null) {
            engine.removeExceptionTrap(trap);
        }
    }

    private void place(Chosen wanted) {
        wanted.problem = "";
        wanted.note = "";
        ExceptionFilter filter = ExceptionFilter.named(wanted.request.filter()).orElse(null);
        if (filter == null) {
            wanted.problem = "there is no exception filter '%s'; there are %s"
                    .formatted(
                            wanted.request.filter(),
                            ExceptionFilter.ALL.stream()
                                    .map(ExceptionFilter::id)
                                    .collect(Collectors.joining(", ")));
            return;
        }
        if (engine == null) {
            wanted.problem = "the guest runs without debugging (noDebug)";
            return;
        }
        if (!filter.takesCondition()) {
            wanted.note = "KVM tells of it by an exit";
            wanted.problem = wanted.request.condition().isBlank()
                    ? ""
                    : "'%s' takes no condition: the guest cannot go on there".formatted(filter.id());
            wanted.note = wanted.problem.isEmpty() ? wanted.note : "";
            return;
        }
        try {
            wanted.trap = engine.addExceptionTrap(filter.kinds(), condition(wanted.request.condition(), engine));
        } catch (ExpressionException wrong) {
            wanted.problem =
                    "condition: %s (it may name vector, error, cpl, rip and cr2 of the exception, registers and variables outside of functions)"
                            .formatted(Objects.requireNonNull(wrong.getMessage()));
        }
    }

    private static @Nullable ExceptionCondition condition(String text, Engine engine) {
        return text.isBlank() ? null : new ExceptionNames(engine.symbols()).condition(text);
    }
}
