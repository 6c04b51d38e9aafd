#include "compiler/migrate/impact/line_labels.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <functional>

#include "base/text.h"

namespace compiler::migrate::impact {
namespace {

constexpr std::string_view kExtracted = "_extracted";

LabelSource from_line(std::string_view name) {
  return {.kind = LabelSource::Kind::line, .id = std::string(name)};
}

bool is_string(const logql::LabelFilter& filter) {
  return filter.value_kind == logql::LabelFilter::ValueKind::string &&
         filter.op <= logql::CompareOp::not_regex;
}

/// The stages of one query for one family, one after the other.
class Follower {
 public:
  Follower(const FamilyIndex& families, const Bindings& bindings, Side side,
           const streams::StreamFamily& family)
      : families_(families), bindings_(bindings), side_(side) {
    for (const auto& [name, values] : family.labels) {
      lines_.named[name] = {.kind = LabelSource::Kind::stream, .values = values, .id = {}};
    }
    lines_.stream = lines_.named;
  }

  LineLabels take() { return std::move(lines_); }

  void operator()(const logql::LineFilter&) {}
  void operator()(const logql::Decolorize&) {}
  void operator()(const logql::StageVariable& stage) {
    lines_.unknown = fmt::format("the variable ${} stands for stages", stage.variable.name);
  }

  void operator()(const logql::Parser& parser) {
    if (!parser.extractions.empty()) {
      for (const auto& one : parser.extractions) extract(one.label.value);
      return;
    }
    switch (parser.kind) {
      case logql::ParserKind::json:
      case logql::ParserKind::logfmt:
      case logql::ParserKind::unpack:
        lines_.open = true;
        // Fields of these names are found again, where they are no names of the stream's.
        std::erase_if(lines_.dropped,
                      [&](const std::string& name) { return !lines_.stream.contains(name); });
        break;
      case logql::ParserKind::regexp:
        extract_groups(parser.pattern.value);
        break;
      case logql::ParserKind::pattern:
        extract_captures(parser.pattern.value);
        break;
    }
  }

  void operator()(const logql::LabelFilter& filter) {
    const FilterResult outcome = test(filter);
    lines_.passes.all = lines_.passes.all && outcome.extent.all;
    lines_.passes.some = lines_.passes.some && outcome.extent.some;
    lines_.passes.may = lines_.passes.may && outcome.extent.may;
    lines_.depends += outcome.depends;
    if (!outcome.extent.may) lines_.blocked_by.push_back(outcome.label);
  }

  void operator()(const logql::LineFormat& format) {
    for (const auto& label : labels_in_template(format.pattern.value)) {
      lines_.shown[label] = lines_.source(families_, label);
    }
    note_template(format.pattern.value);
  }

  void operator()(const logql::LabelFormat& format) {
    for (const auto& one : format.assignments) {
      if (one.is_template) {
        note_template(one.value.value);
        LabelSource made{.kind = LabelSource::Kind::made, .values = {}, .id = one.value.value};
        for (const auto& label : labels_in_template(one.value.value)) {
          made.id += fmt::format("|{}={}", label, key_of(lines_.source(families_, label)));
        }
        lines_.named[one.label.value] = std::move(made);
        continue;
      }
      const LabelSource source = lines_.source(families_, one.value.value);
      lines_.templated.emplace_back(one.value.value, source);
      remove(one.value.value);
      lines_.named[one.label.value] = source;
    }
  }

  void operator()(const logql::LabelList& list) {
    if (!list.keep) {
      for (const auto& item : list.items) drop(item);
      return;
    }
    std::map<std::string, LabelSource> kept;
    for (const auto& item : list.items) {
      const LabelSource source = lines_.source(families_, item.name.value);
      const auto met = item.matcher ? meets(item, source) : std::optional(true);
      if (met.value_or(true)) kept[item.name.value] = met ? source : conditional(item, source);
    }
    lines_.named = std::move(kept);
    lines_.open = false;
  }

  void operator()(const logql::Unwrap& unwrap) {
    const auto label = bindings_.bind(unwrap.label, side_);
    if (!label) {
      lines_.unknown = fmt::format("the label to unwrap is a variable, {}", unwrap.label.value);
      return;
    }
    const LabelSource source = lines_.source(families_, label->text);
    lines_.read[label->text] = source;
    if (source.kind == LabelSource::Kind::absent) {
      lines_.passes = {};
      lines_.blocked_by.push_back(label->text);
    }
    if (source.kind == LabelSource::Kind::line)
      lines_.depends += fmt::format("unwrap {};", source.id);
    remove(label->text);
  }

