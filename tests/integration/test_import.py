"""cfgc import: what a configuration of Promtail becomes, run by the agent."""
import subprocess

from programs import BIN, free_port

FILES = """
server: {{http_listen_port: 0}}
positions: {{filename: {folder}/positions.yaml}}
clients:
  - url: {url}
    batchwait: 50ms
    external_labels: {{cluster: "${{CLUSTER:none}}"}}
scrape_configs:
  - job_name: nginx
    static_configs:
      - targets: [localhost]
        labels: {{job: nginx, __path__: {folder}/logs/*.log}}
    relabel_configs:
      - {{source_labels: [job], regex: (.+), target_label: app, replacement: web-$1}}
    pipeline_stages:
      - regex: {{expression: '^(?P<ip>\\S+) (?P<status>\\d+)'}}
      - labels: {{status: }}
      - drop: {{expression: healthz}}
"""

SYSLOG = """
clients: [{{url: {url}, batchwait: 50ms}}]
scrape_configs:
  - job_name: net
    syslog:
      listen_address: 127.0.0.1:{port}
      use_incoming_timestamp: true
      labels: {{job: syslog}}
    relabel_configs:
      - {{source_labels: [__syslog_message_hostname], target_label: host}}
      - {{source_labels: [__syslog_message_severity], target_label: level}}
    pipeline_stages:
      - match:
          selector: '{{level="error"}}'
          stages: [static_labels: {{page: "yes"}}]
"""


def imported(folder, text):
    """The River that cfgc makes of it, all of which must be carried over."""
    source, out = folder / "promtail.yaml", folder / "imported.river"
    source.write_text(text)
    done = subprocess.run([BIN / "cfgc", "import", source, "-o", out], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    checked = subprocess.run([BIN / "cfgc", "validate", out], capture_output=True, text=True, timeout=60)
    assert "error" not in checked.stdout, checked.stdout
    return out.read_text()


def test_files_go_on_where_promtail_ended(agent, receiver, tmp_path):
    (tmp_path / "logs").mkdir()
    log = tmp_path / "logs" / "access.log"
    sent_before = "192.0.2.1 200 /sent-by-promtail\n"
    log.write_text(sent_before + "192.0.2.2 404 /missing\n192.0.2.3 200 /healthz\n")
    (tmp_path / "positions.yaml").write_text(f'positions:\n  {log}: "{len(sent_before)}"\n')
    agent(imported(tmp_path, FILES.format(url=receiver.url, folder=tmp_path)), env={"CLUSTER": "c7"})
    entry = receiver.wait_line("/missing")
    assert entry["labels"] == {"job": "nginx", "app": "web-nginx", "status": "404", "filename": str(log),
                               "cluster": "c7"}
    with log.open("a") as more:
        more.write("192.0.2.4 500 /last\n")
    assert receiver.wait_line("/last")["labels"]["status"] == "500"
    assert not [x for x in receiver.lines() if "healthz" in x["line"] or "sent-by" in x["line"]]


def test_syslog(agent, receiver, tmp_path):
    port = free_port()
    agent(imported(tmp_path, SYSLOG.format(url=receiver.url, port=port)))
    subprocess.run(["logger", "--server", "127.0.0.1", "--port", str(port), "--tcp", "--rfc5424", "--octet-count",
                    "--priority", "daemon.err", "disk is full"], check=True, timeout=20)
    entry = receiver.wait_line("disk is full")
    host = entry["labels"].pop("host")
    assert host
    assert entry["labels"] == {"job": "syslog", "level": "error", "page": "yes"}
