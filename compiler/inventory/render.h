#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/inventory/inventory.h"

namespace compiler::inventory {

/// Rendered values of one host by the text of the Jinja expression. A null pointer: rendering
/// failed and was reported.
using RenderedTexts = std::unordered_map<std::string_view, const yaml::Node*>;

/// The texts of one host that hold Jinja expressions and are used.
struct RenderJob {
  const HostEntry* host = nullptr;
  std::vector<const yaml::Node*> values;  ///< scalars, each text once
};

/// Renders all jobs in one run of Python with Jinja2, the engine that Ansible uses, in a sandbox:
/// render_request.h; in none where simple_text() knows them all. Answers one map per job; reports
/// expressions that fail at their place. A missing Python or Jinja2 is reported once, by the name
/// of the package. Nodes are made in the inventory's memory; encrypted values stay encrypted.
std::vector<RenderedTexts> render(const std::vector<RenderJob>& jobs, Inventory& inventory,
                                  river::diag::Diagnostics& diagnostics);

/// A text file that is rendered, or that others may include.
struct JinjaFile {
  std::string name;  ///< as includes name it: relative to the folder of templates
  const river::diag::SourceFile* source = nullptr;
};

struct RenderFileJob {
  const HostEntry* host = nullptr;
  std::string file;  ///< a JinjaFile's name
};

/// Renders a file for each job, as Ansible's template module does. Answers texts in the SourceMap
/// whose lines stand for those of the templates; nullptr where rendering failed, which is reported
/// at the template's line.
std::vector<const river::diag::SourceFile*> render_files(const std::vector<RenderFileJob>& jobs,
                                                         const std::vector<JinjaFile>& files,
                                                         const Inventory& inventory,
                                                         river::diag::SourceMap& sources,
                                                         river::diag::Diagnostics& diagnostics);

/// Adds the scalars in `node` that hold expressions.
void collect_templated(const yaml::Node& node, RenderJob& job);

/// `node` with rendered values in place; the node itself when nothing in it is templated. Failed
/// values become null.
const yaml::Node* with_rendered(const yaml::Node& node, const RenderedTexts& rendered,
                                base::Arena& arena);

}  // namespace compiler::inventory