 private:
  void note_template(const std::string& pattern) {
    for (const auto& label : labels_in_template(pattern))
      lines_.templated.emplace_back(label, lines_.source(families_, label));
    if (!reads_all_labels(pattern)) return;
    LabelSource all{.kind = LabelSource::Kind::made, .values = {}, .id = {}};
    for (const auto& [name, source] : lines_.named)
      all.id += fmt::format("|{}={}", name, key_of(source));
    lines_.templated.emplace_back(kAllLabels, std::move(all));
  }

  struct FilterResult {
    Extent extent{true, true, true};
    std::string depends;
    std::string label;
  };

  FilterResult test(const logql::LabelFilter& filter) {
    switch (filter.kind) {
      case logql::LabelFilter::Kind::compare:
        return compare(filter);
      case logql::LabelFilter::Kind::all_of:
        return test_all(filter);
      case logql::LabelFilter::Kind::any_of:
        return test_any(filter);
      case logql::LabelFilter::Kind::variable:
        break;
    }
    lines_.unknown = fmt::format("the variable {} stands for a filter", filter.name.value);
    return {};
  }

  FilterResult test_all(const logql::LabelFilter& filter) {
    FilterResult all;
    for (const auto& part : filter.parts) {
      const FilterResult one = test(part);
      all.extent = {all.extent.all && one.extent.all, all.extent.some && one.extent.some,
                    all.extent.may && one.extent.may};
      all.depends += one.depends;
      if (!one.extent.may) all.label = one.label;
    }
    return all;
  }

  FilterResult test_any(const logql::LabelFilter& filter) {
    FilterResult any{.extent = {}, .depends = {}, .label = {}};
    for (const auto& part : filter.parts) {
      const FilterResult one = test(part);
      if (any.label.empty()) any.label = one.label;
      if (!one.extent.may) continue;
      if (one.extent.all && one.depends.empty()) return {};
      any.extent = {any.extent.all || one.extent.all, any.extent.some || one.extent.some, true};
      any.depends += fmt::format("or({})", one.depends);
    }
    return any;
  }

  FilterResult compare(const logql::LabelFilter& filter) {
    FilterResult outcome;
    const auto name = bindings_.bind(filter.name, side_);
    const auto value = bindings_.bind(filter.value, side_);
    if (!name) {
      lines_.unknown = fmt::format("the label of a filter is a variable, {}", filter.name.value);
      return outcome;
    }
    outcome.label = name->text;
    const LabelSource source = lines_.source(families_, name->text);
    lines_.read[name->text] = source;
    const bool known =
        source.kind == LabelSource::Kind::stream || source.kind == LabelSource::Kind::absent;
    if (!known || (!is_string(filter) && source.kind == LabelSource::Kind::stream)) {
      outcome.depends = fmt::format("{} {} {} on {};", name->text, static_cast<int>(filter.op),
                                    filter.value.value, key_of(source));
      return outcome;
    }
    if (!is_string(filter)) {
      // A number, a duration or an address is looked for in a label that is not there.
      outcome.extent = {};
      return outcome;
    }
    if (!value) {
      lines_.unknown = fmt::format("a filter on `{}` has the value {}, whose values are not known",
                                   name->text, filter.value.value);
      return outcome;
    }
    std::string error;
    const auto test = ValueTest::of(match_op(filter.op), value->text, &error);
    if (!test) {
      lines_.unknown = fmt::format("the filter on `{}`: {}", name->text, error);
      return outcome;
    }
    const bool absent = source.kind == LabelSource::Kind::absent;
    outcome.extent = decide({&*test, 1}, absent ? streams::Values::of("") : source.values);
    if (outcome.extent.may && !outcome.extent.all) {
      outcome.depends = fmt::format("{} {} {} on {};", name->text, static_cast<int>(filter.op),
                                    value->text, key_of(source));
    }
    return outcome;
  }

  void extract(const std::string& name) {
    const bool collides = lines_.stream.contains(name);
    lines_.named[collides ? name + std::string(kExtracted) : name] = from_line(name);
  }

  void extract_groups(const std::string& pattern) {
    const re2::RE2 regex(pattern, re2::RE2::Quiet);
    if (!regex.ok()) {
      lines_.unknown = fmt::format("the pattern of regexp: {}", regex.error());
      return;
    }
    for (const auto& [number, name] : regex.CapturingGroupNames()) extract(name);
  }

