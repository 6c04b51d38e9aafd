#include "compiler/migrate/impact/selection.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "compiler/migrate/impact/judge.h"

using namespace compiler::migrate;
using namespace compiler::migrate::impact;

namespace {

using logql::MatchOp;

streams::StreamFamily family_of(std::map<std::string, std::string> labels) {
  streams::StreamFamily made;
  for (auto& [name, value] : labels) made.labels[name] = streams::Values::of(value);
  return made;
}

streams::Mapping puck() {
  streams::Mapping mapping;
  for (const std::string service : {"kairos", "angelia"}) {
    streams::Change change{.host = "puck", .service = service, .before = {}, .after = {}};
    change.before.push_back(family_of({{"job", service}, {"hostname", "puck"}}));
    for (const std::string component : {"app", "worker"}) {
      auto after =
          family_of({{"service", service}, {"component", component}, {"hostname", "puck"}});
      after.labels["container"] = {{}, {{{service + "-" + component + "-", ""}}}};
      change.after.push_back(after);
    }
    mapping.changes.push_back(change);
  }
  mapping.unchanged.push_back(family_of({{"job", "systemd"}, {"hostname", "puck"}}));
  mapping.unchanged.push_back(family_of({{"job", "systemd"}, {"hostname", "rosalind"}}));
  mapping.unchanged.push_back(
      family_of({{"service", "athena"}, {"component", "app"}, {"hostname", "puck"}}));
  return mapping;
}

TEST_CASE("selection: verdicts") {
  const streams::Mapping mapping = puck();
  const FamilyIndex families(mapping);
  struct Case {
    std::vector<Condition> conditions;
    std::string_view want;
  };
  const Condition on_puck{"hostname", MatchOp::equal, "puck"};
  for (const Case& c : {
           Case{{{"job", MatchOp::equal, "kairos"}}, "EMPTY"},
           Case{{{"job", MatchOp::regex, "kairos|angelia"}}, "EMPTY"},
           Case{{{"job", MatchOp::regex, "kairos|systemd"}}, "NARROWS"},
           Case{{{"job", MatchOp::regex, ".+"}}, "NARROWS"},
           Case{{{"job", MatchOp::equal, "systemd"}}, "SAME"},
           Case{{{"job", MatchOp::equal, "nothing"}}, "SAME"},
           Case{{on_puck}, "SAME"},
           Case{{on_puck, {"job", MatchOp::not_equal, "kairos"}}, "WIDENS"},
           Case{{on_puck, {"job", MatchOp::not_equal, "systemd"}}, "SAME"},
           Case{{on_puck, {"job", MatchOp::equal, ""}}, "WIDENS"},
           Case{{on_puck, {"job", MatchOp::regex, ".*"}}, "SAME"},
           Case{{on_puck, {"job", MatchOp::not_regex, "kairos|angelia"}}, "WIDENS"},
           Case{{on_puck, {"component", MatchOp::not_equal, "worker"}}, "NARROWS"},
           Case{{on_puck, {"component", MatchOp::equal, ""}}, "NARROWS"},
           Case{{on_puck, {"component", MatchOp::regex, ".*"}}, "SAME"},
           Case{{on_puck, {"container", MatchOp::not_equal, "kairos-app-1"}}, "UNKNOWN"},
           Case{{{"service", MatchOp::equal, "kairos"}}, "WIDENS"},
           Case{{{"service", MatchOp::equal, "athena"}}, "SAME"},
           Case{{{"service", MatchOp::regex, ".+"}}, "WIDENS"},
           Case{{{"hostname", MatchOp::equal, "rosalind"}, {"job", MatchOp::not_equal, "kairos"}},
                "SAME"},
       }) {
    const auto reach = families.reach(c.conditions);
    CAPTURE(c.conditions.back().text());
    CHECK(name(verdict_of(select(families, reach, reach))) == c.want);
  }
  const Condition broken[] = {{"job", MatchOp::regex, "("}};
  CHECK(families.reach(broken).error.find("job=~\"(\"") != std::string::npos);
}

/// Labels a, b, c with the values "", x, y, z: few enough to enumerate every stream.
using Stream = std::map<std::string, std::string>;
const std::vector<std::string> kLabelNames = {"a", "b", "c"};
const std::vector<std::string> kTexts = {"", "x", "y", "z"};

bool meets(const Condition& condition, const Stream& stream) {
  const auto& value = stream.at(condition.name);
  switch (condition.op) {
    case MatchOp::equal:
      return value == condition.value;
    case MatchOp::not_equal:
      return value != condition.value;
    case MatchOp::regex:
    case MatchOp::not_regex:
      break;
  }
  bool matches = condition.value == ".*" || (condition.value == ".+" && !value.empty());
  std::string_view rest = condition.value;
  while (!matches && !rest.starts_with('.')) {
    const auto bar = rest.find('|');
    matches = rest.substr(0, bar) == value;
    if (bar == std::string_view::npos) break;
    rest = rest.substr(bar + 1);
  }
  return matches == (condition.op == MatchOp::regex);
}

std::vector<Stream> streams_of(const streams::StreamFamily& family) {
  std::vector<Stream> all = {{}};
  for (const auto& name : kLabelNames) {
    const auto known = family.labels.find(name);
    std::set<std::string> values;
    if (known == family.labels.end()) {
      values.insert("");
    } else {
      values.insert(known->second.exact.begin(), known->second.exact.end());
      if (!known->second.open.empty()) values.insert({"x", "y", "z"});
    }
    std::vector<Stream> longer;
    for (const auto& stream : all) {
      for (const auto& value : values) {
        longer.push_back(stream);
        longer.back()[name] = value;
      }
    }
    all = std::move(longer);
  }
  return all;
}

TEST_CASE("selection: reach is what enumerating all streams finds") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::vector<std::string> regexes = {".*", ".+", "x|y", "|z", "x", ""};
  for (int round = 0; round < 400; ++round) {
    streams::Mapping mapping;
    for (size_t i = random() % 5 + 1; i-- > 0;) {
      streams::StreamFamily made;
      for (const auto& name : kLabelNames) {
        streams::Values values;
        for (const auto& text : kTexts) {
          if (random() % 3 == 0) values.exact.push_back(text);
        }
        if (random() % 6 == 0) values.open.push_back({{"", ""}});
        if (!values.exact.empty() || !values.open.empty()) made.labels[name] = values;
      }
      mapping.unchanged.push_back(made);
    }
    std::vector<Condition> conditions;
    for (size_t i = random() % 4; i-- > 0;) {
      const auto op = static_cast<MatchOp>(random() % 4);
      const bool is_regex = op == MatchOp::regex || op == MatchOp::not_regex;
      conditions.push_back(
          {kLabelNames[random() % kLabelNames.size()], op,
           is_regex ? regexes[random() % regexes.size()] : kTexts[random() % kTexts.size()]});
    }
    const FamilyIndex families(mapping);
    const auto reach = families.reach(conditions);
    for (size_t i = 0; i < families.size(); ++i) {
      size_t matched = 0;
      const auto streams = streams_of(mapping.unchanged[i]);
      for (const auto& stream : streams) {
        bool all = true;
        for (const auto& condition : conditions) all = all && meets(condition, stream);
        matched += all;
      }
      const auto extent = reach.of(i);
      CAPTURE(mapping.unchanged[i].text());
      // What is claimed must be so; with several open values at once it may be left undecided.
      if (extent.all) CHECK(matched == streams.size());
      if (extent.some) CHECK(matched > 0);
      if (!extent.may) CHECK(matched == 0);
      const bool open = mapping.unchanged[i].text().find("…") != std::string::npos;
      if (!open) CHECK(extent.all == (matched == streams.size()));
      if (!open) CHECK(extent.may == (matched > 0));
    }
  }
}

}  // namespace
