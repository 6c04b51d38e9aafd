#include "compiler/migrate/impact/line_labels.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "compiler/migrate/impact/template_labels.h"

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

  void operator()(const logql::LineFilter&) { read_text("contents"); }
  void operator()(const logql::Decolorize&) {}
  void operator()(const logql::StageVariable& stage) {
    lines_.unknown = fmt::format("the variable ${} stands for stages", stage.variable.name);
  }

  void operator()(const logql::Parser& parser) {
    read_text("fields");
    if (!parser.extractions.empty()) {
      for (const auto& one : parser.extractions) extract(name_of(one.label));
      return;
    }
    switch (parser.kind) {
      case logql::ParserKind::json:
      case logql::ParserKind::logfmt:
      case logql::ParserKind::unpack:
        lines_.open = true;
        overwrite();
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
    const std::string pattern = template_of(format.pattern);
    std::string text;
    for (const auto& label : labels_in_template(pattern)) {
      const LabelSource source = lines_.source(families_, label);
      text += fmt::format("|{}={}", label, key_of(source));
      lines_.shown[label] = source;
    }
    // Of the text that was there nothing is left, unless {{ __line__ }} writes it again.
    const bool keeps = pattern.find("__line__") != std::string::npos;
    lines_.text = keeps ? lines_.text + text : text;
    note_template(pattern);
  }

  void operator()(const logql::LabelFormat& format) {
    for (const auto& one : format.assignments) {
      const std::string target = name_of(one.label);
      if (one.is_template) {
        const std::string pattern = template_of(one.value);
        note_template(pattern);
        LabelSource made{.kind = LabelSource::Kind::made, .values = {}, .id = pattern};
        for (const auto& label : labels_in_template(pattern)) {
          made.id += fmt::format("|{}={}", label, key_of(lines_.source(families_, label)));
        }
        lines_.named[target] = std::move(made);
        continue;
      }
      rename(name_of(one.value), target);
    }
  }

  void operator()(const logql::LabelList& list) {
    if (!list.keep) {
      for (const auto& item : list.items) drop(item);
      return;
    }
    std::map<std::string, LabelSource> kept;
    for (const auto& item : list.items) {
      const std::string name = name_of(item.name);
      const LabelSource source = lines_.source(families_, name);
      const auto met = item.matcher ? meets(item, source) : std::optional(true);
      if (met.value_or(true)) kept[name] = met ? source : conditional(item, source);
    }
    lines_.named = std::move(kept);
    lines_.open = false;
  }

  void operator()(const logql::Unwrap& unwrap) {
    const std::string label = name_of(unwrap.label);
    const LabelSource source = lines_.source(families_, label);
    lines_.read[label] = source;
    if (source.kind == LabelSource::Kind::absent) {
      lines_.passes = {};
      lines_.blocked_by.push_back(label);
    }
    if (source.kind == LabelSource::Kind::line)
      lines_.depends += fmt::format("unwrap {};", source.id);
    remove(label);
  }

 private:
  /// A field takes the place of a label of its name that a stage made, where lines have the field.
  /// What the stream has stays.
  void overwrite() {
    for (auto& [name, source] : lines_.named) {
      if (lines_.stream.contains(name) || source == from_line(name)) continue;
      source = {.kind = LabelSource::Kind::made,
                .values = {},
                .id = fmt::format("field {}, else {}", name, key_of(source))};
    }
  }

  /// The name of a label that a stage makes, reads or takes away.
  std::string name_of(const logql::Text& text) {
    if (const auto bound = bindings_.bind(text, side_)) return bound->text;
    lines_.unknown = fmt::format("the label of a stage is a variable, {}", text.value);
    return text.value;
  }

  /// A template with the values of variables. The others in it may be its own.
  std::string template_of(const logql::Text& text) {
    std::string pattern = bindings_.filled(text, side_);
    if (names_label_by_variable(pattern))
      lines_.unknown = "a template names a label by a variable whose values are not known";
    return pattern;
  }

  /// A stage that reads lines reads the labels that a template wrote into them.
  void read_text(std::string_view what) {
    if (lines_.text.empty()) return;
    lines_.text_depends += fmt::format("{} of {};", what, lines_.text);
    for (const auto& [name, source] : lines_.shown) lines_.read.emplace(name, source);
  }

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
    const std::string name = name_of(item.name);
    const LabelSource source = lines_.source(families_, name);
    if (item.matcher) {
      if (const auto met = meets(item, source)) {
        if (*met) remove(name);
        return;
      }
      if (source.kind != LabelSource::Kind::absent) lines_.named[name] = conditional(item, source);
      return;
    }
    remove(name);
  }

  /// Lines that do not have the label keep what they have under the new name: a label of theirs, or
  /// what a parser found.
  void rename(const std::string& from, const std::string& to) {
    const LabelSource source = lines_.source(families_, from);
    const bool may_be_there = lines_.open || lines_.named.contains(to);
    const LabelSource other = may_be_there ? lines_.source(families_, to) : LabelSource{};
    LabelSource result = source;
    if (presence(source) == Presence::never) {
      result = other;
    } else if (presence(source) == Presence::sometimes && presence(other) != Presence::never) {
      result = {.kind = LabelSource::Kind::made,
                .values = {},
                .id = fmt::format("{}, else {}", key_of(source), key_of(other))};
    }
    lines_.templated.emplace_back(from, result);
    lines_.named[to] = std::move(result);
    remove(from);
  }

  enum class Presence : uint8_t { never, sometimes, always };

  /// Whether lines have the label. A label that is empty is not there.
  static Presence presence(const LabelSource& source) {
    if (source.kind == LabelSource::Kind::absent) return Presence::never;
    if (source.kind == LabelSource::Kind::line) return Presence::sometimes;
    if (source.kind == LabelSource::Kind::made) return Presence::sometimes;
    const auto& exact = source.values.exact;
    const bool may_be_absent = std::find(exact.begin(), exact.end(), "") != exact.end();
    if (!may_be_absent) return Presence::always;
    const bool has_value = exact.size() > 1 || !source.values.open.empty();
    return has_value ? Presence::sometimes : Presence::never;
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

}  // namespace compiler::migrate::impact
