#include "river/schema/decode.h"

#include <algorithm>

namespace river::schema {

namespace {

/// A field of the schema, or of a squashed one, and the struct that holds it.
struct Slot {
  const Field* field = nullptr;
  void* object = nullptr;
  const ast::Statement* first = nullptr;  ///< where it is written first; nullptr: nowhere
  bool misspelled = false;                ///< a name that is close to this one was reported
  Decoded outcome = Decoded::ok;

  /// It should be written and is not.
  bool missing() const { return !first && (misspelled || field->need == Need::required); }
};

/// A rule set to run once everything is decoded.
struct Rules {
  const BlockSchema* schema = nullptr;
  const void* object = nullptr;
};

/// Decodes one body. What went wrong is reported as it is met; the outcome is the worst of all.
class BodyDecoder {
 public:
  BodyDecoder(diag::Span header, const river::Scope& scope, diag::Diagnostics& diagnostics)
      : header_(header), scope_(scope), diagnostics_(diagnostics) {}

  Decoded run(const ast::Body& body, const BlockSchema& schema, void* object) {
    flatten(schema, object);
    for (const ast::Statement* statement : body.statements) take(*statement);
    for (const Slot& slot : slots_)
      if (slot.missing() && !slot.misspelled) report_missing(*slot.field);
    validate();
    return outcome_;
  }

 private:
  void flatten(const BlockSchema& schema, void* object);
  void take(const ast::Statement& statement);
  void take_attribute(const ast::Statement& statement, Slot& slot);
  void take_block(const ast::Statement& statement, Slot& slot);
  bool fits(const ast::Statement& statement, const Slot& slot);
  void report_unknown(const ast::Statement& statement);
  void report_missing(const Field& field);
  void validate();

  bool has_errors_since(size_t reported) const {
    const auto& items = diagnostics_.items();
    return std::any_of(items.begin() + static_cast<ptrdiff_t>(reported), items.end(),
                       [](const auto& item) { return item.severity == diag::Severity::error; });
  }

  void note(Slot& slot, Decoded outcome) {
    slot.outcome = worse(slot.outcome, outcome);
    outcome_ = worse(outcome_, outcome);
  }

  diag::Span header_;
  const river::Scope& scope_;
  diag::Diagnostics& diagnostics_;
  std::vector<Slot> slots_;
  std::vector<Rules> rules_;
  Decoded outcome_ = Decoded::ok;
};

void BodyDecoder::flatten(const BlockSchema& schema, void* object) {
  for (const Field& field : schema.fields) {
    if (field.form == Form::squash)
      flatten(*field.schema, field.open(object));
    else
      slots_.push_back({.field = &field, .object = object});
  }
  // After the squashed ones: the outer struct's rules may lean on theirs.
  if (schema.validate) rules_.push_back({&schema, object});
}

void BodyDecoder::take(const ast::Statement& statement) {
  const auto slot = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& candidate) {
    return candidate.field->name == statement.name;
  });
  if (slot == slots_.end()) {
    report_unknown(statement);
    outcome_ = Decoded::failed;
    return;
  }
  const ast::Statement* earlier =
      std::exchange(slot->first, slot->first ? slot->first : &statement);
  if (earlier && (!statement.is_block || !slot->field->repeats)) {
    diagnostics_
        .error(statement.is_block ? "C004" : "C003", statement.name_span,
               "{} \"{}\" may only be given once", statement.is_block ? "block" : "attribute",
               statement.name)
        .note(earlier->name_span, "it is given here first");
    outcome_ = Decoded::failed;
    return;
  }
  if (!fits(statement, *slot)) {
    note(*slot, Decoded::failed);
  } else if (statement.is_block) {
    take_block(statement, *slot);
  } else {
    take_attribute(statement, *slot);
  }
}

/// Reports a block used as an attribute and the reverse, and a label where none belongs.
bool BodyDecoder::fits(const ast::Statement& statement, const Slot& slot) {
  const bool wants_block = slot.field->form == Form::block;
  if (wants_block && !statement.is_block) {
    diagnostics_
        .error("C007", statement.name_span, "\"{}\" must be a block, but is used as an attribute",
               statement.name)
        .with_help(fmt::format("write {} {{ ... }}", statement.name));
    return false;
  }
  if (!wants_block && statement.is_block) {
    diagnostics_
        .error("C008", statement.name_span, "\"{}\" must be an attribute, but is used as a block",
               statement.name)
        .with_help(fmt::format("write {} = ...", statement.name));
    return false;
  }
  if (!statement.label.empty()) {
    diagnostics_.error("C009", statement.label_span, "block \"{}\" takes no label", statement.name);
    return false;
  }
  return true;
}

void BodyDecoder::take_attribute(const ast::Statement& statement, Slot& slot) {
  const size_t before = diagnostics_.size();
  const Value value = evaluate(*statement.value, scope_, diagnostics_);
  DecodeContext context{diagnostics_, statement.value->span, statement.name};
  note(slot, slot.field->decode(value, slot.object, context));
  // What could not be evaluated is an unknown value, which fits everywhere.
  if (has_errors_since(before)) note(slot, Decoded::failed);
}

void BodyDecoder::take_block(const ast::Statement& statement, Slot& slot) {
  BodyDecoder inner(statement.header_span(), scope_, diagnostics_);
  note(slot, inner.run(statement.body, *slot.field->schema, slot.field->open(slot.object)));
}

void BodyDecoder::report_unknown(const ast::Statement& statement) {
  const std::string_view what = statement.is_block ? "block" : "attribute";
  auto& report = diagnostics_.error(statement.is_block ? "C002" : "C001", statement.name_span,
                                    "unrecognized {} \"{}\"", what, statement.name);
  std::vector<std::string_view> names;
  for (const Slot& slot : slots_) names.push_back(slot.field->name);
  const std::string_view near = diag::did_you_mean(statement.name, names);
  if (near.empty()) return;
  report.with_help(fmt::format("did you mean \"{}\"?", near));
  for (Slot& slot : slots_) slot.misspelled |= slot.field->name == near;
}

void BodyDecoder::report_missing(const Field& field) {
  outcome_ = Decoded::failed;
  const bool is_block = field.form == Form::block;
  const std::string what = is_block ? "" : fmt::format(" ({})", type_name(*field.type));
  diagnostics_
      .error(is_block ? "C006" : "C005", header_, "missing required {} \"{}\"",
             is_block ? "block" : "attribute", field.name)
      .with_help(fmt::format("{}{}: {}", field.name, what, field.doc));
}

void BodyDecoder::validate() {
  if (rules_.empty()) return;
  std::vector<Scope::Given> given;
  for (const Slot& slot : slots_) {
    if (!slot.first && !slot.missing()) continue;
    diag::Span place = header_;
    if (slot.first)
      place = slot.first->is_block ? slot.first->header_span() : slot.first->value->span;
    given.push_back({.name = slot.field->name,
                     .span = place,
                     .unknown = slot.outcome != Decoded::ok,
                     .missing = slot.missing()});
  }
  const size_t before = diagnostics_.size();
  schema::Scope scope(header_, given, diagnostics_);
  for (const Rules& rules : rules_) rules.schema->validate(rules.object, scope);
  if (has_errors_since(before)) outcome_ = Decoded::failed;
}

}  // namespace

bool decode_body(const ast::Body& body, diag::Span header, const BlockSchema& schema, void* object,
                 const river::Scope& scope, diag::Diagnostics& diagnostics) {
  return BodyDecoder(header, scope, diagnostics).run(body, schema, object) != Decoded::failed;
}

}  // namespace river::schema
