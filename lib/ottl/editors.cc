#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "ottl/function.h"
#include "telemetry/match_text.h"
#include "telemetry/text.h"

namespace ottl {
namespace {

namespace otlp = telemetry::otlp;
using otlp::KeyValue;
using otlp::Value;

const Path& target_of(const Call& call) {
  return std::get<Path>(call.arguments[0].node);
}

/// The map that an editor works on; nothing, and an error if it is something else, when there is
/// none.
std::optional<Value> map_of(Run& run, const Call& call) {
  const Value map = run.get(target_of(call));
  if (map.is(Value::Kind::map)) return map;
  if (!map.empty())
    run.fail(fmt::format("{} needs a map, it is {}", call.function->name, kind_name(map)));
  return std::nullopt;
}

std::optional<std::string_view> text_argument(Run& run, const Call& call, size_t index) {
  const Value value = run.evaluate(call.arguments[index]);
  if (value.is(Value::Kind::text)) return value.text;
  run.fail(fmt::format("{} of {} must be a string, it is {}", call.function->parameters[index].name,
                       call.function->name, kind_name(value)));
  return std::nullopt;
}

std::optional<int64_t> limit_argument(Run& run, const Call& call, size_t index) {
  const Value value = run.evaluate(call.arguments[index]);
  if (value.is(Value::Kind::integer) && value.integer >= 0) return value.integer;
  run.fail(fmt::format("{} of {} must be a number, not below 0",
                       call.function->parameters[index].name, call.function->name));
  return std::nullopt;
}

std::set<std::string, std::less<>> texts_argument(Run& run, const Call& call, size_t index) {
  std::set<std::string, std::less<>> texts;
  otlp::Elements elements(run.evaluate(call.arguments[index]));
  for (Value element; elements.next(element);)
    if (element.is(Value::Kind::text)) texts.emplace(element.text);
  return texts;
}

/// Keeps the members of which `is_kept` says so; nothing is set when all are.
template <class IsKept>
void keep_members(Run& run, const Call& call, IsKept is_kept) {
  const auto map = map_of(run, call);
  if (!map) return;
  std::string left;
  bool is_changed = false;
  otlp::Members members(*map);
  for (KeyValue member; members.next(member);) {
    if (is_kept(member))
      append_key_value(left, 1, member.key, otlp::value_of(member.any_value));
    else
      is_changed = true;
  }
  if (is_changed) run.set(target_of(call), Value::map(run.keep(left)));
}

/// Replaces members by what `change(key, value)` makes of them; nothing is set when that is
/// nothing.
template <class Change>
void change_members(Run& run, const Call& call, Change change) {
  const auto map = map_of(run, call);
  if (!map) return;
  std::string changed;
  bool is_changed = false;
  otlp::Members members(*map);
  for (KeyValue member; members.next(member);) {
    std::string key(member.key);
    Value value = otlp::value_of(member.any_value);
    is_changed = change(key, value) || is_changed;
    append_key_value(changed, 1, key, value);
  }
  if (is_changed) run.set(target_of(call), Value::map(run.keep(changed)));
}

/// All matches of the pattern replaced; nothing when there is none.
std::optional<std::string> replaced(std::string_view text, const re2::RE2& pattern,
                                    std::string_view replacement) {
  const telemetry::MatchText match_text(text);
  telemetry::Matches all(match_text, pattern);
  std::vector<re2::StringPiece> groups(static_cast<size_t>(pattern.NumberOfCapturingGroups()) + 1);
  std::string out;
  size_t copied = 0;
  bool has_match = false;
  while (all.next(groups)) {
    has_match = true;
    const auto begin = static_cast<size_t>(groups[0].data() - text.data());
    out += text.substr(copied, begin - copied);
    out += telemetry::expand(replacement, pattern, groups);
    copied = begin + groups[0].size();
  }
  if (!has_match) return std::nullopt;
  out += text.substr(copied);
  return out;
}

void set(Run& run, const Call& call) {
  const Value value = run.evaluate(call.arguments[1]);
  if (run.error().empty()) run.set(target_of(call), value);
}

void delete_key(Run& run, const Call& call) {
  const auto key = text_argument(run, call, 1);
  if (key) keep_members(run, call, [&](const KeyValue& member) { return member.key != *key; });
}

bool matches(const Call& call, std::string_view text) {
  return telemetry::MatchText(text).matches(*call.pattern);
}

void delete_matching_keys(Run& run, const Call& call) {
  keep_members(run, call, [&](const KeyValue& member) { return !matches(call, member.key); });
}

void keep_keys(Run& run, const Call& call) {
  const auto keys = texts_argument(run, call, 1);
  keep_members(run, call, [&](const KeyValue& member) { return keys.contains(member.key); });
}

void keep_matching_keys(Run& run, const Call& call) {
  keep_members(run, call, [&](const KeyValue& member) { return matches(call, member.key); });
}

void replace_pattern(Run& run, const Call& call) {
  const auto replacement = text_argument(run, call, 2);
  const Value value = run.get(target_of(call));
  if (!replacement || !value.is(Value::Kind::text)) return;
  if (const auto changed = replaced(value.text, *call.pattern, *replacement))
    run.set(target_of(call), Value::of(run.keep(*changed)));
}

void replace_match(Run& run, const Call& call) {
  const auto replacement = text_argument(run, call, 2);
  const Value value = run.get(target_of(call));
  if (replacement && value.is(Value::Kind::text) && matches(call, value.text))
    run.set(target_of(call), Value::of(*replacement));
}

void replace_all_patterns(Run& run, const Call& call) {
  const auto mode = text_argument(run, call, 1), replacement = text_argument(run, call, 3);
  if (!mode || !replacement) return;
  if (*mode != "key" && *mode != "value")
    return run.fail("the mode of replace_all_patterns must be key or value");
  change_members(run, call, [&](std::string& key, Value& value) {
    if (*mode == "value" && !value.is(Value::Kind::text)) return false;
    const auto changed =
        replaced(*mode == "key" ? std::string_view(key) : value.text, *call.pattern, *replacement);
    if (!changed) return false;
    if (*mode == "key")
      key = *changed;
    else
      value = Value::of(run.keep(*changed));
    return true;
  });
}

void replace_all_matches(Run& run, const Call& call) {
  const auto replacement = text_argument(run, call, 2);
  if (!replacement) return;
  change_members(run, call, [&](std::string&, Value& value) {
    if (!value.is(Value::Kind::text) || !matches(call, value.text)) return false;
    value = Value::of(*replacement);
    return true;
  });
}

void truncate_all(Run& run, const Call& call) {
  const auto limit = limit_argument(run, call, 1);
  if (!limit) return;
  change_members(run, call, [&](std::string&, Value& value) {
    if (!value.is(Value::Kind::text) || value.text.size() <= static_cast<size_t>(*limit))
      return false;
    // Not within a character.
    auto size = static_cast<size_t>(*limit);
    while (size > 0 && (value.text[size] & 0xC0) == 0x80) --size;
    value.text = value.text.substr(0, size);
    return true;
  });
}

void limit(Run& run, const Call& call) {
  const auto limit = limit_argument(run, call, 1);
  const auto priority = texts_argument(run, call, 2);
  const auto map = map_of(run, call);
  if (!limit || !map) return;
  size_t others = static_cast<size_t>(*limit);
  otlp::Members members(*map);
  for (KeyValue member; members.next(member);)
    if (priority.contains(member.key) && others > 0) --others;
  size_t priorities = static_cast<size_t>(*limit);
  keep_members(run, call, [&](const KeyValue& member) {
    size_t& left = priority.contains(member.key) ? priorities : others;
    if (left == 0) return false;
    --left;
    return true;
  });
}

void merge_maps(Run& run, const Call& call) {
  const Value source = run.evaluate(call.arguments[1]);
  const auto strategy = text_argument(run, call, 2);
  if (!strategy) return;
  const bool inserts = *strategy != "update", replaces = *strategy != "insert";
  if (*strategy != "insert" && *strategy != "update" && *strategy != "upsert")
    return run.fail("the strategy of merge_maps must be insert, update or upsert");
  if (!source.is(Value::Kind::map))
    return run.fail(fmt::format("merge_maps needs a map, it is {}", kind_name(source)));
  const Path& target = target_of(call);
  otlp::Members members(source);
  for (KeyValue member; members.next(member);) {
    Path path = target;
    path.steps.push_back({std::string(member.key), -1});
    const bool is_there = !run.get(path).empty();
    if (is_there ? replaces : inserts) run.set(path, otlp::value_of(member.any_value));
  }
}

void append(Run& run, const Call& call) {
  const Value before = run.get(target_of(call));
  std::string bytes, encoded;
  const auto add = [&](const Value& value) {
    if (value.empty()) return;
    encoded.clear();
    append_value(encoded, value);
    telemetry::wire::append_bytes(bytes, 1, encoded);
  };
  if (before.is(Value::Kind::list))
    bytes = before.text;
  else
    add(before);
  add(run.evaluate(call.arguments[1]));
  const Value values = run.evaluate(call.arguments[2]);
  if (values.is(Value::Kind::list)) bytes += values.text;
  if (run.error().empty()) run.set(target_of(call), Value::list(run.keep(bytes)));
}

constexpr auto kPath = Parameter::Kind::path, kValue = Parameter::Kind::value,
               kRegex = Parameter::Kind::pattern, kWildcards = Parameter::Kind::wildcards;
constexpr Parameter kSet[] = {{"target", kPath}, {"value"}};
constexpr Parameter kDeleteKey[] = {{"target", kPath}, {"key"}};
constexpr Parameter kMapPattern[] = {{"target", kPath}, {"pattern", kRegex}};
constexpr Parameter kKeepKeys[] = {{"target", kPath}, {"keys"}};
constexpr Parameter kReplacePattern[] = {{"target", kPath}, {"regex", kRegex}, {"replacement"}};
constexpr Parameter kReplaceMatch[] = {{"target", kPath}, {"pattern", kWildcards}, {"replacement"}};
constexpr Parameter kReplaceAll[] = {
    {"target", kPath}, {"mode"}, {"regex", kRegex}, {"replacement"}};
constexpr Parameter kLimit[] = {{"target", kPath}, {"limit"}};
constexpr Parameter kLimitKeys[] = {{"target", kPath}, {"limit"}, {"priority_keys"}};
constexpr Parameter kMerge[] = {{"target", kPath}, {"source"}, {"strategy"}};
constexpr Parameter kAppend[] = {
    {"target", kPath}, {"value", kValue, true}, {"values", kValue, true}};

constexpr Function editor(std::string_view name, std::span<const Parameter> parameters,
                          void (*edit)(Run&, const Call&)) {
  return {.name = name, .parameters = parameters, .edit = edit};
}
constexpr std::array kEditors = {
    editor("set", kSet, set),
    editor("delete_key", kDeleteKey, delete_key),
    editor("delete_matching_keys", kMapPattern, delete_matching_keys),
    editor("keep_keys", kKeepKeys, keep_keys),
    editor("keep_matching_keys", kMapPattern, keep_matching_keys),
    editor("replace_pattern", kReplacePattern, replace_pattern),
    editor("replace_match", kReplaceMatch, replace_match),
    editor("replace_all_patterns", kReplaceAll, replace_all_patterns),
    editor("replace_all_matches", kReplaceMatch, replace_all_matches),
    editor("truncate_all", kLimit, truncate_all),
    editor("limit", kLimitKeys, limit),
    editor("merge_maps", kMerge, merge_maps),
    editor("append", kAppend, append),
};

}  // namespace

std::span<const Function> editors() {
  return kEditors;
}

const Function* find_function(std::string_view name) {
  for (const auto functions : {editors(), converters()})
    for (const Function& function : functions)
      if (function.name == name) return &function;
  return nullptr;
}

}  // namespace ottl
