package dev.kvmdap.console;

import dev.kvmdap.engine.Frame;
import dev.kvmdap.engine.Granularity;
import dev.kvmdap.engine.StepKind;
import dev.kvmdap.engine.WatchAccess;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.symbols.FrameRegisters;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A guest that notes what it is told to do: without symbols, with one frame. */
final class SampleDebuggee implements Debuggee, CallStacks, Execution, StopPoints {

    final List<String> done = new ArrayList<>();
    private final List<StopPoint> points = new ArrayList<>();
    private final ConsoleTarget target;
    private boolean stopped = true;
    private NumberFormat numbers = NumberFormat.NATURAL;

    SampleDebuggee(ConsoleTarget target) {
        this.target = target;
    }

    void run() {
        stopped = false;
    }

    @Override
    public boolean stopped() {
        return stopped;
    }

    @Override
    public ConsoleTarget frame() {
        if (!stopped) {
            throw new ConsoleException("the guest is running");
        }
        return target;
    }

    @Override
    public CallStacks stacks() {
        frame();
        return this;
    }

    @Override
    public Execution execution() {
        return this;
    }

    @Override
    public StopPoints stopPoints() {
        return this;
    }

    @Override
    public NumberFormat numberFormat() {
        return numbers;
    }

    @Override
    public void setNumberFormat(NumberFormat format) {
        numbers = format;
    }

    @Override
    public Symbols symbols() {
        return Symbols.none();
    }

    @Override
    public int vcpus() {
        return 1;
    }

    @Override
    public String threadName(int vcpu) {
        return "vCPU " + vcpu;
    }

    @Override
    public int vcpu() {
        return 0;
    }

    @Override
    public Frame chosen() {
        return new Frame(
                0,
                new GuestVirtual(target.pc()),
                Optional.empty(),
                Optional.empty(),
                Frame.FoundBy.REGISTERS,
                FrameRegisters.x86_64());
    }

    @Override
    public List<Frame> frames(int vcpu, int start, int count) {
        return start == 0 && count > 0 ? List.of(chosen()) : List.of();
    }

    @Override
    public void choose(int vcpu, Frame frame) {
        done.add("choose " + vcpu + "/" + frame.index());
    }

    @Override
    public void resume() {
        done.add("resume");
    }

    @Override
    public void step(StepKind kind, Granularity granularity, int times) {
        done.add(("step " + kind + " " + granularity + " " + times).toLowerCase(Locale.ROOT));
    }

    @Override
    public void finish() {
        done.add("finish");
    }

    @Override
    public void advance(CodeLocation place, boolean inFrame) {
        done.add((inFrame ? "until " : "advance ") + place);
    }

    @Override
    public void jump(long linear) {
        done.add("jump 0x" + Long.toHexString(linear));
    }

    @Override
    public void restart(boolean stopAtEntry) {
        done.add(stopAtEntry ? "restart to the entry" : "restart");
    }

    @Override
    public void interrupt() {
        done.add("interrupt");
    }

    @Override
    public List<StopPoint> all() {
        return List.copyOf(points);
    }

    @Override
    public List<StopPoint> hit() {
        return points.stream()
                .filter(point -> point.addresses().contains(target.pc()))
                .toList();
    }

    @Override
    public StopPoint set(NewBreakpoint wanted) {
        return added(
                wanted.message().isEmpty() ? "breakpoint" : "dprintf",
                wanted.temporary(),
                wanted.place() instanceof CodeLocation.AtAddress address ? List.of(address.linear()) : List.of(),
                wanted.place().toString(),
                wanted.condition(),
                wanted.message(),
                false);
    }

    @Override
    public StopPoint set(NewWatchpoint wanted) {
        return added(
                wanted.access() == WatchAccess.WRITE ? "watchpoint" : "acc watchpoint",
                false,
                List.of(wanted.address()),
                wanted.what() + "/" + wanted.length(),
                wanted.condition(),
                "",
                true);
    }

    @Override
    public StopPoint set(NewCatchpoint wanted) {
        return added(
                "catchpoint",
                wanted.temporary(),
                List.of(),
                wanted.what().description(),
                wanted.condition(),
                "",
                false);
    }

    private StopPoint added(
            String type,
            boolean temporary,
            List<Long> addresses,
            String what,
            String condition,
            String message,
            boolean watches) {
        StopPoint point = new StopPoint(
                points.size() + 1,
                type,
                temporary,
                true,
                addresses,
                what,
                condition,
                "",
                message,
                0,
                0,
                "by magic",
                "",
                watches);
        points.add(point);
        return point;
    }

    @Override
    public void delete(int number) {
        points.removeIf(point -> point.number() == number);
    }

    @Override
    public void enable(int number, boolean enabled) {
        done.add((enabled ? "enable " : "disable ") + number);
    }

    @Override
    public void condition(int number, String expression) {
        done.add("condition " + number + " " + expression);
    }

    @Override
    public void ignore(int number, long hits) {
        done.add("ignore " + number + " " + hits);
    }
}
