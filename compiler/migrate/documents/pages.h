#pragma once
#include "compiler/migrate/documents/gatherer.h"

namespace compiler::migrate::documents {

/// A page: fenced blocks of logql and promql (one query after the other), documents in blocks of
/// yaml and json, selectors in other blocks and in code within lines, links to Explore.
void gather_markdown(const Excerpt& page, Gatherer& out);

/// Where the queries of a block begin and end: one a line, but what goes on (a pipeline, open
/// brackets, an operator at either end) belongs together. Lines of # are no query of their own.
std::vector<std::pair<uint32_t, uint32_t>> split_queries(std::string_view block);

/// Terraform and Jsonnet: programs that make dashboards. They are not run, so they are listed, with
/// the selectors that stand in them.
void list_program(const Excerpt& whole, Gatherer& out);

}  // namespace compiler::migrate::documents
