#include "compiler/cases/coverage.h"

#include <fmt/format.h>

namespace compiler::cases {

namespace ast = river::ast;

namespace {

bool is_stage(std::string_view name) {
  return name.starts_with("stage.");
}

/// It stands in a file as it is, and was not made of a fleet block or a value of the inventory.
bool is_written(river::diag::Span place, const river::diag::SourceMap& sources) {
  const std::string_view text = sources.text(sources.written(place));
  return text.starts_with("rule") || is_stage(text);
}

}  // namespace

size_t Coverage::add(const river::config::Node& node) {
  const size_t first = steps_.size();
  for (const ast::Statement* one : node.block->body.statements)
    if (one->is_block && (one->name == "rule" || is_stage(one->name))) add(node.id, *one);
  return first;
}

void Coverage::add(const std::string& id, const ast::Statement& step) {
  steps_.push_back({fmt::format("{}: {}", id, step.name), step.span,
                    std::make_shared<std::atomic<uint64_t>>(0)});
  for (const ast::Statement* one : step.body.statements)
    if (one->is_block && is_stage(one->name)) add(id, *one);
}

void TotalCoverage::take(const Coverage& coverage) {
  for (const Step& step : coverage.steps()) {
    Seen& seen = seen_[{step.place.begin, step.place.end}];
    seen.what = step.what;
    const bool has_matched = *step.matched > 0;
    seen.is_reached |= step.is_reached || has_matched;
    seen.has_effect |= step.has_effect || has_matched;
  }
}

void TotalCoverage::report(const river::diag::SourceMap& sources,
                           river::diag::Diagnostics& diagnostics) const {
  for (const auto& [place, seen] : seen_) {
    const river::diag::Span span{place.first, place.second};
    if (seen.has_effect || !is_written(span, sources)) continue;
    // The head of the block is enough to show.
    const std::string_view text = sources.text(span);
    const auto head = static_cast<uint32_t>(std::min(text.find_first_of("{\n"), text.size()));
    diagnostics
        .warning("F116", {span.begin, span.begin + head}, "{}: {}", seen.what,
                 seen.is_reached  ? "no case of the tests shows what it does"
                 : is_stage(text) ? "no case of the tests reaches it"
                                  : "no case of the tests matches it")
        .with_help(seen.is_reached ? "add a case in which it matches or changes an entry"
                                   : "add a case whose input gets there");
  }
}

TotalCoverage::Sum TotalCoverage::sum(const river::diag::SourceMap& sources) const {
  Sum sum;
  for (const auto& [place, seen] : seen_) {
    if (!is_written({place.first, place.second}, sources)) continue;
    ++sum.steps;
    sum.covered += seen.has_effect ? 1 : 0;
  }
  return sum;
}

}  // namespace compiler::cases
