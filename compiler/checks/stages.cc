#include <algorithm>
#include <map>
#include <variant>

#include "base/text.h"
#include "compiler/checks/checks.h"
#include "logql/parser.h"

/// Pipelines are judged by their texts: a value is used where a later step names it in any way, and
/// may be set where anything before it, or anywhere outside, has its name. So what is not known of
/// a step makes no finding.
namespace compiler::checks {

namespace ast = river::ast;
using river::diag::Diagnostics;

namespace {

constexpr std::string_view kStage = "stage.";
/// Steps that set values which they do not name.
constexpr std::string_view kSetOthers[] = {
    "stage.docker",       "stage.cri",      "stage.geoip",  "stage.eventlogmessage",
    "stage.windowsevent", "stage.sampling", "stage.metrics"};

/// Steps that make labels or metadata of values, by a map.
constexpr std::string_view kSetLabels[] = {"stage.labels", "stage.structured_metadata"};

/// Calls visit for each word of a text: letters, digits and _.
template <class Visit>
void each_word(std::string_view text, const Visit& visit) {
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    while (i < text.size() && base::is_word(text[i])) ++i;
    if (i > begin) visit(text.substr(begin, i - begin));
    while (i < text.size() && !base::is_word(text[i])) ++i;
  }
}

void collect(const ast::Expr& value, Words& words) {
  if (const auto text = text_of(value))
    each_word(*text, [&](std::string_view word) { words.emplace(word); });
  if (value.left != nullptr) collect(*value.left, words);
  if (value.right != nullptr) collect(*value.right, words);
  for (const ast::Expr* item : value.items) collect(*item, words);
  for (const ast::Field& field : value.fields) {
    words.emplace(field.key);
    collect(*field.value, words);
  }
}

const ast::Statement* attribute(const ast::Statement& stage, std::string_view name) {
  for (const ast::Statement* one : stage.body.statements)
    if (!one->is_block && one->name == name) return one;
  return nullptr;
}

/// A value that a step sets under a name that is written there.
struct Capture {
  std::string name;
  river::diag::Span place;
};

/// (?P<name>...) and (?<name>...) of a regex.
void add_groups(const ast::Expr& value, std::vector<Capture>& captures) {
  const auto text = text_of(value);
  for (size_t at = 0; text && (at = text->find("(?", at)) != std::string::npos; ++at) {
    size_t begin = at + 2;
    if (text->compare(begin, 1, "P") == 0) ++begin;
    const size_t end = text->find('>', begin);
    if (text->compare(begin, 1, "<") != 0 || end == std::string::npos) continue;
    captures.push_back({text->substr(begin + 1, end - begin - 1), value.span});
  }
}

std::vector<Capture> captures_of(const ast::Statement& stage) {
  std::vector<Capture> captures;
  // That a line can be read at all may be what is asked.
  if (attribute(stage, "drop_malformed") != nullptr) return captures;
  if (stage.name == "stage.regex" && attribute(stage, "labels_from_groups") == nullptr) {
    if (const auto* one = attribute(stage, "expression")) add_groups(*one->value, captures);
  }
  for (const auto& [kind, name] :
       {std::pair{"stage.json", "expressions"}, {"stage.logfmt", "mapping"}})
    if (const auto* one = attribute(stage, name); one != nullptr && stage.name == kind)
      for (const ast::Field& field : one->value->fields)
        captures.push_back({std::string(field.key), field.key_span});
  return captures;
}

/// The values that a step reads by name: `source`, and those of a map of labels, each with its key
/// for a name where it is empty.
std::vector<Capture> reads_of(const ast::Statement& stage) {
  std::vector<Capture> reads;
  if (const auto* source = attribute(stage, "source"); source && stage.name != "stage.template")
    if (const auto text = text_of(*source->value); text && !text->empty())
      reads.push_back({*text, source->value->span});
  if (const auto* label = stage.name == "stage.tenant" ? attribute(stage, "label") : nullptr)
    if (const auto text = text_of(*label->value)) reads.push_back({*text, label->value->span});
  if (!is_one_of(stage.name, kSetLabels)) return reads;
  if (const auto* values = attribute(stage, "values"))
    for (const ast::Field& field : values->value->fields) {
      const auto text = text_of(*field.value);
      const bool is_own =
          field.value->kind == ast::ExprKind::null_literal || (text && text->empty());
      if (is_own) reads.push_back({std::string(field.key), field.key_span});
      if (text && !text->empty()) reads.push_back({*text, field.value->span});
    }
  return reads;
}

/// A template that takes all values as one: {{ . }}, {{ range $k, $v := . }}, {{ toJson . }}.
bool takes_all(const ast::Statement& stage) {
  const auto* one = attribute(stage, "template");
  const auto text = one != nullptr ? text_of(*one->value) : std::nullopt;
  for (size_t at = 0; text && (at = text->find('.', at)) != std::string::npos; ++at) {
    const bool is_first =
        at == 0 || std::string_view(" {(").find((*text)[at - 1]) != std::string::npos;
    const bool is_last = at + 1 == text->size() ||
                         std::string_view(" })|").find((*text)[at + 1]) != std::string::npos;
    const size_t open = text->rfind("{{", at), close = text->rfind("}}", at);
    if (is_first && is_last && open != std::string::npos &&
        (close == std::string::npos || close < open))
      return true;
  }
  return false;
}

/// The words by which a step may use values; of one that holds others, its own.
void add_uses(const ast::Statement& stage, Words& uses) {
  if (is_one_of(stage.name, kSetLabels)) {
    for (const Capture& read : reads_of(stage)) uses.insert(read.name);
    return;
  }
  for (const ast::Statement* one : stage.body.statements)
    if (!one->is_block)
      collect(*one->value, uses);
    else if (!one->name.starts_with(kStage))
      collect_words(one->body, uses);
}

class Pipeline {
 public:
  Pipeline(const std::optional<Words>& labels, const TakenLabels& taken, Diagnostics& diagnostics)
      : before_(labels.value_or(Words())),
        taken_(taken),
        diagnostics_(diagnostics),
        sets_others_(!labels) {}

