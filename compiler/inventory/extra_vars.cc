#include "compiler/inventory/inventory_parts.h"

namespace compiler::inventory {

namespace {

/// NAME=VALUE pairs with blanks between them; quotes hold a value together. As Ansible reads them,
/// all values are text.
const yaml::Node* read_pairs(const river::diag::SourceFile& source, InventoryBuilder& builder) {
  base::Arena& arena = *builder.inventory.arena;
  std::vector<yaml::Pair> pairs;
  const std::string_view text = source.text;
  for (size_t at = text.find_first_not_of(" \n"); at < text.size();
       at = text.find_first_not_of(" \n", at)) {
    const size_t begin = at;
    char quote = 0;
    std::string word;
    for (; at < text.size() && (quote != 0 || (text[at] != ' ' && text[at] != '\n')); ++at) {
      const char c = text[at];
      if (quote == 0 && (c == '"' || c == '\''))
        quote = c;
      else if (c == quote)
        quote = 0;
      else
        word += c;
    }
    const river::diag::Span place{source.base + static_cast<uint32_t>(begin),
                                  source.base + static_cast<uint32_t>(at)};
    const size_t equals = word.find('=');
    if (equals == word.npos || equals == 0) {
      builder.inventory.io_errors.push_back(
          {fmt::format("--extra-vars: \"{}\" is not NAME=VALUE", word)});
      return nullptr;
    }
    const std::string_view value = arena.text(word.substr(equals + 1));
    pairs.push_back({arena.text(word.substr(0, equals)), place,
                     arena.make(yaml::Node{.kind = yaml::Kind::scalar,
                                           .templated = value.find("{{") != value.npos,
                                           .text = value,
                                           .span = place})});
  }
  return yaml::make_map(arena, {source.base, source.base + 1}, pairs);
}

/// One argument: @FILE, a map in YAML or JSON, or pairs.
const yaml::Node* read_argument(const std::string& argument, InventoryBuilder& builder) {
  if (argument.starts_with('@')) {
    const auto files = read_yaml_files({argument.substr(1)}, builder);
    if (files[0].closed.known())
      builder.inventory.io_errors.push_back(
          {fmt::format("{}: encrypted; open it with --vault-password-file", argument.substr(1))});
    return files[0].root;
  }
  const auto& source = builder.sources.add("--extra-vars", argument);
  if (!argument.starts_with('{') && argument.find('=') != argument.npos)
    return read_pairs(source, builder);
  auto document = yaml::parse(source, builder.diagnostics);
  const yaml::Node* root = document->root;
  builder.inventory.documents.push_back(std::move(document));
  return root;
}

}  // namespace

const yaml::Node* read_extra_vars(InventoryBuilder& builder) {
  if (builder.options.extra_vars.empty()) return nullptr;
  std::vector<yaml::Pair> pairs;
  for (const std::string& argument : builder.options.extra_vars) {
    const yaml::Node* root = read_argument(argument, builder);
    if (root == nullptr || yaml::is_null(*root)) continue;
    if (root->kind != yaml::Kind::map) {
      builder.diagnostics.error("F004", root->span, "--extra-vars must be a map, not {}",
                                yaml::describe(*root));
      continue;
    }
    for (const yaml::Pair& pair : root->pairs) {
      std::erase_if(pairs, [&](const yaml::Pair& p) { return p.key == pair.key; });
      pairs.push_back(pair);
    }
  }
  auto document = std::make_unique<yaml::Document>();
  document->root = yaml::make_map(*builder.inventory.arena, {}, pairs);
  builder.inventory.documents.push_back(std::move(document));
  return builder.inventory.documents.back()->root;
}

}  // namespace compiler::inventory