  void extract_captures(const std::string& pattern) {
    static const re2::RE2 capture("<([A-Za-z][A-Za-z0-9_]*)>");
    re2::StringPiece rest(pattern);
    std::string name;
    while (re2::RE2::FindAndConsume(&rest, capture, &name)) extract(name);
  }

  static LabelSource conditional(const logql::LabelList::Item& item, LabelSource source) {
    if (!item.matcher || source.kind == LabelSource::Kind::absent) return source;
    return {.kind = LabelSource::Kind::made,
            .values = {},
            .id = fmt::format("{}{}{} of {}", item.name.value, static_cast<int>(item.matcher->op),
                              item.matcher->value.value, key_of(source))};
  }

  /// Whether all values of a label of streams meet a condition, or none does; nullopt: some do, or
  /// it is not known.
  static std::optional<bool> meets(const logql::LabelList::Item& item, const LabelSource& source) {
    const auto& values = source.values.exact;
    if (source.kind != LabelSource::Kind::stream || !source.values.open.empty() || values.empty() ||
        !item.matcher->value.variables.empty())
      return std::nullopt;
    std::string why;
    const auto test = ValueTest::of(item.matcher->op, item.matcher->value.value, &why);
    if (!test) return std::nullopt;
    const auto accepted = std::count_if(
        values.begin(), values.end(),
        [&](const std::string& value) { return !value.empty() && test->accepts(value); });
    if (accepted == 0) return false;
    if (accepted == static_cast<std::ptrdiff_t>(values.size())) return true;
    return std::nullopt;
  }

  void drop(const logql::LabelList::Item& item) {
    const LabelSource source = lines_.source(families_, item.name.value);
    if (item.matcher) {
      if (const auto met = meets(item, source)) {
        if (*met) remove(item.name.value);
        return;
      }
      if (source.kind != LabelSource::Kind::absent) {
        lines_.named[item.name.value] = conditional(item, source);
      }
      return;
    }
    remove(item.name.value);
  }

  void remove(const std::string& name) {
    lines_.named.erase(name);
    lines_.dropped.push_back(name);
  }

