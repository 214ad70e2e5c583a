package dev.kvmdap.session;

import dev.kvmdap.console.ConsoleTarget;
import dev.kvmdap.device.ByteSink;
import dev.kvmdap.disassembly.CodeSegment;
import dev.kvmdap.disassembly.DecodedInstruction;
import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.EngineListener;
import dev.kvmdap.engine.GuestCode;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.expression.Value;
import dev.kvmdap.expression.ValueText;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.HostProbe;
import dev.kvmdap.kvm.Kvm;
import dev.kvmdap.machine.BootImage;
import dev.kvmdap.machine.BootedImage;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.machine.MachineConfiguration;
import dev.kvmdap.session.StopScope.StoppedFrame;
import dev.kvmdap.session.launch.CpuidSelection;
import dev.kvmdap.session.launch.LaunchConfiguration;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.view.CpuidView;
import dev.kvmdap.view.Extent;
import dev.kvmdap.view.HostView;
import dev.kvmdap.view.LocalsView;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.RegistersView;
import dev.kvmdap.view.ValueNode;
import dev.kvmdap.view.system.SystemView;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The guest of a session, with all that was opened for it. On the session thread. */
public final class LaunchedGuest implements AutoCloseable {

    private final LaunchConfiguration configuration;
    private final Kvm kvm;
    private final Engine engine;
    private final GuestOutput serial;
    private final GuestOutput debugPort;
    private final GuestOutput logpoints;
    private final KeptValues kept;
    private final GuestChanges changes = new GuestChanges();
    private final CpuMemory memory = new CpuMemory(changes);
    private final Map<Integer, ViewedVcpu> viewed = new HashMap<>();
    private NumberFormat numberFormat;

    private LaunchedGuest(
            LaunchConfiguration configuration,
            Kvm kvm,
            Engine engine,
            GuestOutput serial,
            GuestOutput debugPort,
            GuestOutput logpoints,
            KeptValues kept) {
        this.kept = kept;
        this.configuration = configuration;
        this.kvm = kvm;
        this.engine = engine;
        this.serial = serial;
        this.debugPort = debugPort;
        this.logpoints = logpoints;
        this.numberFormat = configuration.numberFormat();
    }

    /**
     * Switches a guest on; it stands before its first instruction.
     *
     * @param listener hears what happens to it, on the session thread
     * @param output takes what it prints, on the session thread
     * @param log takes what its logpoints write, on the session thread
     * @param kept what the user has kept for later
     */
    static LaunchedGuest launch(
            LaunchConfiguration configuration,
            SessionThread thread,
            EngineListener listener,
            Consumer<String> output,
            Consumer<String> log,
            KeptValues kept,
            Progress progress) {
        progress.step("asking this host's KVM what it can do");
        Kvm kvm = Kvm.open();
        try {
            HostFindings host = Host.FINDINGS;
            progress.step("reading symbols");
            BootedImage image = BootImage.plan(configuration.bootConfiguration(), configuration.memory());
            Symbols symbols = ProgramSymbols.open(configuration, image);
            GuestOutput serial = new GuestOutput(thread, output);
            GuestOutput debugPort = new GuestOutput(thread, output);
            GuestOutput logpoints = new GuestOutput(thread, log);
            MachineConfiguration machine = machine(configuration, kvm, serial, debugPort);
            progress.step("loading " + configuration.program().getFileName());
            Engine engine = new Engine(() -> Machine.create(kvm, machine), symbols, host, thread::execute, listener);
            return new LaunchedGuest(configuration, kvm, engine, serial, debugPort, logpoints, kept);
        } catch (RuntimeException | Error failure) {
            kvm.close();
            throw failure;
        }
    }

    /**
     * The machine that a launch configuration describes.
     *
     * @throws dev.kvmdap.session.launch.LaunchConfigurationException where it asks for CPUID features that cannot be given
     */
    static MachineConfiguration machine(
            LaunchConfiguration configuration, Kvm kvm, ByteSink serial, ByteSink debugPort) {
        return new MachineConfiguration(
                configuration.memory(),
                configuration.cpus(),
                configuration.exitPort(),
                CpuidSelection.apply(configuration.cpuid(), kvm.supportedCpuid(), kvm.emulatedCpuid()),
                serial,
                debugPort,
                configuration.bootConfiguration());
    }

    /** What the client asked for. */
    public LaunchConfiguration configuration() {
        return configuration;
    }

    /** How integers are written for the user. */
    public NumberFormat numberFormat() {
        return numberFormat;
    }

    /** Chooses how integers are written for the user. */
    void setNumberFormat(NumberFormat format) {
        numberFormat = format;
    }

    /** What debugs it. */
    public Engine engine() {
        return engine;
    }

    /** What is known of its code. */
    public Symbols symbols() {
        return engine.symbols();
    }

    /** As what the program was booted and why, and what it asks for and does not get; as sentences. */
    List<String> bootReport() {
        BootedImage image = engine.machine().image();
        List<String> report = new ArrayList<>(List.of(image.recognition() + "."));
        report.addAll(image.remarks());
        return report;
    }

    /** What the client should know of the guest before it runs: where this host does not do what was asked for. */
    List<String> warnings() {
        if (configuration.cpuid().isEmpty()) {
            return List.of();
        }
        List<String> ignored =
                CpuidSelection.ignored(configuration.cpuid(), viewed(0).cpuid());
        return ignored.isEmpty()
                ? List.of()
                : List.of("cpuid: this host's KVM ignores the selection of " + String.join(", ", ignored)
                        + "; the scope CPUID shows what the guest sees");
    }

