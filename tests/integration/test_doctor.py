"""tributary doctor: what it finds on this very machine, with real ports, daemons and users."""
import json
import os
import socket
import subprocess

import pytest

from programs import BIN, free_port

CONFIG = """
loki.source.syslog "services" {{
  listener {{ address = "127.0.0.1:{port}" }}
  forward_to = [loki.write.default.receiver]
}}

loki.write "default" {{
  endpoint {{ url = "{url}" }}
}}
"""


@pytest.fixture
def doctor(tmp_path, receiver):
    """doctor(argument..., config=..., port=...): its exit code, and its checks by name."""
    state = tmp_path / "state"
    state.mkdir()

    def run(*arguments, config=None, port=None, url=None):
        path = tmp_path / "config.river"
        path.write_text(config or CONFIG.format(port=port or free_port(), url=url or receiver.url))
        done = subprocess.run(
            [BIN / "tributary", "doctor", path, f"--storage.path={state}", "--format=json",
             f"--server.http.listen-addr=127.0.0.1:{free_port()}", *arguments],
            capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        found = {}
        for check in json.loads(done.stdout)["checks"]:
            found.setdefault(check["name"], []).append(check)
        return done.returncode, found

    return run


def states(found, name):
    return [check["state"] for check in found[name]]


def test_a_host_that_can_run_it(doctor):
    code, found = doctor()
    assert code == 0, found
    assert states(found, "config") == states(found, "endpoints") == ["ok"]
    assert states(found, "ports") == ["ok", "ok"]
    assert states(found, "disk") == ["ok", "ok"]


def test_a_port_that_is_taken_is_said_with_its_holder(doctor):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, found = doctor(port=taken.getsockname()[1])
        assert code == 1
        check = found["ports"][0]
        assert check["state"] == "fail" and f"(pid {os.getpid()})" in check["message"], check
        code, found = doctor("--ignore", "ports", port=taken.getsockname()[1])
        assert (code, found["ports"][0]["state"]) == (0, "ignored")


def test_a_port_that_the_running_agent_holds_is_fine(doctor, agent, receiver):
    port = free_port()
    running = agent(CONFIG.format(port=port, url=receiver.url))
    code, found = doctor(port=port)
    assert code == 0, found
    assert f"tributary (pid {running.process.pid})" in found["ports"][0]["message"]


def test_an_address_that_is_not_of_this_host(doctor):
    config = CONFIG.format(port=1, url="http://127.0.0.1:1/loki/api/v1/push").replace("127.0.0.1:1\"", "192.0.2.1:5140\"")
    code, found = doctor("--ignore=endpoints", config=config)
    assert code == 1
    assert "192.0.2.1:5140" in found["ports"][0]["message"] and found["ports"][0]["state"] == "fail"


def test_backends_that_do_not_answer(doctor):
    code, found = doctor(url=f"http://127.0.0.1:{free_port()}/loki/api/v1/push")
    assert code == 1 and "refused" in found["endpoints"][0]["message"].lower(), found
    # TLS is tried, not only the port.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        code, found = doctor(url=f"https://127.0.0.1:{silent.getsockname()[1]}/loki/api/v1/push")
    assert code == 1 and found["endpoints"][0]["state"] == "fail", found


def test_a_docker_socket(doctor, tmp_path):
    config = 'discovery.docker "d" {{ host = "unix://{}" }}\n'
    code, found = doctor(config=config.format(tmp_path / "none.sock"))
    assert code == 1 and "No such file" in found["docker"][0]["message"], found


def test_a_config_with_an_error(doctor):
    code, found = doctor(config='loki.write "w" { endpoint { ulr = "http://x" } }\n')
    assert code == 1 and "ulr" in found["config"][0]["message"], found


def test_it_sees_with_the_eyes_of_the_agents_user(doctor, tmp_path):
    assert os.geteuid() == 0, "this test changes the user"
    (tmp_path / "state").chmod(0o700)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    code, found = doctor("--user=nobody")
    assert code == 1 and states(found, "disk")[-1] == "fail", found
    os.chown(tmp_path / "state", 65534, 65534)
    code, found = doctor("--user=nobody", port=514)
    assert states(found, "disk") == ["ok", "ok"], found
    assert code == 1 and found["ports"][0]["state"] == "fail", found


def test_usage():
    def code(*arguments):
        return subprocess.run([BIN / "tributary", "doctor", *arguments], capture_output=True,
                              check=False, timeout=60).returncode

    assert code("/no/such/file") == code("--ignore=nonsense") == 2
