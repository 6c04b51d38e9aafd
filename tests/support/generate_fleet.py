#!/usr/bin/env python3
"""Makes an Ansible inventory of N hosts, for benchmarks: generate_fleet.py FOLDER N.

Every host has services, syslog ports, a journal rule, docker discovery and a log file; every tenth
has a group of its own kind. Same N, same files.
"""
import pathlib
import sys

GROUP = """deployment_environment: bench

telemetry:
  backends:
    loki:
      url: http://loki.bench:3100/loki/api/v1/push
"""

HOST = """services:
  - docker
  - web{n}
  - db-{n}
  - queue

web{n}_syslog_port: {web}
db_{n}_syslog_port: {db}
queue_syslog_port: 51499

telemetry:
  docker:
    discovery: true
    migrated: [queue]
  journal:
    relabel:
      - unit: web{n}.service
        labels:
          service: web
  files:
    - paths: [/var/log/web{n}/*.log]
      labels:
        job: web{n}
"""


def generate(folder, hosts):
    """Writes inventory/, group_vars/ and host_vars/ below an existing folder."""
    for name in ("inventory", "group_vars", "host_vars"):
        (folder / name).mkdir(exist_ok=True)
    lines = ["all:", "  children:", "    bench:", "      hosts:"]
    lines += [f"        host{n:05}:" for n in range(hosts)]
    lines += ["    tenth:", "      hosts:"]
    lines += [f"        host{n:05}:" for n in range(0, hosts, 10)]
    (folder / "inventory" / "hosts.yml").write_text("\n".join(lines) + "\n")
    (folder / "group_vars" / "bench.yml").write_text(GROUP)
    (folder / "group_vars" / "tenth.yml").write_text("syslog_format: rfc5424\n")
    for n in range(hosts):
        text = HOST.format(n=n, web=51400 + n % 40, db=51450 + n % 40)
        (folder / "host_vars" / f"host{n:05}.yml").write_text(text)


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    generate(target, int(sys.argv[2]))
