#include "agent/configuration.h"

#include "base/digest.h"
#include "river/parser.h"

namespace agent {

base::Result<Loaded> load(const std::filesystem::path& path, river::config::Catalog catalog,
                          river::schema::Stability floor) {
  auto texts = base::read_config(path);
  if (!texts) return tl::unexpected(texts.error());

  Loaded loaded{std::make_unique<Configuration>(), {}};
  Configuration& configuration = *loaded.configuration;
  std::vector<const river::ast::Tree*> files;
  std::string content;
  for (auto& [name, text] : *texts) {
    content += text;
    const auto& file = configuration.sources.add(std::move(name), std::move(text));
    configuration.trees.push_back(river::parse(file, loaded.diagnostics));
    files.push_back(configuration.trees.back().get());
  }
  configuration.hash = base::sha256_hex(content);
  configuration.program = river::config::resolve(files, catalog, floor, loaded.diagnostics);
  river::config::check(configuration.program, loaded.diagnostics);
  loaded.diagnostics.sort();
  return loaded;
}

}  // namespace agent
