"""discovery.docker, discovery.relabel and loki.source.docker against a real dockerd."""
import signal
import subprocess

import pytest

from daemons import PrivateDocker, missing_for_docker
from numbered import assert_complete, assert_exactly, wait_distinct
from programs import BIN, wait_for

TRIO = """
discovery.docker "all" {{
	host             = "{host}"
	refresh_interval = "{interval}"
}}

discovery.relabel "named" {{
	targets = discovery.docker.all.targets

	rule {{
		source_labels = ["__meta_docker_container_name"]
		regex         = "/(.*)"
		target_label  = "container"
	}}

	rule {{
		source_labels = ["__meta_docker_container_log_stream"]
		target_label  = "stream"
	}}
}}

loki.source.docker "containers" {{
	host          = "{host}"
	targets       = discovery.relabel.named.output
	labels        = {{"job" = "docker"{labels}}}
	relabel_rules = discovery.relabel.named.rules
	forward_to    = [loki.write.sink.receiver]
}}

loki.write "sink" {{
	endpoint {{
		url                = "{url}"
		batch_wait         = "50ms"
		min_backoff_period = "50ms"
		max_backoff_period = "200ms"
	}}
}}
"""

# Writes numbered lines, as fast as it can, then stays.
COUNT = "awk 'BEGIN {{ for (i = 0; i < {count}; i++) printf \"seq=%012d\\n\", i }}'; sleep 1000"
# Goes on where it was when it starts anew: the next number is kept in a file of the container. A stop
# is obeyed between two numbers only, so that the container itself repeats none.
RESUME = ("trap 'ended=1' TERM; i=$(cat /n 2>/dev/null || echo 0); while [ -z \"$ended\" ]; do "
          "printf 'seq=%012d\\n' $i; i=$((i+1)); echo $i > /n; sleep 0.005; done")


@pytest.fixture(scope="module")
def dockerd():
    if reason := missing_for_docker():
        pytest.skip(f"NOT TESTED against a real dockerd: {reason}")
    with PrivateDocker() as running:
        yield running


@pytest.fixture
def docker(dockerd):
    yield dockerd
    if containers := dockerd.run("ps", "-aq").split():
        dockerd.run("rm", "-f", *containers)


def config(docker, receiver, interval="1m", labels=""):
    return TRIO.format(host=docker.host, url=receiver.url, interval=interval, labels=labels)


def written(docker, container):
    """How many numbered lines a stopped container has written."""
    return int(docker.run("logs", "--tail", "1", container)[4:]) + 1


def test_lines_arrive_with_their_labels(agent, receiver, docker):
    docker.container("echo to stdout; echo to stderr >&2; sleep 1000", "--name", "athena")
    agent(config(docker, receiver))
    out = receiver.wait_line("to stdout")
    err = receiver.wait_line("to stderr")
    assert out["labels"] == {"container": "athena", "job": "docker", "stream": "stdout"}
    assert err["labels"] == {"container": "athena", "job": "docker", "stream": "stderr"}


def test_a_container_that_lives_for_a_moment_is_seen_at_once(agent, receiver, docker):
    running = agent(config(docker, receiver))
    wait_for("the first listing", lambda: running.get("/-/healthy")[0] == 200)
    for n in range(5):
        docker.container(f"echo short-lived {n}", "--name", f"short{n}")
        receiver.wait_line(f"short-lived {n}", seconds=10)


@pytest.mark.parametrize("options", [(), ("-t",)], ids=["frames", "terminal"])
def test_a_container_that_is_removed_as_soon_as_it_has_ended(agent, receiver, docker, options):
    running = agent(config(docker, receiver))
    wait_for("the first listing", lambda: running.get("/-/healthy")[0] == 200)
    for n in range(6):
        docker.run("run", "--rm", *options, "--network", "none", "--name", f"instant{n}", "bb:1", "echo", f"instant {n}")
    for n in range(6):
        assert receiver.wait_line(f"instant {n}")["labels"]["container"] == f"instant{n}"
    assert running.get("/-/healthy")[0] == 200
    assert len(receiver.lines()) == 6


@pytest.mark.parametrize("options", [(), ("-t",)], ids=["frames", "terminal"])
def test_long_lines_come_back_byte_for_byte(agent, receiver, docker, options):
    sizes = [16383, 16384, 16385, 32768, 49153, 1_000_000]
    script = "; ".join(f"head -c {size} /dev/zero | tr '\\0' a; echo" for size in sizes)
    docker.container(f"echo begin; {script}; echo end; sleep 1000", *options)
    agent(config(docker, receiver))
    receiver.wait_line("end")
    lines = [x["line"] for x in receiver.lines()]
    assert lines[0] == "begin" and lines[-1] == "end"
    assert [len(x) for x in lines[1:-1]] == sizes
    assert all(set(x) == {"a"} for x in lines[1:-1])


