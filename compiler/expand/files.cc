#include "compiler/expand/expand.h"

/// fleet.files: find files by glob, follow them.
namespace compiler::expand {

namespace {

river::ast::Expr* path_target(const Expansion& to, const host::FilesModel& files,
                              const host::Text& path) {
  host::LabelList labels = {{"__path__", path}};
  if (files.exclude.given()) labels.push_back({"__path_exclude__", files.exclude});
  labels.insert(labels.end(), files.labels.begin(), files.labels.end());
  return to.labels(labels);
}

}  // namespace

void expand_files(const Expansion& to, Statements& out) {
  const river::Builder& build = to.build;
  river::Builder::Items targets;
  for (const host::FilesModel& files : to.host.files)
    for (const host::Text& path : files.paths) targets.push_back(path_target(to, files, path));
  if (targets.empty()) return;
  out.push_back(build.block(
      "local.file_match", to.label(),
      {build.attribute("path_targets", build.list(targets, river::Layout::one_per_line))}));
  build.comment_above(*out.back(), "log files, from " + to.place(to.host.files[0].span));
  out.push_back(build.block(
      "loki.source.file", to.label(),
      {build.attribute("targets",
                       build.reference(fmt::format("local.file_match.{}.targets", to.label()))),
       to.forward_to()}));
}

}  // namespace compiler::expand
