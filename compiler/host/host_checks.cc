#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/text.h"
#include "compiler/host/host.h"

namespace compiler::host {

using river::diag::Diagnostics;

namespace {

/// A day of the calendar, YYYY-MM-DD.
bool is_day(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.size() != kShape.size()) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (kShape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != '-') return false;
  const auto number = [&](size_t at, size_t digits) {
    unsigned value = 0;
    std::from_chars(&text[at], &text[at] + digits, value);
    return value;
  };
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(number(0, 4))),
                                     std::chrono::month(number(5, 2)),
                                     std::chrono::day(number(8, 2)))
      .ok();
}

bool matches_everything(std::string_view regex) {
  constexpr std::string_view kAll[] = {".*", ".+", "(.*)", "(.+)"};
  return std::find(std::begin(kAll), std::end(kAll), regex) != std::end(kAll);
}

/// A dot that is not escaped, repeated or in brackets: meant as a dot, matches anything.
bool has_bare_dot(std::string_view regex) {
  bool in_class = false;
  for (size_t i = 0; i < regex.size(); ++i) {
    if (regex[i] == '\\') {
      ++i;
      continue;
    }
    if (regex[i] == '[') in_class = true;
    if (regex[i] == ']') in_class = false;
    const char next = i + 1 < regex.size() ? regex[i + 1] : '\0';
    const bool repeats =
        next != '\0' && std::string_view("*+?{").find(next) != std::string_view::npos;
    if (regex[i] == '.' && !in_class && !repeats) return true;
  }
  return false;
}

/// The name of a unit, or a regex for such names, that can end in .service, .timer and so on: a
/// text without any dot cannot, unless its regex matches one.
bool may_have_suffix(std::string_view pattern) {
  const auto opened = std::count(pattern.begin(), pattern.end(), '(');
  if (opened != std::count(pattern.begin(), pattern.end(), ')')) return true;  // No regex at all.
  const auto is_plain = [](char c) {
    return base::is_letter(c) || base::is_digit(c) ||
           std::string_view("_-@:|()").find(c) != std::string_view::npos;
  };
  return !std::all_of(pattern.begin(), pattern.end(), is_plain);
}

/// The suffix of a kind of unit.
bool is_kind(std::string_view suffix) {
  constexpr std::string_view kKinds[] = {"service",   "socket", "device", "mount",
                                         "automount", "swap",   "target", "path",
                                         "timer",     "slice",  "scope"};
  return std::find(std::begin(kKinds), std::end(kKinds), suffix) != std::end(kKinds);
}

/// systemd.unit(5): letters, digits, ":_.-@\\", and a suffix for the kind of unit.
bool may_be_unit(std::string_view name) {
  const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) {
    return base::is_letter(c) || base::is_digit(c) ||
           std::string_view(":_.-@\\").find(c) != std::string_view::npos;
  });
  const size_t dot = name.rfind('.');
  return is_plain && dot != name.npos && is_kind(name.substr(dot + 1));
}

/// Whether a regex ends in a suffix that no unit has: "kairos\\.servce".
bool ends_in_no_kind(std::string_view regex) {
  const bool ignores_case = regex.starts_with("(?i)");
  const size_t dot = regex.rfind("\\.");
  if (dot == regex.npos) return false;
  const std::string suffix(regex.substr(dot + 2));
  const bool is_plain =
      !suffix.empty() && std::all_of(suffix.begin(), suffix.end(), base::is_letter);
  return is_plain && !is_kind(ignores_case ? base::to_lower(suffix) : suffix);
}

std::string unit_help(const JournalRule& rule) {
  const bool is_pattern = rule.pattern.value.find_first_of("*?[") != std::string_view::npos;
  if (rule.match == JournalMatch::unit && is_pattern)
    return R"(a unit is named exactly; unit_regex takes a pattern, such as "kairos-.*\\.service")";
  return "it ends in .service, .socket, .timer, .mount and so on, in lower case";
}

std::string with_suffix(const JournalRule& rule) {
  const std::string_view pattern = rule.pattern.value;
  if (rule.match == JournalMatch::unit) return fmt::format("{}.service", pattern);
  const bool has_choice = pattern.find('|') != pattern.npos;
  return fmt::format("{}\\.service",
                     has_choice ? fmt::format("({})", pattern) : std::string(pattern));
}