def test_stops_and_starts_of_a_container_lose_and_repeat_nothing(agent, receiver, docker):
    docker.container(RESUME, "--name", "resume")
    agent(config(docker, receiver))
    for turn in range(4):
        wait_distinct(receiver, receiver.stats()["distinct"] + 50)
        docker.run("stop", "-t", "5", "resume")
        docker.run("start", "resume")
    docker.run("stop", "-t", "5", "resume")
    assert_exactly(receiver, written(docker, "resume"))


def test_restarts_of_the_agent_lose_and_repeat_nothing(agent, receiver, docker):
    docker.container(RESUME, "--name", "resume")
    running = agent(config(docker, receiver))
    for turn in range(4):
        wait_distinct(receiver, receiver.stats()["distinct"] + 50)
        assert running.stop() == 0
        running.start()
    docker.run("stop", "-t", "5", "resume")
    assert_exactly(receiver, written(docker, "resume"))


def test_kill_9_of_the_agent_loses_nothing(agent, receiver, docker):
    docker.container(RESUME, "--name", "resume")
    running = agent(config(docker, receiver))
    for turn in range(3):
        wait_distinct(receiver, receiver.stats()["distinct"] + 50)
        running.signal(signal.SIGKILL)
        running.process.wait(10)
        running.start()
    docker.run("stop", "-t", "5", "resume")
    assert_complete(receiver, written(docker, "resume"))


def test_an_outage_of_the_backend_loses_and_repeats_nothing(agent, receiver, docker):
    docker.container(COUNT.format(count=20_000))
    receiver.post("/ctl?mode=500&for=3")
    agent(config(docker, receiver))
    assert_exactly(receiver, 20_000)


def test_a_change_of_labels_moves_no_cursor(agent, receiver, docker):
    docker.container(COUNT.format(count=1_000))
    running = agent(config(docker, receiver))
    assert_exactly(receiver, 1_000)
    status, text = running.reload(config(docker, receiver, labels=', "env" = "prod"'))
    assert status == 200, text
    docker.container("echo marker; sleep 1000", "--name", "marker")
    assert receiver.wait_line("marker")["labels"]["env"] == "prod"
    assert_exactly(receiver, 1_000)


def test_one_tailer_for_a_container_that_is_many_targets(agent, receiver, docker):
    container = docker.container("echo first; sleep 1; echo second; sleep 1; echo third; sleep 1000")
    targets = ",\n".join(
        f'{{"__meta_docker_container_id" = "{container}", "__meta_docker_network_name" = "n{network}", '
        f'"__meta_docker_port_private" = "{port}", "service" = "many"}}'
        for network in range(5) for port in (80, 443, 8080))
    text = config(docker, receiver).replace("discovery.relabel.named.output", f"[{targets}]")
    running = agent(text)
    receiver.wait_line("third")
    assert [x["line"] for x in receiver.lines()] == ["first", "second", "third"]
    assert running.metric("loki_source_docker_target_entries_total") == 3
    assert "level=warn" not in running.log()


def test_tailing_goes_on_after_dockerd_restarts(agent, receiver):
    if reason := missing_for_docker():
        pytest.skip(f"NOT TESTED against a real dockerd: {reason}")
    with PrivateDocker() as docker:
        docker.container(RESUME, "--name", "resume", "--restart", "always")
        running = agent(config(docker, receiver))
        wait_distinct(receiver, 50)
        docker.stop()
        wait_for("an unhealthy component", lambda: running.get("/-/healthy")[0] == 500)
        docker.start()
        wait_distinct(receiver, receiver.stats()["distinct"] + 100)
        docker.run("update", "--restart", "no", "resume")
        docker.run("stop", "-t", "5", "resume")
        assert_exactly(receiver, written(docker, "resume"))


def test_a_daemon_that_comes_late_is_waited_for(agent, receiver):
    if reason := missing_for_docker():
        pytest.skip(f"NOT TESTED against a real dockerd: {reason}")
    with PrivateDocker() as docker:
        docker.stop()
        running = agent(config(docker, receiver))
        wait_for("an unhealthy component", lambda: running.get("/-/healthy")[0] == 500)
        docker.start()
        docker.container("echo at last; sleep 1000")
        receiver.wait_line("at last")


def test_the_doctor_says_who_may_speak_to_the_daemon(docker, receiver, tmp_path):
    docker.run("run", "-d", "--init", "bb:1", "sh", "-c", "sleep 1000")
    path = tmp_path / "config.river"
    path.write_text(config(docker, receiver))
    docker.folder.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)

    def lines(*arguments):
        done = subprocess.run([BIN / "tributary", "doctor", path, f"--storage.path={tmp_path}", *arguments],
                              capture_output=True, text=True, check=False, timeout=60)
        return [line for line in done.stdout.splitlines() if line.split()[1] in ("docker", "groups")]

    assert [line.split()[0] for line in lines()] == ["ok", "ok"]
    assert "1 containers run" in lines()[1]
    refused = lines("--user=nobody")
    assert [line.split()[0] for line in refused] == ["warn", "fail"] and "Permission denied" in refused[1], refused
