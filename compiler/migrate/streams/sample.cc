#include "compiler/migrate/streams/sample.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "river/schema/text.h"
#include "telemetry/text.h"

namespace compiler::migrate::streams {

using telemetry::relabel::Action;
using telemetry::relabel::Rule;

namespace {

// ?? is the number. What a rule could tell apart: case, digits, dashes and dots.
constexpr std::array<std::string_view, kVariants> kMarkers = {"qzv??wkj", "Q7-??.Z_k",
                                                              "5803??7194"};
constexpr std::string_view kLetters = "abcdefghij";

/// `text` starts with the marker, in any case: rules may change that.
bool starts_with_marker(std::string_view text, std::string_view marker) {
  if (text.size() < marker.size()) return false;
  for (size_t i = 0; i < marker.size(); ++i)
    if (marker[i] != '?' && base::to_lower(marker[i]) != base::to_lower(text[i])) return false;
  return true;
}

/// Labels that reach the backend, with unknown parts.
std::map<std::string_view, OpenValue> visible(const Sample& sample, size_t variant) {
  std::map<std::string_view, OpenValue> out;
  if (sample.dropped[variant]) return out;
  for (const auto& [name, value] : sample.labels[variant].all())
    if (!telemetry::is_internal_label(name) && !value.empty())
      out.emplace(name, without_markers(value, variant));
  return out;
}

bool variants_agree(const Sample& sample) {
  const auto first = visible(sample, 0);
  for (size_t i = 1; i < kVariants; ++i)
    if (sample.dropped[i] != sample.dropped[0] || visible(sample, i) != first) return false;
  return true;
}

void run_all(const telemetry::relabel::Rules& rules, Sample& sample) {
  for (size_t i = 0; i < kVariants; ++i)
    if (!sample.dropped[i] && !telemetry::relabel::apply(rules, sample.labels[i]))
      sample.dropped[i] = true;
}

std::string with_place(std::string_view what, const std::string& place) {
  return place.empty() ? std::string(what) : fmt::format("{} at {}", what, place);
}

void add_value(OpenValue value, Values& to) {
  if (value.literals.size() == 1) {
    if (std::find(to.exact.begin(), to.exact.end(), value.literals[0]) == to.exact.end())
      to.exact.push_back(std::move(value.literals[0]));
  } else if (std::find(to.open.begin(), to.open.end(), value) == to.open.end()) {
    to.open.push_back(std::move(value));
  }
}

}  // namespace

VariantTexts marker(size_t id) {
  VariantTexts out;
  const size_t digits[2] = {id / 10 % 10, id % 10};
  for (size_t i = 0; i < kVariants; ++i) {
    out[i] = kMarkers[i];
    const size_t at = out[i].find('?');
    for (size_t k = 0; k < 2; ++k)
      out[i][at + k] = i == 2 ? static_cast<char>('0' + digits[k]) : kLetters[digits[k]];
  }
  return out;
}

VariantTexts around(std::string_view before, const VariantTexts& unknown, std::string_view after) {
  VariantTexts out;
  for (size_t i = 0; i < kVariants; ++i) out[i] = fmt::format("{}{}{}", before, unknown[i], after);
  return out;
}

VariantTexts known(std::string_view text) {
  VariantTexts out;
  out.fill(std::string(text));
  return out;
}

OpenValue without_markers(std::string_view text, size_t variant) {
  const std::string_view marker = kMarkers[variant];
  OpenValue out{{""}};
  bool after_marker = false;
  while (!text.empty()) {
    if (starts_with_marker(text, marker)) {
      if (!after_marker) out.literals.emplace_back();  // Two unknown texts in a row are one.
      after_marker = true;
      text.remove_prefix(marker.size());
      continue;
    }
    out.literals.back() += text[0];
    after_marker = false;
    text.remove_prefix(1);
  }
  return out;
}

void Sample::set(std::string_view name, const VariantTexts& value) {
  for (size_t i = 0; i < kVariants; ++i) labels[i].set(name, value[i]);
  if (const auto found = maybe.find(name); found != maybe.end()) maybe.erase(found);
}

void Sample::erase(std::string_view name) {
  for (auto& builder : labels) builder.erase(name);
  if (const auto found = maybe.find(name); found != maybe.end()) maybe.erase(found);
}

void Sample::doubt(std::string reason) {
  if (unsure.empty()) unsure = std::move(reason);
}

void Sample::step(const PlacedStep& step) {
  const auto [known, is_new] = steps.insert(step);
  known->second.always = known->second.always || step.second.always;
  known->second.perhaps = known->second.perhaps && step.second.perhaps;
}

bool Sample::is_dropped() const {
  return std::all_of(dropped.begin(), dropped.end(), [](bool one) { return one; });
}

void Sample::hide() {
  for (auto& builder : labels) {
    const std::vector<telemetry::Label> before = builder.all();
    for (const auto& label : before)
      if (telemetry::is_internal_label(label.first)) builder.erase(label.first);
  }
}

bool PlacedRules::reads(std::string_view label) const {
  return std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) {
    if (rule.action == Action::labelmap)
      return rule.regex && re2::RE2::FullMatch({label.data(), label.size()}, *rule.regex);
    const bool compares = rule.action == Action::keepequal || rule.action == Action::dropequal;
    return (compares && rule.target_label == label) ||
           std::find(rule.source_labels.begin(), rule.source_labels.end(), label) !=
               rule.source_labels.end();
  });
}

