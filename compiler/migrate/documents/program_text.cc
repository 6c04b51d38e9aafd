#include "compiler/migrate/documents/program_text.h"

#include <fmt/format.h>

#include "compiler/migrate/documents/selectors.h"

namespace compiler::migrate::documents {

void list_program(const Excerpt& whole, Gatherer& out) {
  out.document().kind = out.document().path.ends_with(".tf") ? "Terraform" : "Jsonnet";
  const auto selectors = find_selectors(whole.text());
  if (selectors.empty())
    return out.unrecognised_at(0, "", "a program that is not run; give the dashboards it makes");
  for (const FoundSelector& one : selectors)
    out.unrecognised_at(one.begin, "",
                        fmt::format("{} in a program that is not run; give the dashboards it makes",
                                    whole.text().substr(one.begin, one.end - one.begin)));
}

}  // namespace compiler::migrate::documents