    /** The scopes of a frame's variables; while the guest stands still. */
    public List<Node> scopes(StoppedFrame at) {
        ViewedVcpu viewed = viewed(at.vcpu());
        List<Node> scopes = new ArrayList<>();
        Node locals = locals(at);
        if (!locals.children().isEmpty()) {
            scopes.add(locals);
        }
        scopes.add(registersView(at));
        scopes.add(systemView(at));
        scopes.add(new CpuidView(kvm::supportedCpuid, kvm::emulatedCpuid, viewed::cpuid));
        scopes.add(new HostView(engine.host()));
        return scopes;
    }

    private RegistersView registersView(StoppedFrame at) {
        ViewedVcpu vcpu = viewed(at.vcpu());
        return new RegistersView(vcpu, FrameNames.registerFile(at.frame(), vcpu), values(at));
    }

    private SystemView systemView(StoppedFrame at) {
        return new SystemView(new FrameSystem(
                engine.cpu(at.vcpu()), viewed(at.vcpu()), values(at), engine.symbols(), engine.machine()));
    }

    private Node locals(StoppedFrame at) {
        long address = at.frame().registers().lookupAddress();
        return new LocalsView(() -> engine.symbols().locals(address), values(at));
    }

    /** The memory that an expression names in a frame: a variable, or a part of one. */
    public Optional<Extent> variable(StoppedFrame at, String expression) {
        return Optional.ofNullable(evaluated(at, Expression.parse(expression)).extent());
    }

    /** Values as they are in a frame; while the guest stands still. */
    private FrameValues values(StoppedFrame at) {
        FrameNames names =
                new FrameNames(at.frame(), viewed(at.vcpu()), engine.symbols(), memory, kept, changes::registerChanged);
        GuestCode code = code(at.vcpu());
        ValueText text = new ValueText(engine.symbols()::symbolAt, address -> instruction(code, address));
        return new FrameValues(engine.cpu(at.vcpu()), names, text);
    }

    private String instruction(GuestCode code, long linear) {
        DecodedInstruction instruction = code.around(linear, 0, 1).get(0);
        if (!instruction.isReadable()) {
            throw new UnreadableException("memory at " + new GuestVirtual(linear) + " is not mapped");
        }
        return code.annotated(instruction, configuration.assemblySyntax());
    }

    /**
     * What an expression is worth in a frame; while the guest stands still.
     *
     * @throws dev.kvmdap.expression.ExpressionException where it has no value, or would assign
     */
    public Node evaluated(StoppedFrame at, Expression expression) {
        FrameValues values = values(at);
        Value value = values.evaluate(expression);
        return ValueNode.of(expression, value, values);
    }

    /** A value that was found in a frame as something that can be opened. */
    public Node node(StoppedFrame at, Expression expression, Value value) {
        return ValueNode.of(expression, value, values(at));
    }

    /** What the console's verbs look at in a frame; while the guest stands still. */
    public ConsoleTarget consoleTarget(StoppedFrame at) {
        Cpu cpu = engine.cpu(at.vcpu());
        return new FrameTarget(
                cpu,
                values(at),
                viewed(at.vcpu()),
                memory,
                engine.symbols(),
                at.frame(),
                locals(at),
                configuration.assemblySyntax(),
                numberFormat,
                registersView(at),
                systemView(at),
                kept);
    }

    /** Copies memory as a vCPU sees it: the bytes copied before the first one that cannot be read. */
    public int read(int vcpu, MemoryReference from, byte[] into) {
        return memory.read(engine.cpu(vcpu), from.space(), from.address(), into);
    }

    /** Changes memory as a vCPU sees it, whatever its page's permissions: the bytes written before the first hole. */
    public int write(int vcpu, MemoryReference to, byte[] bytes) {
        return memory.write(engine.cpu(vcpu), to.space(), to.address(), bytes);
    }

    /** What the user has changed in it and the client was not told of yet. */
    public GuestChanges changes() {
        return changes;
    }

    /** The instructions that a vCPU sees; while the guest stands still. */
    public GuestCode code(int vcpu) {
        return new GuestCode(engine.cpu(vcpu), engine.symbols());
    }

    /** The instructions that a vCPU would see with another CS; while the guest stands still. */
    GuestCode code(int vcpu, CodeSegment segment) {
        return new GuestCode(engine.cpu(vcpu), engine.symbols(), segment);
    }

    /** The innermost frame of a vCPU; while the guest stands still. */
    public StoppedFrame topFrame(int vcpu) {
        return new StoppedFrame(vcpu, engine.stack(vcpu, 0, 1).get(0));
    }

    private ViewedVcpu viewed(int vcpu) {
        return viewed.computeIfAbsent(
                vcpu,
                number -> new ViewedVcpu(
                        engine.cpu(number), engine.machine().vcpus().get(number), kvm::msrIndexList));
    }

    /** The guest is about to run: what was read of its vCPUs is not true any more. */
    void forgetState() {
        viewed.clear();
    }

    /** Sets breakpoints in it. */
    BreakpointPlacer breakpointPlacer() {
        return new BreakpointPlacer(engine, engine.symbols(), logpoints);
    }

    /** Sets catchpoints in it. */
    CatchpointPlacer catchpointPlacer() {
        return new CatchpointPlacer(engine);
    }

    /** Sends what it has printed and not ended with a line end. */
    void flushOutput() {
        serial.flush();
        debugPort.flush();
        logpoints.flush();
    }

    /** Ends it, whatever it is doing, and gives everything back to the host. */
    @Override
    public void close() {
        try (kvm) {
            engine.close();
        }
    }

    /** What this host's KVM really does: found out once in a process. */
    private static final class Host {
        static final HostFindings FINDINGS = HostProbe.probe();
    }
}
