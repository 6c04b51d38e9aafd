"""tributary status of a running agent, and cfgc status over a fleet that is larger than one machine can boot:
a program stands in for ssh there. Real hosts over a real sshd are asked in tests/fleet."""
import json
import subprocess

import pytest

from pretended_fleet import PretendedFleet
from programs import BIN, free_port, wait_for

CONFIG = """
loki.source.syslog "services" {{
  listener {{
    address       = "127.0.0.1:{port}"
    syslog_format = "rfc3164"
  }}
  forward_to = [loki.write.default.receiver]
}}

loki.write "default" {{
  endpoint {{
    url                = "{url}"
    min_backoff_period = "50ms"
    max_backoff_period = "200ms"
  }}
}}
"""


def ask(running, *arguments):
    return subprocess.run([BIN / "tributary", "status", f"--server.http.listen-addr=127.0.0.1:{running.port}",
                           *arguments], capture_output=True, text=True, check=False, timeout=30)


def send(port, text):
    subprocess.run(["logger", "--rfc3164", "--tcp", "--server", "127.0.0.1", "--port", str(port), text], check=True)


def test_status_of_an_agent(agent, receiver):
    port = free_port()
    running = agent(CONFIG.format(port=port, url=receiver.url))
    send(port, "hello")
    receiver.wait_line("hello")
    said = json.loads(ask(running, "--format=json").stdout)
    assert said["config"] == running.get("/-/ready")[1].split()[-1]
    assert (said["healthy"], said["sent"], said["dropped"], said["waiting"]) == (True, 1, 0, 0)
    assert 0 < said["uptime_seconds"] < 600 and said["lag_seconds"] == 0
    assert "all components are healthy" in ask(running).stdout


def test_a_backend_that_is_down_shows_as_lag(agent):
    port = free_port()
    running = agent(CONFIG.format(port=port, url=f"http://127.0.0.1:{free_port()}/loki/api/v1/push"))
    send(port, "hello")

    def late():
        done = ask(running, "--format=json")
        said = json.loads(done.stdout)
        return done.returncode == 1 and said["lag_seconds"] > 1 and said

    said = wait_for("lag and an unhealthy component", late)
    assert said["waiting"] == 1 and said["unhealthy"][0]["id"] == "loki.write.default", said


def test_nobody_answers():
    done = subprocess.run([BIN / "tributary", "status", f"--server.http.listen-addr=127.0.0.1:{free_port()}"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "refused" in done.stderr.lower()


@pytest.mark.parametrize("hosts", [500, 1000])
def test_a_large_fleet_is_asked_at_once(tmp_path, hosts):
    fleet = PretendedFleet(tmp_path, hosts)
    fleet.answer("host00003", config="0" * 64)
    fleet.answer("host00004", code=1, healthy=False, unhealthy=[{"id": "loki.write.default", "message": "refused"}])
    fleet.answer("host00005", code=255, err="ssh: connect to host host00005 port 22: No route to host\n")
    fleet.answer("host00006", code=127, err="sh: 1: tributary: not found\n")
    code, out, err, seconds = fleet.status("--format", "json")
    assert code == 1, err
    found = json.loads(out)
    assert len(found["hosts"]) == hosts and found["current"] == hosts - 3
    assert (found["unwell"], found["unreachable"]) == (4, 1)
    said = {name: (host["config"], host["health"], host["problem"]) for name, host in found["hosts"].items()
            if not host["well"]}
    assert said == {
        "host00003": ("differs", "healthy", ""),
        "host00004": ("current", "unhealthy", "loki.write.default: refused"),
        "host00005": ("-", "unreachable", "ssh: connect to host host00005 port 22: No route to host"),
        "host00006": ("-", "no answer", "tributary is not installed"),
    }
    # One after the other the waiting alone would take 100 s and more.
    assert seconds < 0.2 * hosts / 2, f"{seconds:.1f} s"
    assert len(fleet.log.read_text().splitlines()) == hosts


def test_status_of_chosen_hosts_and_its_exit_codes(tmp_path):
    fleet = PretendedFleet(tmp_path, 20)
    (tmp_path / "host_vars" / "host00001.yml").open("a").write(
        'ansible_host: "10.0.0.{{ 1 }}"\nansible_port: 2222\nansible_user: root\n'
        "ansible_ssh_private_key_file: /keys/one\nansible_ssh_common_args: -o 'ProxyCommand=ssh -W %h:%p gate'\n")
    fleet.hashes["10.0.0.1"] = fleet.hashes["host00001"]
    fleet.answer("10.0.0.1")
    code, out, err, _ = fleet.status("--host", "host00001", "--host", "host00002")
    assert code == 0, out + err
    assert "2 of 2 hosts up to date" in out
    assert ("-o|BatchMode=yes|-o|ConnectTimeout=10|-p|2222|-l|root|-i|/keys/one|-o|ProxyCommand=ssh -W %h:%p gate|--|"
            "10.0.0.1|tributary|status|--format|json|--server.http.listen-addr|127.0.0.1:12345"
            ) in fleet.log.read_text().splitlines()
    code, _, err, _ = fleet.status("--host", "host0001")
    assert code == 2 and 'did you mean "host0' in err
    assert fleet.status("-i", "nowhere")[0] == fleet.status("--jobs", "0")[0] == 2
    # A host that never answers is given up and listed.
    code, out, _, seconds = fleet.status("--host", "host00002", "--timeout", "1", seconds=60)
    assert code == 1 and "no answer within 1 s" in out and seconds < 30
    # A host whose config has an error cannot be compared; the others can.
    (tmp_path / "host_vars" / "host00003.yml").write_text("services: [web]\nservces: 1\ntelemetry: 7\n")
    code, out, err, _ = fleet.status("--host", "host00002", "--host", "host00003")
    assert code == 1 and "has errors" in out and "host00003.yml:3" in err, out + err
