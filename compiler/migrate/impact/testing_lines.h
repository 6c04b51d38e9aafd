#pragma once
#include <re2/re2.h>

#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/migrate/impact/matchers.h"
#include "logql/log_query.h"

/// For tests of this room: what Loki makes of concrete lines, in the plainest way. It shares the
/// reader of LogQL with the judge, and nothing that decides.
namespace compiler::migrate::impact::testing {

using Labels = std::map<std::string, std::string>;

/// A line with the labels of its stream; `id` is the same before and after a move.
struct Line {
  size_t id = 0;
  Labels stream;
  Labels fields;     ///< what `| json` and `| logfmt` find
  std::string text;  ///< for filters on lines
};

inline double number(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

inline std::string value_of(const Labels& labels, const std::string& name) {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->second;
}

inline bool meets(int op, const std::string& wanted, const std::string& value) {
  const bool is_regex = op >= 2;
  const bool met = is_regex ? re2::RE2::FullMatch(value, wanted) : value == wanted;
  return met != (op % 2 == 1);  // equal, not equal, regex, not regex: of matchers and of filters.
}

inline bool selects(const logql::Selector& selector, const Labels& stream) {
  for (const auto& matcher : selector.matchers) {
    if (!meets(static_cast<int>(matcher.op), matcher.value.value,
               value_of(stream, matcher.name.value)))
      return false;
  }
  return true;
}

/// A line on its way through stages.
struct Passing {
  const Line* line = nullptr;
  Labels labels;
  std::optional<double> unwrapped;
  std::optional<std::string> written;  ///< by line_format; parsers find nothing in it
};

/// The text of a template with {{.label}} and no other action.
inline std::string written(std::string text, const Labels& labels) {
  for (size_t at; (at = text.find("{{.")) != std::string::npos;) {
    const size_t end = text.find("}}", at);
    text.replace(at, end + 2 - at, value_of(labels, text.substr(at + 3, end - at - 3)));
  }
  return text;
}

/// a=b: only what is there is renamed.
inline void rename(const logql::LabelFormat::Assignment& one, Labels& labels) {
  const auto found = labels.find(one.value.value);
  if (found == labels.end()) return;
  labels[one.label.value] = found->second;
  labels.erase(one.value.value);
}

inline bool passes(const logql::LabelFilter& filter, const Labels& labels) {
  if (filter.kind == logql::LabelFilter::Kind::compare)
    return meets(static_cast<int>(filter.op), filter.value.value,
                 value_of(labels, filter.name.value));
  const bool all = filter.kind == logql::LabelFilter::Kind::all_of;
  for (const auto& part : filter.parts) {
    if (passes(part, labels) != all) return !all;
  }
  return all;
}

/// False: the line is dropped.
inline bool go_through(const logql::Stage& stage, Passing& passing) {
  if (const auto* filter = std::get_if<logql::LineFilter>(&stage.what)) {
    const std::string& text = passing.written ? *passing.written : passing.line->text;
    const bool has = text.find(filter->choices[0].text.value) != std::string::npos;
    return has == (filter->op == logql::LineOp::contains);
  }
  if (std::get_if<logql::Parser>(&stage.what) != nullptr) {
    if (passing.written) return true;
    for (const auto& [name, value] : passing.line->fields)
      passing.labels[passing.line->stream.contains(name) ? name + "_extracted" : name] = value;
  } else if (const auto* label = std::get_if<logql::LabelFilter>(&stage.what)) {
    return passes(*label, passing.labels);
  } else if (const auto* list = std::get_if<logql::LabelList>(&stage.what)) {
    Labels kept;
    for (const auto& item : list->items) {
      const auto value = value_of(passing.labels, item.name.value);
      if (list->keep && !value.empty()) kept[item.name.value] = value;
      if (!list->keep) passing.labels.erase(item.name.value);
    }
    if (list->keep) passing.labels = kept;
  } else if (const auto* format = std::get_if<logql::LabelFormat>(&stage.what)) {
    for (const auto& one : format->assignments) rename(one, passing.labels);
  } else if (const auto* line = std::get_if<logql::LineFormat>(&stage.what)) {
    passing.written = written(line->pattern.value, passing.labels);
  } else if (const auto* unwrap = std::get_if<logql::Unwrap>(&stage.what)) {
    const auto value = value_of(passing.labels, unwrap->label.value);
    if (value.empty()) return false;
    passing.unwrapped = number(value);
    passing.labels.erase(unwrap->label.value);
  }
  return true;
}

inline std::vector<Passing> run(const logql::LogQuery& query, const std::vector<Line>& lines) {
  std::vector<Passing> taken;
  for (const Line& line : lines) {
    if (!selects(query.selector, line.stream)) continue;
    Passing passing{.line = &line, .labels = line.stream, .unwrapped = {}, .written = {}};
    bool is_there = true;
    for (const auto& stage : query.stages) is_there = is_there && go_through(stage, passing);
    if (is_there) taken.push_back(std::move(passing));
  }
  return taken;
}

}  // namespace compiler::migrate::impact::testing
