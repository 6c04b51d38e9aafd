"""prometheus.exporter.process beside Debian's process-exporter on this host.

Both watch the same group: processes that the test starts, which sleep. Families, types and label sets are equal, and
so are the values, which do not move while they sleep.
"""
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from exposition import Peer, scrape  # noqa: E402

CONFIG = """
prometheus.exporter.process "host" {
	matcher {
		name    = "sleepers-{{.Matches.seconds}}"
		cmdline = ["^sleep (?P<seconds>98765\\\\d)"]
	}
}
"""
PEER_CONFIG = """
process_names:
  - name: "sleepers-{{.Matches.seconds}}"
    cmdline:
      - '^sleep (?P<seconds>98765\\d)'
"""
# Moved by others: memory that is shared, the reading itself.
MOVES = {"namedprocess_namegroup_memory_bytes", "namedprocess_namegroup_threads_wchan",
         "namedprocess_scrape_errors", "namedprocess_scrape_procread_errors", "namedprocess_scrape_partial_errors"}


def test_same_as_the_peer(agent, tmp_path):
    if not shutil.which("prometheus-process-exporter"):
        pytest.fail("prometheus-process-exporter is not installed: scripts/setup test")
    peer_config = tmp_path / "peer.yml"
    peer_config.write_text(PEER_CONFIG)
    sleepers = [subprocess.Popen(["sleep", f"98765{n}"]) for n in (1, 1, 2)]
    try:
        running = agent(CONFIG)
        url = f"http://127.0.0.1:{running.port}/api/v0/component/prometheus.exporter.process.host/metrics"
        command = ["prometheus-process-exporter", "-config.path", str(peer_config), "-gather-smaps=true"]
        with Peer(command, "-web.listen-address=") as peer:
            ours, theirs = scrape(url), scrape(peer.url)
    finally:
        for sleeper in sleepers:
            sleeper.kill()
            sleeper.wait(10)
    families = {name for name in theirs.types if name.startswith("namedprocess_")}
    assert set(ours.types) == families
    for name in families:
        assert (name, ours.types[name]) == (name, theirs.types[name])
        assert (name, ours.label_sets(name)) == (name, theirs.label_sets(name))
    for key, value in theirs.samples.items():
        if key[0] in families - MOVES:
            assert (key, ours.samples[key]) == (key, pytest.approx(value, abs=1.01 if "start" in key[0] else 0))
