"""loki.source.docker with many containers: they are on the event loop, not on threads."""
from fake_docker import FakeDocker
from programs import wait_for

CONTAINERS = 500
CONFIG = """
discovery.docker "all" {{
	host = "unix://{socket}"
}}

loki.source.docker "containers" {{
	host       = "unix://{socket}"
	targets    = discovery.docker.all.targets
	labels     = {{"job" = "docker"}}
	forward_to = [loki.write.sink.receiver]
}}

loki.write "sink" {{
	endpoint {{
		url = "{url}"
	}}
}}
"""


def status(pid, field):
    """Of /proc/PID/status; sizes in KiB."""
    with open(f"/proc/{pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))


def test_containers_have_no_threads(agent, receiver, tmp_path):
    socket = str(tmp_path / "docker.sock")
    with FakeDocker(socket, CONTAINERS, labels=10) as docker:
        running = agent(CONFIG.format(socket=socket, url=receiver.url))
        wait_for("all logs to be followed", lambda: docker.count("container logs") == CONTAINERS)
        pid = running.process.pid
        print(f"{CONTAINERS} containers: {status(pid, 'Threads')} threads, {status(pid, 'VmRSS') / 1024:.0f} MiB")
        assert status(pid, "Threads") < 40
        running.stop()