  void add(const ast::Body& body) {
    for (const ast::Statement* one : body.statements) {
      if (!one->is_block || !one->name.starts_with(kStage)) continue;
      stages_.push_back(one);
      if (one->name == "stage.match") add(one->body);
    }
  }

  void check() {
    for (size_t i = 0; i < stages_.size(); ++i) {
      check_labels(*stages_[i]);
      if (!sets_others_) {
        for (const Capture& read : reads_of(*stages_[i])) check_read(read);
        check_selector(*stages_[i]);
      }
      check_captures(i);
      add_words(*stages_[i]);
      sets_others_ |= is_one_of(stages_[i]->name, kSetOthers);
    }
  }

 private:
  void check_read(const Capture& read) {
    if (before_.contains(read.name) || !base::is_label_name(read.name)) return;
    diagnostics_.warning("C033", read.place, "no step before this one sets \"{}\"", read.name)
        .with_help("extract it first, by stage.regex, stage.json or stage.logfmt");
  }

  /// A selector that wants a label which no entry has by then.
  void check_selector(const ast::Statement& stage) {
    const auto* selector = stage.name == "stage.match" ? attribute(stage, "selector") : nullptr;
    const auto parsed =
        logql::parse(selector != nullptr ? text_of(*selector->value).value_or("") : "");
    const auto* query = parsed.ok() ? std::get_if<logql::LogQuery>(&parsed.expr->what) : nullptr;
    if (query == nullptr) return;
    for (const logql::Matcher& matcher : query->selector.matchers) {
      const std::string& name = matcher.name.value;
      const bool wants_value = matcher.op == logql::MatchOp::equal && !matcher.value.value.empty();
      if (!wants_value || before_.contains(name)) continue;
      auto& problem =
          diagnostics_.warning("C033", selector->value->span,
                               "no entry has the label \"{}\" here: the stage never runs", name);
      const std::vector<std::string_view> known(before_.begin(), before_.end());
      const auto near = river::diag::did_you_mean(name, known);
      problem.with_help(near.empty() ? "set it first, by stage.labels or a relabel rule"
                                     : fmt::format("did you mean {}?", near));
    }
  }

  void remove_dropped(const ast::Statement& stage) {
    if (const auto* values = attribute(stage, "values"))
      for (const ast::Expr* item : values->value->items)
        if (const auto name = text_of(*item)) before_.erase(*name);
  }

