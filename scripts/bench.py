"""Measures the release build; scripts/bench builds it first and calls this."""
import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "migrate")]
from fake_docker import FakeDocker  # noqa: E402
from generate_fleet import generate  # noqa: E402
from generate_load import generate as generate_documents  # noqa: E402
from pretended_fleet import PretendedFleet  # noqa: E402
from programs import BIN, Agent, Receiver, wait_for  # noqa: E402

IDLE_CONFIG = """
loki.source.file "idle" {{
	targets    = [{{"__path__" = "{folder}/idle.log"}}]
	forward_to = [loki.write.sink.receiver]
}}

loki.source.syslog "idle" {{
	listener {{
		address = "127.0.0.1:{port}"
	}}
	forward_to = [loki.write.sink.receiver]
}}

loki.write "sink" {{
	endpoint {{
		url = "{url}"
	}}
}}
"""

DOCKER_CONFIG = """
discovery.docker "all" {{
	host             = "unix://{folder}/docker.sock"
	refresh_interval = "10m"
}}

discovery.relabel "named" {{
	targets = discovery.docker.all.targets

	rule {{
		source_labels = ["__meta_docker_container_name"]
		regex         = "/(.*)"
		target_label  = "container"
	}}
}}

loki.source.docker "containers" {{
	host          = "unix://{folder}/docker.sock"
	targets       = discovery.relabel.named.output
	relabel_rules = discovery.relabel.named.rules
	forward_to    = [loki.write.sink.receiver]
}}

loki.write "sink" {{
	endpoint {{
		url = "{url}"
	}}
}}
"""


def show(name, value, unit):
    print(f"{name:<56} {value:>12} {unit}", flush=True)


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if "model name" in line),
                 platform.machine())
    show("machine", f"{os.cpu_count()} x", model)


def micro(repetitions):
    """Every *_bench program: median CPU time, and its rate when it reports one."""
    for program in sorted(BIN.glob("*_bench")):
        answer = subprocess.run(
            [program, "--benchmark_format=json", f"--benchmark_repetitions={repetitions}",
             "--benchmark_report_aggregates_only=true"], check=True, capture_output=True, text=True)
        for row in json.loads(answer.stdout)["benchmarks"]:
            if row.get("aggregate_name") != "median":
                continue
            name = f"{program.name}: {row['run_name']}"
            if "bytes_per_second" in row:
                show(name, f"{row['bytes_per_second'] / 1e6:.0f}", "MB/s")
            elif "items_per_second" in row:
                show(name, f"{row['items_per_second'] / 1e6:.2f}", "M items/s")
            else:
                show(name, f"{row['cpu_time']:.0f}", row["time_unit"])


def timed(commands, folder, codes=(0,)):
    """(median seconds, peak MB) of commands; an exit code that is not in `codes` ends all."""
    seconds, peak = [], 0
    for command in commands:
        started = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            raise SystemExit(f"{' '.join(map(str, command))} failed:\n{errors}")
        seconds.append(time.monotonic() - started)
        peak = max(peak, usage.ru_maxrss)
    return statistics.median(seconds), peak / 1024


def fleet(hosts, runs):
    """Compile and check a generated fleet, from YAML to files."""
    with tempfile.TemporaryDirectory() as folder:
        generate(pathlib.Path(folder), hosts)
        seconds, peak = timed([[BIN / "cfgc", "compile", "--out", f"compiled{run}"]
                               for run in range(runs)], folder)
        show(f"cfgc compile of {hosts} hosts", f"{seconds:.3f}", "s")
        show(f"cfgc compile of {hosts} hosts, peak memory", f"{peak:.0f}", "MB")


def migration(dashboards, rules, runs):
    """The report on a move, over many documents; exit code 3 says that an alert would break."""
    with tempfile.TemporaryDirectory() as folder:
        generate_documents(pathlib.Path(folder), dashboards, rules)
        for output in ("json", "html"):
            command = [BIN / "cfgc", "migrate", "report", "--dashboards", "dashboards", "--rules",
                       "rules", "--compose", "compose", "--format", output]
            seconds, peak = timed([command] * runs, folder, (2, 3))
            name = f"migrate report of {dashboards} dashboards, {rules} rules, {output}"
            show(name, f"{seconds:.3f}", "s")
            show(name, f"{peak:.0f}", "MB")