  const FamilyIndex& families_;
  const Bindings& bindings_;
  Side side_;
  LineLabels lines_;
};

}  // namespace

logql::MatchOp match_op(logql::CompareOp op) {
  switch (op) {
    case logql::CompareOp::not_equal:
      return logql::MatchOp::not_equal;
    case logql::CompareOp::regex:
      return logql::MatchOp::regex;
    case logql::CompareOp::not_regex:
      return logql::MatchOp::not_regex;
    default:
      return logql::MatchOp::equal;
  }
}

std::string key_of(const LabelSource& source) {
  std::string key = fmt::format("{}:{}", static_cast<int>(source.kind), source.id);
  for (const auto& value : source.values.exact) key += fmt::format(",{}", value);
  for (const auto& value : source.values.open)
    key += fmt::format(",{}", fmt::join(value.literals, "…"));
  return key;
}

LabelSource found_in_line(const FamilyIndex& families,
                          const std::map<std::string, LabelSource>& labels, std::string_view name) {
  if (!name.ends_with(kExtracted)) return from_line(name);
  const auto base = name.substr(0, name.size() - kExtracted.size());
  const auto taken = labels.find(std::string(base));
  if (taken != labels.end() && taken->second.kind == LabelSource::Kind::stream)
    return from_line(base);
  return families.is_stream_label(base) ? LabelSource{} : from_line(name);
}

SeriesLabels series_labels(const LineLabels& lines) {
  SeriesLabels labels;
  labels.open = lines.open;
  for (const auto& [name, source] : lines.named) {
    if (source.kind != LabelSource::Kind::absent) labels.named.emplace(name, source);
  }
  for (const auto& [name, source] : lines.stream) {
    if (lines.open) labels.named.emplace(name, LabelSource{});
  }
  return labels;
}

LabelSource LineLabels::source(const FamilyIndex& families, std::string_view name) const {
  if (const auto found = named.find(std::string(name)); found != named.end()) return found->second;
  if (std::find(dropped.begin(), dropped.end(), name) != dropped.end()) return {};
  if (open)
    return stream.contains(std::string(name)) ? LabelSource{}
                                              : found_in_line(families, stream, name);
  // Without a parser it is structured metadata, unless it is known as a label of streams.
  return families.is_stream_label(name) ? LabelSource{} : from_line(name);
}

LineLabels follow(const FamilyIndex& families, const logql::LogQuery& query,
                  const Bindings& bindings, Side side, const streams::StreamFamily& family) {
  Follower follower(families, bindings, side, family);
  for (const auto& stage : query.stages) std::visit(follower, stage.what);
  return follower.take();
}

namespace {

/// Calls `visit` for each action of a template: with the labels that `index` reads in it, and with
/// its text without these and without what is quoted.
void each_action(
    std::string_view pattern,
    const std::function<void(const std::vector<std::string>&, const std::string&)>& visit) {
  static const re2::RE2 block(R"(\{\{-?((?:[^}]|\}[^}])*)\}\})");
  static const re2::RE2 index(R"RE(index\s+\.\s+"([^"]+)")RE");
  static const re2::RE2 quoted(R"RE("(?:[^"\\]|\\.)*"|`[^`]*`)RE");
  re2::StringPiece rest(pattern.data(), pattern.size());
  std::string action, name;
  while (re2::RE2::FindAndConsume(&rest, block, &action)) {
    std::vector<std::string> indexed;
    re2::StringPiece in(action);
    while (re2::RE2::FindAndConsume(&in, index, &name)) indexed.push_back(name);
    re2::RE2::GlobalReplace(&action, index, "\"\"");
    re2::RE2::GlobalReplace(&action, quoted, "\"\"");
    visit(indexed, action);
  }
}

}  // namespace

std::vector<std::string> labels_in_template(std::string_view pattern) {
  static const re2::RE2 field(R"((?:^|[\s(|,])\.([A-Za-z_][A-Za-z0-9_]*))");
  std::vector<std::string> labels;
  each_action(pattern, [&](const std::vector<std::string>& indexed, const std::string& action) {
    labels.insert(labels.end(), indexed.begin(), indexed.end());
    re2::StringPiece in(action);
    for (std::string name; re2::RE2::FindAndConsume(&in, field, &name);) labels.push_back(name);
  });
  return labels;
}

bool reads_all_labels(std::string_view pattern) {
  static const re2::RE2 whole(R"((?:^|[\s(|,=])(?:\.|\$)(?:$|[\s)|.]))");
  bool reads_all = false;
  each_action(pattern, [&](const std::vector<std::string>&, const std::string& action) {
    reads_all = reads_all || re2::RE2::PartialMatch(action, whole);
  });
  return reads_all;
}

namespace {

/// The end of a quoted text that begins at `at` of an action; `at` when none does. Within a pattern
/// between double quotes, the quotes of an action are escaped.
size_t end_of_quoted(std::string_view text, size_t at, bool is_escaped) {
  const std::string_view quote = is_escaped ? "\\\"" : "\"";
  if (text[at] == '`') return text.find('`', at + 1);
  if (text.substr(at, quote.size()) != quote) return at;
  for (size_t end = at + quote.size(); end < text.size(); ++end) {
    if (text.substr(end, quote.size()) == quote) return end + quote.size() - 1;
    if (is_escaped && text.substr(end, 2) == R"(\\)")
      end += text.substr(end + 2, 2) == quote ? 3 : 2;
    else if (text[end] == '\\')
      ++end;
  }
  return std::string_view::npos;
}

bool is_part_of_name(char c) {
  return c == '_' || base::is_letter(c) || base::is_digit(c);
}

}  // namespace

std::vector<logql::Span> label_places(std::string_view query, logql::Span pattern,
                                      std::string_view name) {
  std::vector<logql::Span> places;
  const std::string_view text = query.substr(0, pattern.end);
  const bool is_escaped = pattern.begin < text.size() && text[pattern.begin] == '"';
  for (size_t at = text.find("{{", pattern.begin); at < text.size(); at = text.find("{{", at)) {
    for (at += 2; at < text.size() && text.substr(at, 2) != "}}"; ++at) {
      at = end_of_quoted(text, at, is_escaped);
      if (at >= text.size()) return places;
      const auto end = at + 1 + name.size();
      if (text[at] != '.' || text.substr(at + 1, name.size()) != name) continue;
      const bool begins =
          std::string_view(" \t\n(|,{-").find(text[at - 1]) != std::string_view::npos;
      if (!begins || (end < text.size() && is_part_of_name(text[end]))) continue;
      places.push_back({static_cast<uint32_t>(at + 1), static_cast<uint32_t>(end)});
    }
  }
  return places;
}

}  // namespace compiler::migrate::impact