void check_ports(const Host& host, const BuildOptions& options, Diagnostics& diagnostics) {
  for (size_t i = 1; i < host.syslog_ports.size(); ++i) {
    const SyslogPort& first = host.syslog_ports[i - 1];
    const SyslogPort& second = host.syslog_ports[i];
    if (first.port != second.port) continue;
    diagnostics
        .error("F022", second.port_span, "{} and {} have the same syslog port {}", second.service,
               first.service, second.port)
        .note(first.port_span,
              fmt::format("{} has it here{}", first.service, first.migrated ? ", reserved" : ""))
        .with_help("give each service a different port");
  }
  for (const Text& service : host.docker.migrated)
    if (!service.value.empty() && !host.has_service(service.value) && !options.partial)
      diagnostics.warning("F024", service.span, "\"{}\" is not in services", service.value);
}

void check_journal(const Host& host, Diagnostics& diagnostics) {
  const JournalRule* catch_all = nullptr;
  for (const JournalRule& rule : host.journal.rules) {
    if (catch_all != nullptr)
      diagnostics
          .error("C077", catch_all->pattern.span,
                 "this rule matches every unit but is not the last one")
          .note(rule.span, "this rule comes later")
          .with_help("move the catch-all rule to the end");
    catch_all = nullptr;
    if (rule.match != JournalMatch::identifier && !may_have_suffix(rule.pattern.value))
      diagnostics
          .warning("F033", rule.pattern.span, "no unit is called \"{}\": the rule never matches",
                   rule.pattern.value)
          .with_help("the name of a unit has a suffix: " + with_suffix(rule));
    else if (rule.match == JournalMatch::unit
                 ? !may_be_unit(rule.pattern.value)
                 : rule.match == JournalMatch::unit_regex && ends_in_no_kind(rule.pattern.value))
      diagnostics
          .warning("F033", rule.pattern.span, "no unit is called \"{}\": the rule never matches",
                   rule.pattern.value)
          .with_help(unit_help(rule));
    if (rule.match != JournalMatch::unit_regex) continue;
    if (matches_everything(rule.pattern.value))
      catch_all = &rule;
    else if (has_bare_dot(rule.pattern.value))
      diagnostics.error("C076", rule.pattern.span, "a dot in this unit regex matches any character")
          .with_help("write \\. for a dot, .* for anything, or give the name as unit:");
  }
}

void check_docker(const Host& host, const BuildOptions& options, Diagnostics& diagnostics) {
  const auto need_docker = [&](bool is_wanted, river::diag::Span place, std::string_view key) {
    if (!is_wanted || host.has_service("docker") || options.partial) return;
    auto& problem = diagnostics.error("F040", place, "docker is not in this host's services");
    if (host.services_span.known()) problem.note(host.services_span, "services are listed here");
    problem.with_help(fmt::format("add docker to services, or set {} to false", key));
  };
  need_docker(host.docker.discovery, host.docker.span, "discovery");
  need_docker(host.metrics.containers.is_on, host.metrics.containers.span, "containers");
  for (const Label& label : host.docker.dual_labels) {
    const bool has_moved =
        std::any_of(host.docker.migrated.begin(), host.docker.migrated.end(),
                    [&](const Text& service) { return service.value == label.name; });
    if (!has_moved)
      diagnostics
          .warning("F041", label.name_span, "\"{}\" is not among the migrated services", label.name)
          .with_help(
              "its listener sets the job label already: add it to migrated, or remove it here");
    if (!is_day(label.value.value))
      diagnostics.error("F042", label.value.span, "\"{}\" is not a day such as 2026-12-05",
                        label.value.value);
    else if (label.value.value < options.today)
      diagnostics
          .warning("F043", label.value.span, "the last day of \"{}\" is past: {}", label.name,
                   label.value.value)
          .with_help("remove it here, or choose a later day; cfgc migrate cleanup does the first");
  }
}

}  // namespace

void check_values(const Host& host, const BuildOptions& options, Diagnostics& diagnostics) {
  check_ports(host, options, diagnostics);
  check_journal(host, diagnostics);
  check_docker(host, options, diagnostics);
}

}  // namespace compiler::host