def ask_fleet(hosts):
    """cfgc status with a stand-in for ssh that takes 0.2 s, and what Ansible needs to plan a deploy."""
    with tempfile.TemporaryDirectory() as folder:
        pretended = PretendedFleet(folder, hosts)
        code, _, error, seconds = pretended.status()
        assert code == 0, error
        show(f"cfgc status: {hosts} hosts that answer in 0.2 s", f"{seconds:.1f}", "s")
        if shutil.which("ansible-playbook") is None:
            return
        for name in ("ansible.cfg", "deploy.yml"):
            shutil.copy(ROOT / name, folder)
        shutil.copytree(ROOT / "ansible", pathlib.Path(folder) / "ansible")
        begin = time.monotonic()
        subprocess.run(["/usr/bin/ansible-playbook", "deploy.yml", "--list-hosts", "--list-tasks"], cwd=folder,
                       check=True, capture_output=True)
        show(f"ansible-playbook --list-hosts --list-tasks: {hosts} hosts", f"{time.monotonic() - begin:.1f}", "s")


def cpu_ticks(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def status(pid, key):
    return next(int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith(key))


def wakeups(pid):
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += next(int(line.split()[1]) for line in open(task / "status")
                      if line.startswith("voluntary_ctxt_switches"))
    return total


def idle(seconds, runs):
    """One file, one syslog listener, nothing to do."""
    starts = []
    with tempfile.TemporaryDirectory() as folder, Receiver() as receiver:
        folder = pathlib.Path(folder)
        (folder / "idle.log").write_text("one line\n")
        for _ in range(runs):
            port = 15514
            agent = Agent(folder, IDLE_CONFIG.format(folder=folder, port=port, url=receiver.url))
            started = time.monotonic()
            agent.start(ready=False)
            while agent.get("/-/ready")[0] != 200:
                assert agent.running(), agent.log()
            starts.append((time.monotonic() - started) * 1000)
            if len(starts) < runs:
                agent.stop()
        wait_for("the first line", lambda: receiver.stats()["lines"] >= 1)
        time.sleep(2)
        pid = agent.process.pid
        ticks, wakes = cpu_ticks(pid), wakeups(pid)
        time.sleep(seconds)
        show("exec to ready", f"{statistics.median(starts):.0f}", "ms")
        show("idle resident memory", f"{status(pid, 'VmRSS') / 1024:.1f}", "MB")
        show(f"idle CPU over {seconds} s", f"{(cpu_ticks(pid) - ticks) / os.sysconf('SC_CLK_TCK') / seconds * 100:.3f}",
             "% of a core")
        show("idle wake-ups", f"{(wakeups(pid) - wakes) / seconds:.1f}", "/s")
        agent.stop()


def containers(count, labels, events):
    """discovery.docker, discovery.relabel and loki.source.docker on a host with many containers."""
    with tempfile.TemporaryDirectory() as folder, Receiver() as receiver, \
            FakeDocker(f"{folder}/docker.sock", count, labels) as docker:
        agent = Agent(pathlib.Path(folder), DOCKER_CONFIG.format(folder=folder, url=receiver.url))
        agent.start()
        wait_for("all containers", lambda: docker.count("container logs") >= count, 120)
        time.sleep(1)
        pid = agent.process.pid
        name = f"docker: {count} containers of {labels} labels"
        show(f"{name}, threads", status(pid, "Threads"), "")
        show(f"{name}, resident memory", f"{status(pid, 'VmRSS') / 1024:.0f}", "MB")
        if events == 0:
            return agent.stop()
        ticks = cpu_ticks(pid)
        for number in range(count, count + events):
            followed = docker.count("container logs")
            docker.add(number)
            wait_for("the new container", lambda: docker.count("container logs") > followed)
            time.sleep(0.3)
        cpu_ms = (cpu_ticks(pid) - ticks) * 1000 / os.sysconf("SC_CLK_TCK")
        show(f"{name}, CPU of one start", f"{cpu_ms / events:.1f}", "ms")
        show(f"{name}, lists of all", docker.count("list all"), "")
        agent.stop()


def sizes():
    for name in ("tributary", "cfgc"):
        with tempfile.TemporaryDirectory() as folder:
            stripped = pathlib.Path(folder) / name
            subprocess.run(["strip", "-o", stripped, BIN / name], check=True)
            show(f"{name}, stripped", f"{stripped.stat().st_size / 1e6:.1f}", "MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, 5 s of idleness")
    quick = parser.parse_args().quick
    machine()
    sizes()
    fleet(1000, 3 if quick else 7)
    ask_fleet(1000)
    migration(1000, 2000, 1 if quick else 3)
    idle(5 if quick else 20, 3 if quick else 5)
    containers(500, 30, 0)
    containers(2000, 30, 10 if quick else 40)
    micro(3 if quick else 5)


if __name__ == "__main__":
    main()
