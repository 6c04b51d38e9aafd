#include <algorithm>

#include "river/config/steps.h"
#include "river/schema/decode.h"

namespace river::config {

namespace {

std::string_view first_name(std::string_view dotted) {
  return dotted.substr(0, dotted.find('.'));
}

/// Blocks whose label becomes the first name of custom components.
bool makes_components(std::string_view name) {
  return name == "declare" || first_name(name) == "import";
}

/// The field of this name, which may be one of a squashed struct; nullptr: there is none.
const schema::Field* field_of(const schema::BlockSchema& schema, std::string_view name) {
  for (const schema::Field& field : schema.fields) {
    if (field.form == schema::Form::squash) {
      if (const schema::Field* inner = field_of(*field.schema, name)) return inner;
    } else if (field.name == name) {
      return &field;
    }
  }
  return nullptr;
}

/// Whether a statement makes use of what is not stable in its field: grounds to refuse it.
bool uses(const ast::Statement& statement, const schema::Field& field) {
  if (statement.is_block) return true;
  const std::string_view text = statement.value->text;
  return field.unstable_literal.empty() ? text != "false" : text == field.unstable_literal;
}

class Binder {
 public:
  Binder(Catalog catalog, schema::Stability floor, diag::Diagnostics& diagnostics)
      : catalog_(catalog), floor_(floor), diagnostics_(diagnostics) {}

  Bound run(std::span<const ast::Tree* const> files) {
    for (const ast::Tree* file : files)
      for (const ast::Statement* statement : file->body.statements)
        if (statement->is_block && makes_components(statement->name))
          bound_.modules.emplace(statement->label);
    for (const ast::Tree* file : files)
      for (const ast::Statement* statement : file->body.statements) take(*statement);
    return std::move(bound_);
  }

 private:
  void take(const ast::Statement& statement);
  const schema::Signature* signature_of(const ast::Statement& block);
  void report_unknown(const ast::Statement& block);
  bool has_right_label(const ast::Statement& block, const schema::Signature& signature);
  bool is_stable_enough(const ast::Statement& block, const schema::Signature& signature);
  void check_stability(const ast::Body& body, const schema::BlockSchema& schema);
  void report_unstable(const ast::Statement& statement, std::string_view kind,
                       schema::Stability stability);

  Catalog catalog_;
  schema::Stability floor_;
  diag::Diagnostics& diagnostics_;
  Bound bound_;
};

void Binder::take(const ast::Statement& statement) {
  if (!statement.is_block) {
    diagnostics_.error("R080", statement.name_span, "unrecognized attribute \"{}\"", statement.name)
        .with_help("only blocks are allowed at the top level of a file");
    return;
  }
  std::string id(statement.name);
  if (!statement.label.empty()) id += fmt::format(".{}", statement.label);
  const auto [declared, fresh] =
      bound_.by_id.try_emplace(id, Declared{.place = statement.header_span()});
  const schema::Signature* signature = signature_of(statement);
  if (!signature) return;
  const bool fits = has_right_label(statement, *signature);
  if (!is_stable_enough(statement, *signature) || !fits) return;
  if (!fresh) {
    diagnostics_.error("R085", statement.header_span(), "block {} is declared already", id)
        .note(declared->second.place, "it is declared here first");
    return;
  }
  auto& node = bound_.nodes.emplace_back(std::make_unique<Node>());
  node->id = std::move(id);
  node->block = &statement;
  node->signature = signature;
  declared->second.node = node.get();
}

const schema::Signature* Binder::signature_of(const ast::Statement& block) {
  for (const schema::Signature* signature : catalog_.signatures)
    if (signature->name == block.name) return signature;
  // An instance of a module: the module is what tributary lacks, and that is reported there.
  if (!bound_.modules.contains(first_name(block.name))) report_unknown(block);
  return nullptr;
}

void Binder::report_unknown(const ast::Statement& block) {
  const auto alloy = catalog_.alloy_names;
  if (std::binary_search(alloy.begin(), alloy.end(), block.name)) {
    auto& report =
        diagnostics_.error("R082", block.name_span,
                           "tributary does not have \"{}\", which Grafana Alloy has", block.name);
    if (makes_components(block.name) || block.name == "foreach")
      report.with_help("write the components of the module out");
    return;
  }
  auto& report =
      diagnostics_.error("R081", block.name_span, "unknown component \"{}\"", block.name);
  std::vector<std::string_view> names;
  for (const schema::Signature* signature : catalog_.signatures) names.push_back(signature->name);
  if (const std::string_view near = diag::did_you_mean(block.name, names); !near.empty())
    report.with_help(fmt::format("did you mean \"{}\"?", near));
}

bool Binder::has_right_label(const ast::Statement& block, const schema::Signature& signature) {
  if (signature.takes_label && block.label.empty()) {
    diagnostics_.error("R083", block.name_span, "component \"{}\" must have a label", block.name)
        .with_help(fmt::format("write {} \"default\" {{ ... }}", block.name));
    return false;
  }
  if (!signature.takes_label && !block.label.empty()) {
    diagnostics_.error("R084", block.label_span, "block \"{}\" takes no label", block.name);
    return false;
  }
  return true;
}

bool Binder::is_stable_enough(const ast::Statement& block, const schema::Signature& signature) {
  if (signature.stability >= floor_) {
    check_stability(block.body, signature.arguments);
    return true;
  }
  report_unstable(block, "component", signature.stability);
  return false;
}

/// Attributes and blocks have a stability of their own, at any depth.
void Binder::check_stability(const ast::Body& body, const schema::BlockSchema& schema) {
  for (const ast::Statement* statement : body.statements) {
    const schema::Field* field = field_of(schema, statement->name);
    if (field == nullptr) continue;
    if (field->stability < floor_ && uses(*statement, *field))
      report_unstable(*statement, statement->is_block ? "block" : "attribute", field->stability);
    else if (statement->is_block && field->schema != nullptr)
      check_stability(statement->body, *field->schema);
  }
}

void Binder::report_unstable(const ast::Statement& statement, std::string_view kind,
                             schema::Stability stability) {
  diagnostics_
      .error("R086", statement.name_span, "{} \"{}\" is {}, but only {} ones are allowed", kind,
             statement.name, stability_name(stability), stability_name(floor_))
      .with_help(fmt::format("allow it with --stability.level={}", stability_name(stability)));
}

}  // namespace

Bound bind(std::span<const ast::Tree* const> files, Catalog catalog, schema::Stability floor,
           diag::Diagnostics& diagnostics) {
  return Binder(catalog, floor, diagnostics).run(files);
}

std::string_view stability_name(schema::Stability stability) {
  switch (stability) {
    case schema::Stability::experimental:
      return "experimental";
    case schema::Stability::public_preview:
      return "public-preview";
    case schema::Stability::generally_available:
      return "generally-available";
  }
  return {};
}

}  // namespace river::config
