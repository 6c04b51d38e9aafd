#include <fmt/format.h>

#include "compiler/migrate/documents/kinds.h"
#include "compiler/migrate/documents/rules.h"

namespace compiler::migrate::documents {

namespace {

constexpr int kRouteDepthMax = 60;

std::string matcher_text(std::string_view name, std::string_view op, std::string_view value) {
  std::string quoted;
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return fmt::format("{}{}\"{}\"", name, op, quoted);
}

/// {name, value, isRegex, isEqual} of silences; {name, value, matchType, regex} of resources.
void gather_matcher_object(const Value& matcher, Gatherer& out) {
  const std::string_view type = matcher["matchType"].text();
  const bool is_regex = matcher["isRegex"].is_true() || matcher["regex"].is_true();
  const bool is_equal = !matcher.has("isEqual") || matcher["isEqual"].is_true();
  const std::string_view op = !type.empty() ? type
                              : is_equal    ? (is_regex ? "=~" : "=")
                                            : (is_regex ? "!~" : "!=");
  if (!matcher["name"].is_string())
    return out.unrecognised(matcher, "a matcher without the name of a label");
  out.add(UseKind::route_matchers, matcher["name"]).label =
      matcher_text(matcher["name"].text(), op, matcher["value"].text());
}

/// ["job", "=", "kairos"]
void gather_matcher_list(const Value& matcher, Gatherer& out) {
  std::vector<Value> parts;
  for (const Value part : matcher) parts.push_back(part);
  if (parts.size() != 3 || !parts[0].is_string())
    return out.unrecognised(matcher, "a matcher that is not three texts");
  out.add(UseKind::route_matchers, parts[0]).label =
      matcher_text(parts[0].text(), parts[1].text(), parts[2].text());
}

void gather_matchers(const Value& value, Gatherer& out) {
  if (value.is_string()) {
    out.add(UseKind::route_matchers, value);
    return;
  }
  for (const Value one : value) {
    if (one.is_string())
      out.add(UseKind::route_matchers, one);
    else if (one.is_list())
      gather_matcher_list(one, out);
    else
      gather_matcher_object(one, out);
  }
}

/// match: {job: kairos}. Resources have a list of objects there.
void gather_match_map(const Value& map, std::string_view op, Gatherer& out) {
  if (map.is_list()) return gather_matchers(map, out);
  for (const Value one : map)
    out.add_key(UseKind::route_matchers, one).label = matcher_text(one.key(), op, one.text());
}

void gather_names(const Value& list, Gatherer& out) {
  for (const Value one : list)
    if (one.is_string() && one.text() != "...") out.add(UseKind::label_name, one);
}

}  // namespace

void gather_alert_list(const Value& options, Gatherer& out) {
  const Value filter = options["alertInstanceLabelFilter"];
  const bool groups = options["groupMode"].text() == "custom";
  if (filter.text().empty() && !groups) return;
  TitledPart part(out);
  out.begin_matchers();
  if (!filter.text().empty()) gather_matchers(filter, out);
  if (groups) gather_names(options["groupBy"], out);
}

namespace {

void gather_route(const Value& route, Gatherer& out, int depth = 0) {
  if (depth > kRouteDepthMax) return out.unrecognised(route, "routes more than 60 levels deep");
  TitledPart part(out, route["receiver"].text());
  out.begin_matchers(out.context.matchers);
  gather_match_map(route["match"], "=", out);
  gather_match_map(route["match_re"], "=~", out);
  for (const std::string_view key : {"matchers", "object_matchers", "objectMatchers"})
    gather_matchers(route[key], out);
  for (const std::string_view key : {"group_by", "groupBy"}) gather_names(route[key], out);
  for (const Value child : route["routes"]) gather_route(child, out, depth + 1);
}

void gather_inhibition(const Value& rule, Gatherer& out) {
  TitledPart part(out, "inhibition");
  const auto side = [&](std::string_view match, std::string_view camel, std::string_view regex,
                        std::string_view matchers) {
    gather_match_map(rule[match], "=", out);
    gather_match_map(rule[camel], "=", out);
    gather_match_map(rule[regex], "=~", out);
    gather_matchers(rule[matchers], out);
  };
  const int32_t source = out.begin_matchers();
  side("source_match", "sourceMatch", "source_match_re", "source_matchers");
  const int32_t target = out.begin_matchers();
  side("target_match", "targetMatch", "target_match_re", "target_matchers");
  out.document().matchers[static_cast<size_t>(source)].target = target;
  out.context.matchers = source;
  gather_names(rule["equal"], out);
}

bool is_policy(const Value& value) {
  return value["receiver"].is_string() &&
         (value["routes"].is_list() || value["object_matchers"].is_list() ||
          value["group_by"].is_list());
}

}  // namespace

bool is_alertmanager(const Value& value) {
  return (value["route"].is_map() && (value["route"].has("receiver") || value.has("receivers"))) ||
         (value["inhibit_rules"].is_list() && value.has("receivers"));
}

void gather_notifications(const Value& value, Gatherer& out) {
  TitledPart part(out, value.is_map() ? value["name"].text() : std::string_view());
  if (value.is_string() && shows_labels(value.text())) {
    if (out.context.matchers < 0) out.begin_matchers();
    out.add(UseKind::go_template, value);
  }
  for (const Value child : value) gather_notifications(child, out);
}

void gather_template_file(const Excerpt& whole, Gatherer& out) {
  out.document().kind = "notification templates";
  TitledPart part(out);
  out.context.is_alert = true;
  out.begin_matchers();
  const std::string_view text = whole.text();
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (shows_labels(text.substr(begin, end - begin)))
      if (auto line = whole.decode(static_cast<uint32_t>(begin), static_cast<uint32_t>(end),
                                   Encoding::plain))
        out.add(UseKind::go_template, Value(), std::move(*line));
    begin = end + 1;
  }
}

void gather_alertmanager(const Value& configuration, Gatherer& out) {
  TitledPart part(out);
  out.context.is_alert = true;
  gather_notifications(configuration["receivers"], out);
  if (configuration["route"].is_map()) gather_route(configuration["route"], out);
  for (const std::string_view key : {"inhibit_rules", "inhibitRules"})
    for (const Value rule : configuration[key]) gather_inhibition(rule, out);
}

bool is_policies(const Value& value) {
  return value["policies"].is_list() || is_policy(value);
}

void gather_policies(const Value& value, Gatherer& out) {
  TitledPart part(out);
  out.context.is_alert = true;
  if (is_policy(value)) return gather_route(value, out);
  for (const Value policy : value["policies"]) gather_route(policy, out);
}

bool is_silence(const Value& value) {
  return value["matchers"].is_list() && (value.has("startsAt") || value.has("createdBy"));
}

void gather_silence(const Value& silence, Gatherer& out) {
  TitledPart part(out, fmt::format("silence {}", first_text(silence, {"comment", "id"})));
  out.context.is_alert = true;
  out.begin_matchers();
  gather_matchers(silence["matchers"], out);
}

}  // namespace compiler::migrate::documents
