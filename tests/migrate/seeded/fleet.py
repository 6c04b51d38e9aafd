"""The seeded fleet: an inventory, compose files, and every line it logs before and after the move.

The label sets are written down here from the documented scheme, not asked from cfgc.
"""
import dataclasses
import json
import re

GROUP_ALL = "syslog_format: rfc3164\n"
GROUP = """deployment_environment: {environment}

telemetry:
  hostname: "{{{{ inventory_hostname }}}}.lab"
  backends:
    loki:
      url: http://loki.lab:3100/loki/api/v1/push
"""

# Every origin logs the same four lines, so a line filter or a parser never decides a verdict alone.
LINES = (
    'level=info msg="ready" status=200 duration_ms=12',
    'level=error msg="timeout talking to upstream" status=503 duration_ms=2100',
    json.dumps({"level": "info", "msg": "request", "status": 200, "duration_ms": 7}),
    json.dumps({"level": "error", "msg": "timeout", "status": 500, "duration_ms": 950}),
)

# Of hosts with `levels`: the level of a line becomes a label of its stream.
LEVEL = r'level"?[=:] ?"?(?P<level>[a-z]+)'
TEMPLATE = """fleet.journal "systemd" { }

fleet.syslog "services" { }

fleet.docker "containers" { }

fleet.files "files" { }

fleet.backends "default" { }
"""
TEMPLATE_OF_LEVELS = TEMPLATE.replace(
    '"services" { }', '"services" { forward_to = [loki.process.levels.receiver] }').replace(
    '"containers" { }', '"containers" { forward_to = [loki.process.levels.receiver] }') + f"""
loki.process "levels" {{
  forward_to = [loki.write.default.receiver]

  stage.regex {{
    expression = `{LEVEL}`
  }}

  stage.labels {{
    values = {{level = ""}}
  }}
}}
"""

# Loki names a stream after the first of these labels that it has.
SERVICE_NAME_SOURCES = ("service", "app", "application", "app_name", "name",
                        "app_kubernetes_io_name", "container", "container_name",
                        "k8s_container_name", "component", "workload", "job", "k8s_job_name")


@dataclasses.dataclass(frozen=True)
class Service:
    """A service with its Compose services. `mechanism`: syslog, transitional, journal or file."""
    name: str
    mechanism: str
    components: tuple = ("app",)


@dataclasses.dataclass(frozen=True)
class Host:
    name: str
    environment: str
    services: tuple
    docker: bool = True      # `docker` is among its services
    discovery: bool = False  # its containers are discovered today
    levels: bool = False     # lines of its services get the label `level`

    @property
    def hostname(self):
        return f"{self.name}.lab"

    def moves(self, service):
        return self.docker and service.mechanism == "syslog"


@dataclasses.dataclass(frozen=True)
class Entry:
    """A line in Loki. `origin` says who wrote it: the same before and after the move."""
    origin: tuple
    labels: dict
    line: str


def s(name, mechanism="syslog", *components):
    return Service(name, mechanism, components or ("app",))


HOSTS = (
    Host("ares", "lab", (s("kairos", "syslog", "app", "worker"), s("ledger", "syslog", "web", "db"),
                         s("quill"), s("web"), s("web-admin", "syslog", "app", "nginx"),
                         s("athena", "transitional", "app", "mcp"), s("daedalus", "transitional"),
                         s("pallas", "journal")), discovery=True),
    Host("boreas", "lab", (s("search", "syslog", "app", "cache"), s("gitea-mcp"), s("queue_runner"),
                           s("mailer", "syslog", "smtp", "ui"), s("registry"))),
    Host("ceres", "lab", (s("mnemosyne", "transitional", "api", "web"), s("orrery", "transitional")),
         discovery=True),
    Host("dione", "lab", (s("search"), s("kairos-old"), s("neo4j"), s("backup")), docker=False),
    Host("eos", "lab", (s("casdoor"), s("haproxy"), s("apache", "file"))),
    Host("fauna", "lab", (s("pallas", "journal"),), docker=False),
    Host("hebe", "staging", (s("ledger", "syslog", "web", "db"), s("quill"),
                             s("athena", "transitional", "app", "mcp")), discovery=True),
    Host("iris", "lab", (s("pixie", "syslog", "app", "worker"), s("quartz"),
                         s("orrery", "transitional")), discovery=True, levels=True),
)