  void check_captures(size_t i) {
    const auto captures = captures_of(*stages_[i]);
    if (captures.empty()) return;
    Words later;
    for (size_t j = i + 1; j < stages_.size(); ++j) {
      if (takes_all(*stages_[j])) return;
      add_uses(*stages_[j], later);
    }
    const auto is_used = [&](const Capture& one) { return later.contains(one.name); };
    // The groups of one regex: a name also says what a part of the line is.
    if (stages_[i]->name == "stage.regex" && std::any_of(captures.begin(), captures.end(), is_used))
      return;
    for (const Capture& one : captures) {
      if (is_used(one)) continue;
      diagnostics_
          .warning("C032", one.place, "\"{}\" is extracted, and no later step uses it", one.name)
          .with_help("use it, such as in stage.labels, or leave it out");
    }
  }

  void check_labels(const ast::Statement& stage) {
    if (stage.name != "stage.labels") return;
    const auto* values = attribute(stage, "values");
    if (values == nullptr) return;
    for (const ast::Field& field : values->value->fields) {
      const auto source = text_of(*field.value);
      const std::string name = source && !source->empty() ? *source : std::string(field.key);
      const auto path = paths_.find(name);
      const bool is_unbounded = is_unbounded_name(field.key) || is_unbounded_name(name) ||
                                (path != paths_.end() && is_unbounded_name(path->second));
      if (!is_unbounded || taken_.contains(field.key)) continue;
      diagnostics_
          .warning("C034", field.key_span, "the label \"{}\" is different for each line or request",
                   field.key)
          .with_help("each value is a stream of its own: use stage.structured_metadata");
    }
  }

  /// The names that values have in the line, where they get others.
  void add_paths(const ast::Statement& stage) {
    for (const std::string_view attribute_name : {"expressions", "mapping"})
      if (const auto* one = attribute(stage, attribute_name))
        for (const ast::Field& field : one->value->fields)
          if (const auto path = text_of(*field.value))
            paths_[std::string(field.key)] = path->substr(path->rfind('.') + 1);
  }

  void add_words(const ast::Statement& stage) {
    add_paths(stage);
    if (stage.name == "stage.match") return;  // Its stages come after it.
    if (stage.name == "stage.label_drop") return remove_dropped(stage);
    // What a step of labels reads is not set by it.
    if (!is_one_of(stage.name, kSetLabels)) return collect_words(stage.body, before_);
    if (const auto* values = attribute(stage, "values"))
      for (const ast::Field& field : values->value->fields) before_.emplace(field.key);
  }

  Words before_;
  std::map<std::string, std::string> paths_;
  const TakenLabels& taken_;
  Diagnostics& diagnostics_;
  std::vector<const ast::Statement*> stages_;
  bool sets_others_;  ///< values that are not named, by a step or before the first one
};

}  // namespace

void collect_words(const ast::Body& body, Words& words) {
  for (const ast::Statement* statement : body.statements) {
    if (statement->is_block)
      collect_words(statement->body, words);
    else
      collect(*statement->value, words);
  }
}

bool collect_labels(const ast::Body& body, Words& labels) {
  bool all_known = true;
  for (const ast::Statement* one : body.statements) {
    if (!one->is_block) {
      collect(*one->value, labels);
      // It makes labels of all names that match.
      all_known &= one->name != "action" || text_of(*one->value).value_or("labelmap") != "labelmap";
    } else if (!one->name.starts_with(kStage) || one->name == "stage.match") {
      all_known &= collect_labels(one->body, labels);
    } else if (is_one_of(one->name, kSetLabels) || one->name == "stage.static_labels" ||
               attribute(*one, "labels_from_groups") != nullptr) {
      collect_words(one->body, labels);
    } else {
      const bool is_closed = one->name == "stage.sampling" || one->name == "stage.metrics";
      all_known &= is_closed || !is_one_of(one->name, kSetOthers);
    }
  }
  return all_known;
}

void check_stages(const river::config::Node& node, const std::optional<Words>& labels,
                  const TakenLabels& taken, Diagnostics& diagnostics) {
  Pipeline pipeline(labels, taken, diagnostics);
  pipeline.add(node.block->body);
  pipeline.check();
}

}  // namespace compiler::checks
