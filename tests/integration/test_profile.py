"""tributary profile: programs whose shares are known, compiled in all the ways that make stacks hard to read."""
import collections
import gzip
import os
import shutil
import signal
import subprocess
import xml.etree.ElementTree

import pytest

from programs import BIN, ROOT, TIME_FACTOR, wait_for

SOURCES = ROOT / "tests" / "support" / "profiled"
RATE = 997
# CPU time that is sampled: at this rate some 3000 samples, of which 60 % are known to within a point.
SECONDS = 3.0


@pytest.fixture(scope="module", autouse=True)
def _permitted():
    done = subprocess.run([BIN / "tributary", "profile", "--seconds=1", "--pid=1", "--quiet"], capture_output=True,
                          text=True, check=False, timeout=60 * TIME_FACTOR)
    if done.returncode == 2 and not os.environ.get("CI"):
        pytest.skip(f"NOT TESTED against the kernel's perf events: {done.stderr.strip()}")


@pytest.fixture(scope="module", name="build")
def builder(tmp_path_factory):
    """build(source, flag...): the program that g++ makes of it, each once."""
    folder, made = tmp_path_factory.mktemp("programs"), {}

    def build(source, *flags):
        if (source, flags) not in made:
            path = folder / f"{source.split('.')[0]}-{len(made)}"
            subprocess.run(["g++", "-std=c++17", *(flags or ["-O2"]), SOURCES / source, "-o", path], check=True)
            made[source, flags] = path
        return made[source, flags]

    return build


