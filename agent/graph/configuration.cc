#include "agent/graph/configuration.h"

#include "base/digest.h"

namespace agent::graph {

base::Result<Loaded> load(const std::filesystem::path& path, river::config::Catalog catalog,
                          river::schema::Stability floor) {
  auto texts = base::read_config(path);
  if (!texts) return tl::unexpected(texts.error());

  Loaded loaded{std::make_unique<Configuration>(), {}};
  Configuration& configuration = *loaded.configuration;
  std::string content;
  for (const base::NamedText& file : *texts) content += file.text;
  configuration.hash = base::sha256_hex(content);
  configuration.trees =
      river::config::load(std::move(*texts), configuration.sources, loaded.diagnostics);
  std::vector<const river::ast::Tree*> files;
  for (const auto& tree : configuration.trees) files.push_back(tree.get());
  configuration.program = river::config::resolve(files, catalog, floor, loaded.diagnostics);
  river::config::check(configuration.program, loaded.diagnostics);
  loaded.diagnostics.sort();
  return loaded;
}

}  // namespace agent::graph
