#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "compiler/cli/commands.h"
#include "river/config/steps.h"
#include "river/schema/decode.h"

namespace compiler::cli {

namespace {

namespace schema = river::schema;
using Json = nlohmann::ordered_json;

/// One line of the catalogue: an argument or a block, where it stands, and its default.
struct Entry {
  std::string path;  ///< the enclosing blocks: "endpoint > basic_auth"
  const schema::Field* field = nullptr;
  river::Value fallback;  ///< of arguments: the value when it is not written
};

/// Walks a signature's fields in their order, blocks before what they hold. Blocks that hold
/// themselves (stage.match) are entered once.
class Walker {
 public:
  std::vector<Entry> run(const schema::Signature& signature) {
    const std::shared_ptr<void> arguments = signature.make_arguments();
    walk(signature.arguments, arguments.get(), "");
    return std::move(entries_);
  }

 private:
  void walk(const schema::BlockSchema& block, void* object, const std::string& path) {
    for (const schema::Field& field : block.fields) {
      switch (field.form) {
        case schema::Form::attribute:
          entries_.push_back({path, &field, field.encode(object)});
          break;
        case schema::Form::squash:
          walk(*field.schema, field.open(object), path);
          break;
        case schema::Form::block:
          enter(field, object, path);
          break;
      }
    }
  }

  void enter(const schema::Field& field, void* object, const std::string& path) {
    entries_.push_back({path, &field, {}});
    if (std::find(open_.begin(), open_.end(), field.schema) != open_.end()) return;
    open_.push_back(field.schema);
    walk(*field.schema, field.open(object),
         fmt::format("{}{}{}", path, path.empty() ? "" : " > ", field.name));
    open_.pop_back();
  }

  std::vector<Entry> entries_;
  std::vector<const schema::BlockSchema*> open_;
};

Json to_json(const river::Value& value) {
  if (const bool* flag = value.as_bool()) return *flag;
  if (const std::string* text = value.as_string()) return *text;
  if (value.as_secret()) return "";  // No secret has a default.
  if (const river::Number* number = value.as_number()) {
    switch (number->rank) {
      case river::Number::Rank::unsigned_int:
        return number->u;
      case river::Number::Rank::signed_int:
        return number->i;
      case river::Number::Rank::floating:
        return number->f;
    }
  }
  if (const river::Array* elements = value.as_array()) {
    Json out = Json::array();
    for (const river::Value& element : *elements) out.push_back(to_json(element));
    return out;
  }
  if (const river::Object* fields = value.as_object()) {
    Json out = Json::object();
    for (const auto& [name, field] : *fields) out[name] = to_json(field);
    return out;
  }
  return nullptr;
}

/// Enum names to show; "" stands for the default and is no name to write.
std::vector<std::string> choices(const schema::Field& field) {
  std::vector<std::string> out;
  for (const std::string_view name : field.type->names)
    if (!name.empty()) out.emplace_back(name);
  return out;
}

Json argument_json(const Entry& entry) {
  const schema::Field& field = *entry.field;
  const bool required = field.need == schema::Need::required;
  Json out = {{"path", entry.path},
              {"name", field.name},
              {"type", schema::type_name(*field.type)},
              {"required", required}};
  if (!required) out["default"] = to_json(entry.fallback);
  if (auto names = choices(field); !names.empty()) out["enum"] = std::move(names);
  out["doc"] = field.doc;
  return out;
}

Json component_json(const schema::Signature& signature) {
  Json arguments = Json::array();
  Json blocks = Json::array();
  for (const Entry& entry : Walker().run(signature)) {
    if (entry.field->form == schema::Form::attribute)
      arguments.push_back(argument_json(entry));
    else
      blocks.push_back({{"path", entry.path},
                        {"name", entry.field->name},
                        {"required", entry.field->need == schema::Need::required},
                        {"repeatable", entry.field->repeats},
                        {"doc", entry.field->doc}});
  }
  Json exports = Json::array();
  for (const schema::Field& field : signature.exports)
    exports.push_back(
        {{"name", field.name}, {"type", schema::type_name(*field.type)}, {"doc", field.doc}});
  return {{"name", signature.name},
          {"doc", signature.doc},
          {"stability", river::config::stability_name(signature.stability)},
          {"takes_label", signature.takes_label},
          {"arguments", std::move(arguments)},
          {"blocks", std::move(blocks)},
          {"exports", std::move(exports)}};
}

/// "idle_timeout = "2m"  duration: ...", two spaces deeper than the block around it.
void append_line(std::string& out, const Entry& entry) {
  const schema::Field& field = *entry.field;
  const size_t depth =
      entry.path.empty() ? 1 : 2 + std::count(entry.path.begin(), entry.path.end(), '>');
  out.append(2 * depth, ' ');
  const bool required = field.need == schema::Need::required;
  if (field.form == schema::Form::block) {
    out += fmt::format("{} {{ }}{}{}  {}\n", field.name, required ? "  required" : "",
                       field.repeats ? "  any number" : "", field.doc);
    return;
  }
  const auto names = choices(field);
  out += fmt::format(
      "{} {}{}  {}", field.name, schema::type_name(*field.type),
      required ? ", required" : fmt::format(" = {}", base::json_text(to_json(entry.fallback))),
      field.doc);
  if (!names.empty()) out += fmt::format(" One of {}.", fmt::join(names, ", "));
  out += '\n';
}

}  // namespace

std::string catalogue_json(river::config::Catalog catalog) {
  Json all = Json::array();
  for (const schema::Signature* signature : catalog.signatures)
    all.push_back(component_json(*signature));
  return base::json_text(all, 1) + "\n";
}

std::string catalogue_text(river::config::Catalog catalog) {
  std::string out;
  for (const schema::Signature* signature : catalog.signatures) {
    if (!out.empty()) out += '\n';
    out += fmt::format("{}{} ({})\n  {}\n", signature->name,
                       signature->takes_label ? " \"label\"" : "",
                       river::config::stability_name(signature->stability), signature->doc);
    for (const Entry& entry : Walker().run(*signature)) append_line(out, entry);
    for (const schema::Field& field : signature->exports)
      out += fmt::format("  -> {} {}  {}\n", field.name, schema::type_name(*field.type), field.doc);
  }
  return out;
}

}  // namespace compiler::cli