def profile(pid, *arguments, seconds=60):
    """Starts it; `folded()` ends it and gives its stacks."""
    return subprocess.Popen([BIN / "tributary", "profile", f"--pid={pid}", f"--seconds={seconds}", f"--rate={RATE}",
                             *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def folded(profiling):
    """Ends the profile as Ctrl-C does: {(function, ... leaf): samples}."""
    profiling.send_signal(signal.SIGINT)
    out, errors = profiling.communicate(timeout=60 * TIME_FACTOR)
    assert profiling.returncode == 0, errors
    stacks = collections.Counter()
    for line in out.splitlines():
        stack, _, samples = line.rpartition(" ")
        stacks[tuple(stack.split(";")[1:])] += int(samples)
    return stacks


def ready(profiling):
    """Waits until its clocks are open, which its file descriptors say."""
    wait_for("the profiler's clocks", lambda: any("perf_event" in link for link in links_of(profiling.pid)))


def measure(command, *arguments):
    """Runs a program under a profiler: its stacks, and the shares that it has measured itself, in percent."""
    with subprocess.Popen(["sh", "-c", 'read go; exec "$@"', "sh", *map(str, command)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as busy:
        profiling = profile(busy.pid, *arguments)
        ready(profiling)
        out, _ = busy.communicate("go\n", timeout=120 * TIME_FACTOR)
    took = [float(one) for one in out.split()]
    return folded(profiling), [100 * one / sum(took) for one in took]


def watch(pid, seconds=1.5):
    """Stacks of so much CPU time of a process that runs already."""
    profiling = profile(pid)
    ready(profiling)
    begin = cpu_seconds(pid)
    wait_for("CPU time", lambda: cpu_seconds(pid) > begin + seconds, 60)
    return folded(profiling)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(name="running")
def runner():
    """running(argument...): a process that ends with the test."""
    started = []

    def run(*command, **options):
        started.append(subprocess.Popen([str(one) for one in command], stdout=subprocess.DEVNULL, **options))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def links_of(pid):
    """What a process' file descriptors are."""
    links = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            links.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
        except FileNotFoundError:
            pass
    return links


def share(stacks, function):
    total = sum(stacks.values())
    return 100 * sum(samples for stack, samples in stacks.items() if function in stack) / total


@pytest.mark.parametrize("flags", [
    ("-O2",), ("-O2", "-fno-omit-frame-pointer"), ("-O0",), ("-O2", "-static"), ("-O2", "-no-pie"),
    ("-O2", "-fcf-protection"), ("-O2", "-mavx2")])
def test_shares_and_whole_stacks(build, flags):
    stacks, truth = measure([build("busy.cc", *flags), SECONDS])
    assert sum(stacks.values()) > 500
    for function, want in zip(("work::alpha", "work::beta", "work::gamma_"), truth):
        assert share(stacks, function) == pytest.approx(want, abs=3), (function, truth)
    for stack, samples in stacks.items():
        if "work::alpha" in stack and samples > 5:
            assert stack[0] == "_start" and "main" in stack, stack
            assert stack.count("work::Chain::go") == 11, stack


def test_stripped_programs_keep_whole_stacks(build):
    program = build("busy.cc", "-O2", "-s")
    stacks, _ = measure([program, 1])
    deep = sum(samples for stack, samples in stacks.items() if len(stack) > 12)
    assert 45 < 100 * deep / sum(stacks.values()) < 75
    assert share(stacks, "[unknown]") < 1
    names = {function for stack in stacks for function in stack}
    assert any(name.startswith(f"{program.name}+0x") for name in names), names


def test_a_program_that_was_deleted(build, running, tmp_path):
    copy = tmp_path / "deleted"
    shutil.copy(build("busy.cc"), copy)
    busy = running(copy, 60)
    wait_for("its start", lambda: cpu_seconds(busy.pid) > 0)
    copy.unlink()
    assert share(watch(busy.pid), "work::alpha") > 40


def test_a_mount_namespace(build, running, tmp_path):
    script = f'mount -t tmpfs none "{tmp_path}" && cp "{build("busy.cc")}" "{tmp_path}/inner" && exec "{tmp_path}/inner" 60'
    busy = running("unshare", "-m", "sh", "-c", script)
    wait_for("its start", lambda: os.readlink(f"/proc/{busy.pid}/exe").endswith("/inner"))
    assert not (tmp_path / "inner").exists()
    assert share(watch(busy.pid), "work::alpha") > 40


def test_a_library_that_comes_and_goes(build):
    library = build("delta.cc", "-O2", "-shared", "-fPIC")
    stacks, truth = measure([build("busy.cc"), SECONDS, library])
    assert share(stacks, "delta") == pytest.approx(truth[2], abs=3)
    assert share(stacks, "work::alpha") == pytest.approx(truth[0], abs=3)


def test_code_of_a_jit_compiler(build, running):
    stacks = watch(running(build("jit.cc"), 60).pid)
    assert share(stacks, "countdown /app.js:1") > 90
    leafs = [stack for stack, samples in stacks.items() if stack[-1] == "countdown /app.js:1"]
    assert leafs and all("main" in stack for stack in leafs), leafs


def test_processes_that_live_for_milliseconds(build, running):
    """A fork storm: each process burns a hundredth of a second, and nearly all samples have names."""
    storm = running("sh", "-c", f'while :; do "{build("busy.cc")}" 0.01; done')
    wait_for("its start", lambda: os.path.exists(f"/proc/{storm.pid}/task"))
    with subprocess.Popen([BIN / "tributary", "profile", "--seconds=60", f"--rate={RATE}", "--no-kernel"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as profiling:
        ready(profiling)
        children = f"/proc/{storm.pid}/stat"

        def burnt():  # CPU time of children that were waited for.
            with open(children, encoding="utf-8") as stat:
                fields = stat.read().rpartition(")")[2].split()
            return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

        begin = burnt()
        wait_for("children", lambda: burnt() > begin + 2, 60)
        profiling.send_signal(signal.SIGINT)
        out, _ = profiling.communicate(timeout=60 * TIME_FACTOR)
    name = build("busy.cc").name[:15]
    of_storm = collections.Counter()
    for line in out.splitlines():
        stack, _, samples = line.rpartition(" ")
        if stack.split(";")[0] == name:
            of_storm["named" if ";work::" in stack or ";_dl" in stack or "ld-linux" in stack else "rest"] += int(samples)
    assert of_storm["named"] > 9 * of_storm["rest"], of_storm


def test_formats_and_files(build, running, tmp_path):
    busy = running(build("busy.cc"), 60)
    svg = tmp_path / "cpu.svg"
    run = subprocess.run([BIN / "tributary", "profile", f"--pid={busy.pid}", "--seconds=1", f"--rate={RATE}",
                          "--format=svg", "-o", svg], capture_output=True, text=True, check=False,
                         timeout=60 * TIME_FACTOR)
    assert run.returncode == 0 and not run.stdout, run
    assert "of 1 process in" in run.stderr
    titles = [one.text for one in xml.etree.ElementTree.parse(svg).iter("{http://www.w3.org/2000/svg}title")]
    assert any(title.startswith("work::alpha: ") for title in titles), titles
    run = subprocess.run([BIN / "tributary", "profile", f"--pid={busy.pid}", "--seconds=1", f"--rate={RATE}",
                          "--format=pprof", "--quiet"], capture_output=True, check=False, timeout=60 * TIME_FACTOR)
    assert run.returncode == 0 and not run.stderr
    assert b"work::alpha" in gzip.decompress(run.stdout)


@pytest.mark.parametrize("arguments, code, text", [
    (["--pid=4194304"], 2, "no process has the pid 4194304"),
    (["--seconds=0"], 2, "seconds"),
    (["--format=xml"], 2, "xml"),
    (["--seconds=1", "-o", "/nonexistent/file"], 2, "/nonexistent/file"),
])
def test_mistakes(arguments, code, text):
    run = subprocess.run([BIN / "tributary", "profile", *arguments], capture_output=True, text=True, check=False,
                         timeout=60 * TIME_FACTOR)
    assert run.returncode == code
    assert text in run.stderr


def test_a_process_that_does_nothing(running):
    idle = running("sleep", "60")
    wait_for("its sleep", lambda: os.readlink(f"/proc/{idle.pid}/exe").endswith("sleep"))
    run = subprocess.run([BIN / "tributary", "profile", f"--pid={idle.pid}", "--seconds=1"], capture_output=True,
                         text=True, check=False, timeout=60 * TIME_FACTOR)
    assert run.returncode == 1
    assert "0 samples" in run.stderr


def test_without_the_privilege():
    run = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
                          BIN / "tributary", "profile", "--seconds=1"], capture_output=True, text=True, check=False,
                         timeout=60 * TIME_FACTOR)
    with open("/proc/sys/kernel/perf_event_paranoid", encoding="utf-8") as paranoid:
        level = int(paranoid.read())
    if level < 1:
        assert run.returncode == 0
        return
    assert run.returncode == 2
    assert ("CAP_PERFMON" if level < 3 else "CAP_SYS_ADMIN") in run.stderr