def with_service_name(labels):
    """What Loki stores: a `service_name` is added from the labels that are there."""
    source = next((labels[name] for name in SERVICE_NAME_SOURCES if labels.get(name)), None)
    return labels if source is None else {**labels, "service_name": source}


def label_set(host, service, component, moved, line):
    """The labels of a line of one container, unit or file."""
    labels = labels_of_source(host, service, component, moved)
    if host.levels and service and service.mechanism in ("syslog", "transitional"):
        labels["level"] = re.search(LEVEL, line)["level"]
    return labels


def labels_of_source(host, service, component, moved):
    common = {"hostname": host.hostname, "environment": host.environment}
    if service is None:
        return {"job": "systemd", **common}
    if service.mechanism == "journal":
        return {"job": "systemd", "service": service.name, **common}
    if service.mechanism == "file":
        return {"job": service.name, "filename": f"/var/log/{service.name}/access.log", **common}
    if service.mechanism == "transitional" or (moved and host.moves(service)):
        return {"service": service.name, "component": component,
                "container": f"{service.name}-{component}-1", **common}
    return {"job": service.name, **common}


def entries(moved, hosts=HOSTS):
    """All lines of the fleet, today (moved=False) or after the move."""
    found = []
    for host in hosts:
        for service in (None, *host.services):
            for component in service.components if service else ("journal",):
                origin = (host.name, service.name if service else "", component)
                found += [Entry((*origin, n), with_service_name(label_set(host, service, component, moved, line)),
                                line) for n, line in enumerate(LINES)]
    return found


def host_vars(host, first_port):
    """The host's YAML, in the words of docs/cfgc.md."""
    lines = ["services:", "  - alloy"] + (["  - docker"] if host.docker else [])
    lines += [f"  - {service.name}" for service in host.services] + [""]
    port = first_port
    for service in host.services:
        if service.mechanism in ("syslog", "transitional"):
            lines.append(f"{service.name.replace('-', '_')}_syslog_port: {port}")
            port += 1
    by_mechanism = {}
    for service in host.services:
        by_mechanism.setdefault(service.mechanism, []).append(service.name)
    telemetry = []
    if host.discovery:
        telemetry += ["  docker:", "    discovery: true"]
        telemetry += [f"    migrated: [{', '.join(by_mechanism.get('transitional', []))}]"]
    for name in by_mechanism.get("journal", []):
        telemetry += ["  journal:", "    relabel:", f"      - unit: {name}.service",
                      "        labels:", f"          service: {name}"]
    for name in by_mechanism.get("file", []):
        telemetry += ["  files:", f"    - paths: [/var/log/{name}/access.log]",
                      "      labels:", f"        job: {name}"]
    return "\n".join(lines + (["", "telemetry:"] + telemetry if telemetry else [])) + "\n"


def compose_file(service):
    lines = [f"name: {service.name}", "services:"]
    for component in service.components:
        lines += [f"  {component}:", f"    image: registry.lab/{service.name}/{component}:1"]
    return "\n".join(lines) + "\n"


def write(folder, hosts=HOSTS):
    """inventory/, group_vars/, host_vars/, templates/ and compose/ below `folder`."""
    for name in ("inventory", "group_vars", "host_vars", "templates"):
        (folder / name).mkdir(parents=True)
    (folder / "templates" / "default.river").write_text(TEMPLATE)
    for host in hosts:
        if host.levels:
            (folder / "templates" / f"{host.name}.river").write_text(TEMPLATE_OF_LEVELS)
    environments = sorted({host.environment for host in hosts})
    lines = ["all:", "  children:"]
    for environment in environments:
        lines += [f"    {environment}:", "      hosts:"]
        lines += [f"        {host.name}:" for host in hosts if host.environment == environment]
        text = GROUP.format(environment=environment)
        (folder / "group_vars" / f"{environment}.yml").write_text(text)
    (folder / "inventory" / "hosts.yml").write_text("\n".join(lines) + "\n")
    (folder / "group_vars" / "all.yml").write_text(GROUP_ALL)
    for number, host in enumerate(hosts):
        text = host_vars(host, 51400 + 10 * number)
        (folder / "host_vars" / f"{host.name}.yml").write_text(text)
        for service in host.services:
            if service.mechanism in ("syslog", "transitional"):
                project = folder / "compose" / service.name
                project.mkdir(parents=True, exist_ok=True)
                (project / "docker-compose.yml").write_text(compose_file(service))
