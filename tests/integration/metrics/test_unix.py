"""prometheus.exporter.unix beside Debian's node_exporter 1.5 on this host.

Families, types, help and label sets are equal but for what is listed here. Values are read ours, theirs, ours:
theirs lies between, or within 5 % of ours.
"""
import pathlib
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from exposition import Peer, scrape  # noqa: E402

CONFIG = """
prometheus.exporter.unix "host" {
	enable_collectors = ["cgroups", "interrupts", "sysctl", "tcpstat"]

	cpu {
		guest = true
		info  = true
	}

	filesystem {
		mount_points_exclude = "^/(dev|proc|run/credentials/.+|sys|mnt|media|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)"
	}

	netdev {
		device_exclude = "^lo$"
	}

	sysctl {
		include = ["kernel.pid_max"]
	}
}
"""
NODE_EXPORTER = ["prometheus-node-exporter", "--collector.processes", "--collector.tcpstat", "--collector.interrupts",
                 "--collector.cgroups", "--collector.sysctl", "--collector.sysctl.include=kernel.pid_max",
                 "--collector.cpu.info", "--no-collector.systemd"]
# Newer than 1.5, or by netlink there.
ONLY_OURS = {"node_softnet_backlog_len", "node_softnet_cpu_collision_total", "node_softnet_flow_limit_count_total",
             "node_softnet_received_rps_total", "node_cpu_isolated", "node_selinux_config_mode"}
ONLY_THEIRS = {"node_network_receive_nohandler_total"}
# What each says of itself, and what has another label since 1.5 (adminstate).
OF_ITSELF = {"node_exporter_build_info", "node_scrape_collector_duration_seconds", "node_scrape_collector_success"}
OTHER_LABELS = {"node_network_info"}
# Changes by itself between two reads that are microseconds apart, or by the reading.
MOVES = ("node_load", "node_procs_", "node_processes_", "node_entropy_", "node_sockstat_", "node_tcp_",
         "node_memory_", "node_filefd_", "node_time_seconds", "node_timex_", "node_disk_io_now", "node_pressure_",
         "node_nf_conntrack_entries", "node_udp_queues", "node_filesystem_", "node_arp_entries")


@pytest.fixture(scope="module")
def scrapes(tmp_path_factory):
    from programs import Agent
    if not shutil.which(NODE_EXPORTER[0]):
        pytest.fail("prometheus-node-exporter is not installed: scripts/setup test")
    agent = Agent(tmp_path_factory.mktemp("unix"), CONFIG).start()
    ours = f"http://127.0.0.1:{agent.port}/api/v0/component/prometheus.exporter.unix.host/metrics"
    try:
        with Peer(NODE_EXPORTER, "--web.listen-address=") as peer:
            scrape(peer.url)
            yield scrape(ours), scrape(peer.url), scrape(ours)
    finally:
        agent.kill()


def shared_families(ours, theirs):
    return {name for name in set(ours.types) & set(theirs.types) if name.startswith("node_")} - OF_ITSELF


def test_families(scrapes):
    ours, theirs, _ = scrapes
    theirs = {name for name in theirs.types if name.startswith("node_")}
    assert set(ours.types) - theirs - ONLY_OURS == set()
    assert theirs - set(ours.types) - ONLY_THEIRS == set()


def test_types_and_help(scrapes):
    ours, theirs, _ = scrapes
    for name in shared_families(ours, theirs):
        assert (name, ours.types[name]) == (name, theirs.types[name])
        assert (name, ours.help[name]) == (name, theirs.help[name])


def test_label_sets(scrapes):
    ours, theirs, _ = scrapes
    for name in shared_families(ours, theirs) - OTHER_LABELS:
        if name in ("node_processes_state", "node_processes_threads_state", "node_tcp_connection_states"):
            continue  # A state that nobody is in has no sample.
        assert (name, ours.label_sets(name)) == (name, theirs.label_sets(name))


def test_values(scrapes):
    before, theirs, after = scrapes
    wrong = []
    for key, value in theirs.samples.items():
        if key[0] not in shared_families(before, theirs) or key[0].startswith(MOVES) or key not in after.samples:
            continue
        low, high = sorted((before.samples.get(key, 0), after.samples[key]))
        if not (low <= value <= high or abs(value - high) <= 0.05 * abs(high)):
            wrong.append((key, low, value, high))
    assert not wrong


def test_each_says_the_same_of_its_collectors(scrapes):
    ours, theirs, _ = scrapes
    success = "node_scrape_collector_success"
    for labels in ours.label_sets(success) & theirs.label_sets(success):
        assert (labels, ours.samples[success, labels]) == (labels, theirs.samples[success, labels])
