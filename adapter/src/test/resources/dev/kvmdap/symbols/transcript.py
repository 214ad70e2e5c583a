# Runs a program under gdb up to each call of stop() and writes what gdb says of it: registers, memory, and of each frame its
# function, line and variables. One line a fact, its parts between tabs. Where $steps is set, it stops at run() instead, and then
# after each of so many instructions.

import gdb

STOPS = 60
GENERAL_64 = "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip".split()
GENERAL_32 = "eax ecx edx ebx esp ebp esi edi eip".split()

out = open("transcript.txt", "w", encoding="utf-8")
memory = open("memory.bin", "wb")
written = 0


def say(*parts):
    out.write("\t".join(str(part) for part in parts) + "\n")


def number(frame, name):
    return int(frame.read_register(name).cast(gdb.lookup_type("unsigned long long"))) & 0xFFFFFFFFFFFFFFFF


def registers(frame, is64):
    for i, name in enumerate(GENERAL_64 if is64 else GENERAL_32):
        say("REGISTER", i, "%x" % number(frame, name))
    for i in range(16 if is64 else 8):
        union = frame.read_register("xmm%d" % i)["v16_int8"]
        data = bytes(int(union[j]) & 0xFF for j in range(16))
        say("WIDE", (17 if is64 else 21) + i, data.hex())
    for i in range(8):
        # gdb 13 has no bytes of a value: through memory below the stack that nobody uses
        stack = number(frame, "rsp" if is64 else "esp") - 4096
        kind = frame.read_register("st%d" % i).type
        gdb.execute("set *(%s*)%d = $st%d" % ("long double", stack, i), to_string=True)
        data = bytes(gdb.selected_inferior().read_memory(stack, 10))
        say("WIDE", (33 if is64 else 11) + i, data.hex())


def dump(low, high):
    global written
    try:
        data = bytes(gdb.selected_inferior().read_memory(low, high - low))
    except gdb.MemoryError:
        return
    memory.write(data)
    say("MEMORY", "%x" % low, written, len(data))
    written += len(data)


def mappings(frame, is64):
    sp = number(frame, "rsp" if is64 else "esp")
    image = gdb.current_progspace().filename
    for line in open("/proc/%d/maps" % gdb.selected_inferior().pid):
        fields = line.split()
        low, high = (int(part, 16) for part in fields[0].split("-"))
        name = fields[5] if len(fields) > 5 else ""
        if name == image or (name == "" and high < 0x10000000) or name == "[heap]":
            dump(low, high)
        elif name == "[stack]":
            dump(sp - 512, min(high, sp + 0x4000))


def text(value):
    try:
        return value.format_string(max_elements=200, repeat_threshold=10, symbols=True, styling=False)
    except gdb.error as error:
        return "<error: %s>" % error


def variables(frame):
    frame.select()  # gdb reads the bounds of arrays in the selected frame
    try:
        block = frame.block()
    except RuntimeError:
        return
    seen = set()
    while block is not None:
        for symbol in block:
            if (symbol.is_variable or symbol.is_argument or symbol.is_constant) and symbol.name not in seen:
                seen.add(symbol.name)
                try:
                    value = text(symbol.value(frame))
                except gdb.error as error:
                    value = "<error: %s>" % error
                say("VARIABLE", symbol.name, str(symbol.type), value)
        if block.function is not None:
            break
        block = block.superblock


def globals_of(frame):
    seen = set()
    for block in (frame.block().global_block, frame.block().static_block):
        for symbol in block:
            if symbol.is_variable and symbol.name not in seen:
                seen.add(symbol.name)
                try:
                    say("GLOBAL", symbol.name, str(symbol.type), text(symbol.value(frame)))
                except gdb.error as error:
                    say("GLOBAL", symbol.name, str(symbol.type), "<error: %s>" % error)


def stack(frame):
    level = 0
    while frame is not None and level < 60:
        line = frame.find_sal()
        kind = {gdb.INLINE_FRAME: "inline", gdb.SIGTRAMP_FRAME: "signal"}.get(frame.type(), "normal")
        name = frame.function().print_name if frame.function() else frame.name()
        file = line.symtab.filename.split("/")[-1] if line.symtab else "?"
        say("FRAME", level, "%x" % frame.pc(), kind, name, file, line.line)
        variables(frame)
        frame = frame.older()
        level += 1


gdb.execute("set pagination off")
gdb.execute("set confirm off")
gdb.execute("set charset ASCII")
gdb.execute("set print sevenbit-strings on")
gdb.execute("set disable-randomization on")
gdb.execute("set startup-with-shell off")
steps = gdb.convenience_variable("steps")
gdb.execute("break " + ("run" if steps else "stop"))
gdb.execute("run")
for count in range(int(steps or STOPS)):
    if not gdb.selected_inferior().threads():
        break
    top = gdb.newest_frame()
    is64 = top.architecture().name() == "i386:x86-64"
    say("STOP", count)
    registers(top, is64)
    mappings(top, is64)
    stack(top)
    if top.older() is not None and count % 5 == 0 and not steps:
        globals_of(top.older())
    gdb.execute("stepi" if steps else "continue")
out.close()
memory.close()
