"""loki.source.syslog against the clients that users have: logger, rsyslog, Docker's syslog driver."""
import shutil
import subprocess

import pytest
from daemons import PrivateDocker, missing_for_docker
from programs import Program, free_port, wait_for

CONFIG = """
loki.relabel "syslog" {{
	forward_to = []

	rule {{
		source_labels = ["__syslog_message_hostname"]
		target_label  = "host"
	}}

	rule {{
		source_labels = ["__syslog_message_app_name"]
		target_label  = "app"
	}}

	rule {{
		source_labels = ["__syslog_message_severity"]
		target_label  = "level"
	}}
}}

loki.source.syslog "in" {{
	listener {{
		address       = "127.0.0.1:{tcp}"
		protocol      = "tcp"
		syslog_format = "{format}"
		labels        = {{job = "tcp"}}
	}}

	listener {{
		address       = "127.0.0.1:{udp}"
		protocol      = "udp"
		syslog_format = "{format}"
		labels        = {{job = "udp"}}
	}}
	relabel_rules = loki.relabel.syslog.rules
	forward_to    = [loki.write.sink.receiver]
}}

loki.write "sink" {{
	endpoint {{
		url        = "{url}"
		batch_wait = "50ms"
	}}
}}
"""


class Listening:
    """An agent with a TCP and a UDP listener."""

    def __init__(self, agent, receiver, syslog_format):
        self.tcp, self.udp = free_port(), free_port()
        self.agent = agent(CONFIG.format(tcp=self.tcp, udp=self.udp, format=syslog_format, url=receiver.url))


def logger(port, *arguments):
    subprocess.run(["logger", "--server", "127.0.0.1", "--port", str(port), *arguments], check=True)


@pytest.mark.parametrize("syslog_format", ["rfc3164", "rfc5424"])
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_logger(agent, receiver, syslog_format, transport):
    listening = Listening(agent, receiver, syslog_format)
    logger(getattr(listening, transport), f"--{transport}", f"--{syslog_format}", "--tag", "backup",
           "--priority", "local3.warning", "the disk is nearly full")
    entry = receiver.wait_line("the disk is nearly full")
    assert entry["line"] == "the disk is nearly full"
    assert entry["labels"]["job"] == transport
    assert entry["labels"]["app"] == "backup"
    assert entry["labels"]["level"] == "warning"
    assert entry["labels"]["host"]


def test_logger_with_octet_counting(agent, receiver):
    listening = Listening(agent, receiver, "rfc5424")
    logger(listening.tcp, "--tcp", "--rfc5424", "--octet-count", "first\nwith a second line")
    entry = receiver.wait_line("first")
    assert entry["labels"]["job"] == "tcp"


RSYSLOG = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/log")
action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp" TCP_Framing="{framing}"
       template="RSYSLOG_SyslogProtocol23Format")
"""


@pytest.mark.parametrize("framing", ["traditional", "octet-counted"])
def test_rsyslog(agent, receiver, tmp_path, framing):
    if shutil.which("rsyslogd") is None:
        pytest.skip("NOT TESTED against rsyslog: rsyslogd is not there: install rsyslog")
    listening = Listening(agent, receiver, "rfc5424")
    config = tmp_path / "rsyslog.conf"
    config.write_text(RSYSLOG.format(folder=tmp_path, port=listening.tcp, framing=framing))
    rsyslogd = Program(["rsyslogd", "-n", "-f", config, "-i", tmp_path / "rsyslogd.pid"],
                       tmp_path / "rsyslogd.log").start()
    try:
        wait_for("rsyslog's socket", lambda: (tmp_path / "log").exists())
        for n in range(100):
            subprocess.run(["logger", "--socket", tmp_path / "log", "--tag", "app", f"seq={n:012d} via rsyslog"],
                           check=True)
        # With traditional framing a message ends where the next begins or the connection does.
        rsyslogd.stop()
        wait_for("all messages", lambda: receiver.stats()["distinct"] == 100)
        assert receiver.stats()["repeated"] == 0
        assert receiver.wait_line("via rsyslog")["labels"]["app"] == "app"
    finally:
        rsyslogd.kill()


def test_what_cannot_be_parsed_is_kept_and_counted(agent, receiver):
    listening = Listening(agent, receiver, "rfc5424")
    subprocess.run(["logger", "--server", "127.0.0.1", "--port", str(listening.udp), "--udp", "--rfc3164",
                    "an old device speaks"], check=True)
    entry = receiver.wait_line("an old device speaks")
    assert entry["labels"]["job"] == "udp"
    assert listening.agent.metric("loki_source_syslog_entries_total") == 1


def test_a_container_with_the_syslog_driver(agent, receiver):
    if reason := missing_for_docker():
        pytest.skip(f"NOT TESTED against a real dockerd: {reason}")
    listening = Listening(agent, receiver, "rfc3164")
    with PrivateDocker() as docker:
        docker.container("echo from a container", "--log-driver", "syslog", "--log-opt",
                         f"syslog-address=tcp://127.0.0.1:{listening.tcp}", "--log-opt",
                         "syslog-format=rfc3164", "--log-opt", "tag=kairos")
        entry = receiver.wait_line("from a container")
    assert entry["line"] == "from a container"
    assert entry["labels"]["app"] == "kairos"
