#include "river/config/program.h"
#include "river/parser.h"

namespace river::config {

std::vector<std::unique_ptr<ast::Tree>> load(std::vector<base::NamedText> texts,
                                             diag::SourceMap& sources,
                                             diag::Diagnostics& diagnostics) {
  std::vector<std::unique_ptr<ast::Tree>> trees;
  for (base::NamedText& text : texts)
    trees.push_back(parse(sources.add(std::move(text.name), std::move(text.text)), diagnostics));
  return trees;
}

}  // namespace river::config
