#include "compiler/migrate/streams/family.h"

#include <fmt/format.h>

#include "base/ensure.h"
#include "river/value.h"

namespace compiler::migrate::streams {

namespace {

constexpr size_t kShownMax = 4;

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

}  // namespace

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
    shown.push_back(fmt::format("{}={}", label, text_of(values)));
  return fmt::format("{{{}}}", fmt::join(shown, ", "));
}

}  // namespace compiler::migrate::streams