std::vector<std::string> PlacedRules::unmet(std::string_view prefix, const Sample& sample) const {
  std::vector<std::string> out;
  std::set<std::string_view> made;
  for (const Rule& rule : rules) {
    for (const std::string& name : rule.source_labels)
      if (name.starts_with(prefix) && !sample.has(name) && !made.contains(name) &&
          std::find(out.begin(), out.end(), name) == out.end())
        out.push_back(name);
    made.insert(rule.target_label);
  }
  return out;
}

void PlacedRules::doubt_maps(Sample& sample) const {
  for (const Rule& rule : rules)
    if (rule.action == Action::labelmap) sample.doubt("a labelmap rule makes labels of all fields");
}

void run(const PlacedRules& rules, const river::diag::SourceMap& sources, Sample& sample) {
  const bool was_sure = sample.unsure.empty();
  for (const std::string& name : sample.maybe)
    if (was_sure && rules.reads(name))
      sample.doubt(fmt::format("a relabel rule reads {}, which may be absent", name));
  if (!was_sure) return run_all(rules.rules, sample);
  Sample step = sample;
  run_all(rules.rules, sample);
  if (variants_agree(sample) || !variants_agree(step)) return;
  // Once more, rule by rule, for the one to name.
  for (size_t i = 0; i < rules.rules.size(); ++i) {
    run_all({rules.rules[i]}, step);
    if (variants_agree(step)) continue;
    const auto span = i < rules.places.size() ? rules.places[i] : river::diag::Span{};
    sample.doubt(with_place("what is not known here decides over the relabel rule",
                            place_of(sources, span)));
    return;
  }
}

PlacedStep dropping_rule(const PlacedRules& rules, const river::diag::SourceMap& sources,
                         Sample sample) {
  for (size_t i = 0; i < rules.rules.size(); ++i) {
    const Rule& rule = rules.rules[i];
    run_all({rule}, sample);
    if (!sample.is_dropped()) continue;
    const auto span = i < rules.places.size() ? rules.places[i] : river::diag::Span{};
    const std::string what = fmt::format("rule {} {} {} {}", static_cast<int>(rule.action),
                                         fmt::join(rule.source_labels, ","), rule.target_label,
                                         rule.regex ? rule.regex->pattern() : std::string());
    return {what, {.drops = true, .name = "rule", .place = place_of(sources, span)}};
  }
  return {};
}

std::map<std::string, Values, std::less<>> values_of(const Sample& sample) {
  std::vector<std::map<std::string_view, OpenValue>> live;
  std::set<std::string_view> names;
  for (size_t i = 0; i < kVariants; ++i)
    if (!sample.dropped[i]) live.push_back(visible(sample, i));
  for (const auto& variant : live)
    for (const auto& label : variant) names.insert(label.first);
  std::map<std::string, Values, std::less<>> out;
  for (const std::string_view name : names) {
    Values& values = out[std::string(name)];
    bool may_be_absent = sample.maybe.contains(name);
    for (const auto& variant : live) {
      const auto found = variant.find(name);
      if (found == variant.end())
        may_be_absent = true;
      else
        add_value(found->second, values);
    }
    if (values.exact.size() + values.open.size() > 1) values = Values::any();
    if (may_be_absent) add_value({{""}}, values);
  }
  return out;
}

std::string place_of(const river::diag::SourceMap& sources, river::diag::Span span) {
  if (!span.known()) return {};
  const river::diag::Position at = sources.position(span.begin);
  return fmt::format("{}:{}:{}", at.file, at.line, at.column);
}

namespace {

/// The group that starts at `text[0] == '('` is without a prefix such as ?: and is not repeated.
size_t plain_group_open(std::string_view text) {
  return text.starts_with("(?:") ? 3 : text.size() > 1 && text[1] != '?' ? 1 : 0;
}

}  // namespace

std::vector<std::string_view> alternatives(std::string_view regex) {
  std::vector<std::string_view> out;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i < regex.size(); ++i) {
    if (regex[i] == '\\')
      ++i;
    else if (regex[i] == '(' || regex[i] == '[')
      ++depth;
    else if (regex[i] == ')' || regex[i] == ']')
      --depth;
    else if (regex[i] == '|' && depth == 0) {
      out.push_back(regex.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  out.push_back(regex.substr(begin));
  return out;
}

std::optional<VariantTexts> regex_sample(std::string_view regex, size_t first_marker) {
  VariantTexts out = known("");
  size_t markers = first_marker;
  std::string_view rest = alternatives(regex).front();
  const auto append = [&](const VariantTexts& text) {
    for (size_t i = 0; i < kVariants; ++i) out[i] += text[i];
  };
  while (!rest.empty()) {
    if (rest.starts_with(".*") || rest.starts_with(".+")) {
      append(marker(markers++));
      rest.remove_prefix(2);
    } else if (rest[0] == '\\' && rest.size() > 1 && river::schema::is_regex_operator(rest[1])) {
      append(known(rest.substr(1, 1)));
      rest.remove_prefix(2);
    } else if (rest[0] == '(' && plain_group_open(rest) > 0) {
      rest.remove_prefix(plain_group_open(rest));
    } else if (rest[0] == ')') {
      rest.remove_prefix(1);
    } else if (!river::schema::is_regex_operator(rest[0]) || rest[0] == '-') {
      append(known(rest.substr(0, 1)));
      rest.remove_prefix(1);
    } else {
      return std::nullopt;
    }
  }
  // What was read too simply (a repeated group, alternatives within one) does not match.
  const re2::RE2 whole("^(?s:" + std::string(regex) + ")$", re2::RE2::Quiet);
  for (const std::string& text : out)
    if (!whole.ok() || !re2::RE2::FullMatch(text, whole)) return std::nullopt;
  return out;
}

}  // namespace compiler::migrate::streams
