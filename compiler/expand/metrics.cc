#include <algorithm>
#include <set>

#include "base/text.h"
#include "compiler/expand/expand.h"
#include "river/schema/text.h"

/// fleet.metrics: what the agent measures itself, in one scrape, and a scrape for each job of other
/// targets.
namespace compiler::expand {

namespace ast = river::ast;

namespace {

/// Collectors whose values are an unprivileged container's own; all others show the machine below.
constexpr std::string_view kOwnCollectors[] = {
    "arp",      "conntrack", "cpu",     "diskstats",  "filesystem", "loadavg",   "meminfo",
    "netclass", "netdev",    "netstat", "os",         "pressure",   "processes", "sockstat",
    "tcpstat",  "textfile",  "time",    "udp_queues", "uname"};
/// The labels of containers that name their service; others would be labels of every series.
constexpr std::string_view kContainerLabels[] = {"com.docker.compose.project",
                                                 "com.docker.compose.service"};
constexpr std::string_view kDefaultTimeout = "10s";

template <class Texts>
ast::Expr* text_list(const river::Builder& build, const Texts& texts) {
  river::Builder::Items items;
  for (const std::string_view text : texts) items.push_back(build.string(text));
  return build.list(items);
}

/// The place that asked for it, else that of the block.
river::Builder at(const Expansion& to, const host::Switch& one) {
  return one.given() ? to.build.at(one.span) : to.build;
}

ast::Statement* unix_exporter(const Expansion& to) {
  const host::MetricsModel& metrics = to.host.metrics;
  const river::Builder build = at(to, metrics.host);
  Statements arguments;
  if (metrics.container.is_on) {
    const river::Builder own = at(to, metrics.container);
    arguments.push_back(own.attribute("set_collectors", text_list(own, kOwnCollectors)));
    build.comment_above(*arguments.back(),
                        "what is the container's own, from " + to.place(metrics.container.span));
  }
  return build.block("prometheus.exporter.unix", to.label(), arguments);
}

/// Each program is a group. Threads and proportional memory are left out: series by the thousand,
/// and most of what a scrape costs the kernel.
ast::Statement* process_exporter(const Expansion& to) {
  const host::MetricsModel& metrics = to.host.metrics;
  const river::Builder build = at(to, metrics.processes);
  Statements matcher = {build.attribute("name", build.string("{{.Comm}}"))};
  if (metrics.process_names.empty()) {
    matcher.push_back(build.attribute("cmdline", build.list({build.string(".+")})));
    build.comment_above(*matcher.back(), "all but threads of the kernel");
  } else {
    river::Builder::Items names;
    for (const host::Text& name : metrics.process_names) names.push_back(to.text(name));
    matcher.push_back(build.attribute("comm", build.list(names)));
  }
  return build.block(
      "prometheus.exporter.process", to.label(),
      {build.attribute("track_threads", build.boolean(false)),
       build.attribute("gather_smaps", build.boolean(false)), build.block("matcher", "", matcher)});
}

ast::Statement* container_exporter(const Expansion& to) {
  const river::Builder build = at(to, to.host.metrics.containers);
  return build.block(
      "prometheus.exporter.cadvisor", to.label(),
      {build.attribute("docker_host", to.docker_socket()),
       build.attribute("docker_only", build.boolean(true)),
       build.attribute("store_container_labels", build.boolean(false)),
       build.attribute("allowlisted_container_labels", text_list(build, kContainerLabels))});
}

/// interval and timeout; the default of the timeout must not be above the interval.
void add_times(const Expansion& to, const host::Text& interval, const host::Text& timeout,
               Statements& scrape) {
  to.add_given("scrape_interval", interval, scrape);
  to.add_given("scrape_timeout", timeout, scrape);
  if (timeout.given() || !interval.given()) return;
  const auto every = river::schema::parse_duration(interval.value);
  if (every && *every < *river::schema::parse_duration(kDefaultTimeout))
    scrape.push_back(to.build.at(interval.span).attribute("scrape_timeout", to.text(interval)));
}

ast::Statement* label_rule(const Expansion& to, std::string_view label, const host::Text& value) {
  return to.build.block("rule", "",
                        {to.build.attribute("target_label", to.build.string(label)),
                         to.build.attribute("replacement", to.text(value))});
}

/// `instance` of an exporter is the machine's name, which need not be the inventory's.
ast::Statement* host_labels(const Expansion& to) {
  Statements rules = {to.forward_to(kMetricsBackend), label_rule(to, "instance", to.host.hostname)};
  if (to.host.environment.given())
    rules.push_back(label_rule(to, "environment", to.host.environment));
  return to.build.block("prometheus.relabel", to.label(), rules);
}

void expand_own(const Expansion& to, Statements& out) {
  const size_t before = out.size();
  if (to.host.measures_host()) out.push_back(unix_exporter(to));
  if (to.host.measures_processes()) out.push_back(process_exporter(to));
  if (to.host.measures_containers()) out.push_back(container_exporter(to));
  if (out.size() == before) return;
  river::Builder::Items targets;
  for (size_t i = before; i < out.size(); ++i)
    targets.push_back(to.build.reference(fmt::format("{}.{}.targets", out[i]->name, to.label())));
  const host::Backend& backend = to.host.metrics.remote_write;
  to.build.comment_above(
      *out[before], "host metrics, from " + to.place(backend.given() ? backend.span : to.span()));
  Statements scrape = {
      to.build.attribute("targets",
                         targets.size() == 1 ? targets[0] : to.build.call("array.concat", targets)),
      to.build.attribute("forward_to", to.build.list({to.build.reference(fmt::format(
                                           "prometheus.relabel.{}.receiver", to.label()))})),
      to.build.attribute("job_name", to.build.string(to.host.name))};
  add_times(to, to.host.metrics.interval, {}, scrape);
  out.push_back(to.build.block("prometheus.scrape", to.label(), scrape));
  out.push_back(host_labels(to));
}

/// localhost:8000 of every host would be one instance: the host's name takes the place.
std::string instance_of(std::string_view target, std::string_view hostname) {
  const size_t colon = target.rfind(':');
  const std::string_view name = target.substr(0, colon);
  const bool is_local = name == "localhost" || name.starts_with("127.") || name == "[::1]";
  return is_local ? fmt::format("{}{}", hostname, target.substr(colon)) : std::string(target);
}

ast::Expr* scrape_target(const Expansion& to, const host::ScrapeModel& model,
                         const host::Text& target) {
  const river::Builder build = to.build.at(target.span);
  river::Builder::Fields labels = {
      {"__address__", to.text(target)},
      {"instance", build.string(instance_of(target.value, to.host.hostname.value))}};
  const auto given = [&](std::string_view name) {
    return std::any_of(model.labels.begin(), model.labels.end(),
                       [&](const host::Label& label) { return label.name == name; });
  };
  if (given("instance")) labels.pop_back();
  for (const host::Label& label : model.labels)
    labels.emplace_back(label.name, to.text(label.value));
  if (!given("environment") && to.host.environment.given())
    labels.emplace_back("environment", to.text(to.host.environment));
  return build.object(labels, river::Layout::one_per_line);
}

/// The job's name as a part of a label: letters, digits and _.
std::string label_part(std::string_view job) {
  std::string part(job);
  std::replace_if(
      part.begin(), part.end(), [](char c) { return !base::is_letter(c) && !base::is_digit(c); },
      '_');
  return part;
}

ast::Statement* scrape_of(const Expansion& to, const host::ScrapeModel& model,
                          const std::string& label) {
  const river::Builder build = to.build.at(model.span);
  river::Builder::Items targets;
  for (const host::Text& target : model.targets)
    targets.push_back(scrape_target(to, model, target));
  Statements scrape = {build.attribute("targets", build.list(targets, river::Layout::one_per_line)),
                       to.forward_to(kMetricsBackend),
                       build.attribute("job_name", to.text(model.job))};
  to.add_given("metrics_path", model.path, scrape);
  to.add_given("scheme", model.scheme, scrape);
  add_times(to, model.interval, model.timeout, scrape);
  ast::Statement* block = build.block("prometheus.scrape", label, scrape);
  build.comment_above(*block, fmt::format("{}, from {}", model.job.value, to.place(model.span)));
  return block;
}

}  // namespace

void expand_metrics(const Expansion& to, Statements& out) {
  expand_own(to, out);
  std::set<std::string> used;  // Two scrapes may be of one job.
  for (const host::ScrapeModel& model : to.host.metrics.scrape) {
    const std::string first = fmt::format("{}_{}", to.label(), label_part(model.job.value));
    std::string label = first;
    for (int number = 2; !used.insert(label).second; ++number)
      label = fmt::format("{}_{}", first, number);
    out.push_back(scrape_of(to, model, label));
  }
}

}  // namespace compiler::expand
