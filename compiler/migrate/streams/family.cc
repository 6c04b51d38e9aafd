#include "compiler/migrate/streams/family.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "base/ensure.h"
#include "river/value.h"

namespace compiler::migrate::streams {

namespace {

constexpr size_t kShownMax = 4;
constexpr size_t kHostsShownMax = 6;

std::string text_of(const OpenValue& value) {
  std::string text;
  for (size_t i = 0; i < value.literals.size(); ++i) text += (i > 0 ? "…" : "") + value.literals[i];
  return river::quote(text);
}

/// `"a"`, `"a"|"b"`, `"a"|nothing`; of many values the first few and how many more there are.
std::string text_of(const Values& values) {
  std::vector<std::string> all;
  bool may_be_absent = false;
  for (const std::string& exact : values.exact) {
    if (exact.empty())
      may_be_absent = true;
    else
      all.push_back(river::quote(exact));
  }
  for (const OpenValue& open : values.open) all.push_back(text_of(open));
  if (all.size() > kShownMax) {
    const size_t more = all.size() - kShownMax + 1;
    all.resize(kShownMax - 1);
    all.push_back(fmt::format("{} more", more));
  }
  if (may_be_absent) all.emplace_back("nothing");
  return fmt::format("{}", fmt::join(all, "|"));
}

/// The first few, and how many more there are.
std::string few_hosts(const std::vector<std::string>& names) {
  if (names.size() == 1) return names[0];
  const size_t shown = std::min(names.size() - 1, kHostsShownMax);
  const size_t rest = names.size() - shown;
  const std::string first = fmt::format("{}", fmt::join(std::span(names).first(shown), ", "));
  return rest == 1 ? fmt::format("{} and {}", first, names.back())
                   : fmt::format("{} and {} more hosts", first, rest);
}

std::string shown_name(const MissingHost& missing) {
  return missing.host.empty() ? "some hosts" : missing.host;
}

}  // namespace

std::string names_of_missing(const Mapping& mapping) {
  std::vector<std::string> names;
  for (const MissingHost& one : mapping.missing) names.push_back(shown_name(one));
  return names.empty() ? std::string() : few_hosts(names);
}

std::vector<std::string> missing_sentences(const Mapping& mapping) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const MissingHost& one : mapping.missing) by_reason[one.why].push_back(shown_name(one));
  std::vector<std::string> sentences;
  for (const auto& [why, names] : by_reason)
    sentences.push_back(fmt::format(
        "the streams of {} are missing here because of {}: no verdict that may depend on them is "
        "certain",
        few_hosts(names), why));
  return sentences;
}

std::string_view name(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::none:
      return "none";
    case Mechanism::syslog:
      return "syslog";
    case Mechanism::transitional:
      return "transitional";
    case Mechanism::docker:
      return "docker";
    case Mechanism::journal:
      return "journal";
    case Mechanism::file:
      return "file";
    case Mechanism::foreign:
      return "foreign";
  }
  ENSURE(false);
  return {};
}

std::string StreamFamily::text() const {
  std::vector<std::string> shown;
  for (const auto& [label, values] : labels)
    if (label != kServiceName || !assumes_service_name)
      shown.push_back(fmt::format("{}={}", label, text_of(values)));
  return fmt::format("{{{}}}", fmt::join(shown, ", "));
}

void discover_service_name(std::vector<StreamFamily>& families) {
  for (StreamFamily& family : families) family.assumes_service_name = false;
}

void discover_service_name(Mapping& mapping) {
  for (Change& change : mapping.changes) {
    discover_service_name(change.before);
    discover_service_name(change.after);
  }
  discover_service_name(mapping.unchanged);
}

std::vector<StreamFamily> of_service(const std::vector<StreamFamily>& families,
                                     std::string_view service) {
  std::vector<StreamFamily> out;
  std::copy_if(families.begin(), families.end(), std::back_inserter(out),
               [&](const StreamFamily& family) { return family.service == service; });
  return out;
}

}  // namespace compiler::migrate::streams
