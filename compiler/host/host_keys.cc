#include "compiler/host/host_schema.h"

/// The variables of a host that cfgc reads, as one table.
namespace compiler::host {

namespace {

constexpr Key text(std::string_view name, std::string_view doc) {
  return {name, KeyType::text, doc};
}

constexpr std::string_view kSyslogFormats[] = {"rfc3164", "rfc5424"};

constexpr Key kSyslogKeys[] = {
    {"port_range", KeyType::port_range, "First and last port that <service>_syslog_port may use."},
    {"format",
     KeyType::text,
     "Wins over syslog_format, for inventories where that means something else.",
     {},
     false,
     kSyslogFormats},
};

constexpr Key kJournalRuleKeys[] = {
    text("unit", "Name of a systemd unit, such as alloy.service."),
    text("unit_regex", "RE2 regex for the whole name of a unit; escape its dots."),
    text("identifier", "Syslog identifier of a program."),
    {"labels", KeyType::text_map, "Labels that matching lines get.", {}, true},
};

constexpr Key kJournalKeys[] = {
    {"relabel", KeyType::map_list,
     "Rules, applied in order; when several set the same label, the last one wins.",
     kJournalRuleKeys},
    text("matches", "Read only matching entries: FIELD=value, separated by spaces."),
    text("max_age", "How far back to read at the first start, such as 12h; default: 7h."),
    text("path", "Folder of journal files; default: the machine's journal."),
};

constexpr Key kDockerKeys[] = {
    {"discovery", KeyType::boolean,
     "Collect the output of all containers through the Docker socket."},
    {"migrated", KeyType::text_list,
     "Services that moved from a syslog listener to discovery; their ports stay reserved."},
    {"dual_labels", KeyType::text_map,
     "Migrated services that keep the job label of their listener, each with the last day on "
     "which it is needed: {kairos: 2026-12-05}."},
    text("host", "Docker's socket; default: unix:///var/run/docker.sock."),
    text("refresh_interval", "How often to look for new containers; default: 30s."),
};

constexpr Key kFilesKeys[] = {
    {"paths", KeyType::text_list, "Files or globs to follow.", {}, true},
    text("exclude", "Glob of files to leave out."),
    {"labels", KeyType::text_map, "Labels of the lines."},
};

constexpr Key kBasicAuthKeys[] = {
    text("username", "User name."),
    {"username_env", KeyType::variable,
     "Environment variable of the agent that holds the user name."},
    {"password_env", KeyType::variable,
     "Environment variable of the agent that holds the password."},
    text("password_file", "File on the host that holds the password."),
    {"password", KeyType::secret,
     "A !vault value. It is not written out: the agent reads LOKI_PASSWORD (of remote_write: "
     "PROMETHEUS_PASSWORD) from its environment."},
};

constexpr Key kLokiKeys[] = {
    text("url", "Where to push; default: LOKI_URL in the agent's environment."),
    text("tenant", "Tenant, sent as X-Scope-OrgID."),
    {"basic_auth", KeyType::map, "User name and password.", kBasicAuthKeys},
    {"bearer_token_env", KeyType::variable,
     "Environment variable of the agent that holds a bearer token."},
    {"external_labels", KeyType::text_map, "Labels added to lines that lack them."},
};

constexpr Key kRemoteWriteKeys[] = {
    text("url", "Where to write to; default: PROMETHEUS_URL in the agent's environment."),
    text("tenant", "Tenant, sent as X-Scope-OrgID."),
    {"basic_auth", KeyType::map, "User name and password.", kBasicAuthKeys},
    {"bearer_token_env", KeyType::variable,
     "Environment variable of the agent that holds a bearer token."},
    {"external_labels", KeyType::text_map, "Labels added to samples that lack them."},
};

constexpr std::string_view kSchemes[] = {"http", "https"};

constexpr Key kScrapeKeys[] = {
    {"job", KeyType::text, "Value of the job label.", {}, true},
    {"targets", KeyType::text_list, "What to scrape: localhost:8000.", {}, true},
    text("path", "Path of the metrics; default: /metrics."),
    {"scheme", KeyType::text, "http, the default, or https.", {}, false, kSchemes},
    text("interval", "How often; default: 1m."),
    text("timeout", "Of one scrape; default: 10s, or the interval where that is shorter."),
    {"labels", KeyType::text_map, "Labels of the samples."},
};

constexpr Key kMetricsKeys[] = {
    {"host", KeyType::boolean,
     "Metrics of the host; default: true where remote_write is given and docker is in services."},
    {"container", KeyType::boolean,
     "The host is an unprivileged container (Incus, LXC): metrics that are its own alone."},
    {"processes", KeyType::switch_or_list,
     "Metrics of processes: of all, a group for each program, or of the programs in the list; "
     "default: as for host."},
    {"containers", KeyType::boolean, "Metrics of containers; default: as for host."},
    text("interval", "How often host, processes and containers are measured; default: 1m."),
    {"scrape", KeyType::map_list, "Targets that expose metrics.", kScrapeKeys},
    {"remote_write", KeyType::map, "Where metrics go.", kRemoteWriteKeys},
};

constexpr Key kBackendsKeys[] = {
    {"loki", KeyType::map, "Where logs go.", kLokiKeys},
};

constexpr Key kTelemetryKeys[] = {
    text("hostname", "Value of the hostname label; default: the inventory's name."),
    text("environment",
         "Wins over deployment_environment, for inventories where that means something else."),
    {"services", KeyType::text_list,
     "Wins over services, for inventories where that means something else."},
    {"syslog", KeyType::map, "Syslog listeners.", kSyslogKeys},
    {"journal", KeyType::map, "The systemd journal.", kJournalKeys},
    {"docker", KeyType::map, "Containers.", kDockerKeys},
    {"files", KeyType::map_list, "Log files.", kFilesKeys},
    {"metrics", KeyType::map, "Metrics: what is measured, and where it goes.", kMetricsKeys},
    {"profiling", KeyType::boolean,
     "Whether the agent may take profiles: deploy.yml gives it the capabilities."},
    {"backends", KeyType::map, "Destinations.", kBackendsKeys},
};

constexpr Key kHostKeys[] = {
    {"services",
     KeyType::text_list,
     "Services that run on the host.",
     {},
     false,
     {},
     "telemetry.services"},
    {"deployment_environment",
     KeyType::text,
     "Value of the environment label.",
     {},
     false,
     {},
     "telemetry.environment"},
    {"syslog_format",
     KeyType::text,
     "Format of the services' syslog; default: rfc3164.",
     {},
     false,
     kSyslogFormats,
     "telemetry.syslog.format"},
    {"telemetry", KeyType::map, "What cfgc collects and where it goes.", kTelemetryKeys},
};

}  // namespace

std::span<const Key> host_keys() {
  return kHostKeys;
}

}  // namespace compiler::host
