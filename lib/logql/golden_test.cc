#include "tests/support/golden.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "logql/parser.h"
#include "logql/printer.h"
#include "logql/promql.h"

namespace {

/// A file holds one query a block; blank lines stand between them.
std::vector<std::string_view> blocks(std::string_view file) {
  std::vector<std::string_view> result;
  while (!file.empty()) {
    const size_t end = std::min(file.find("\n\n"), file.size());
    std::string_view block = file.substr(0, end);
    file.remove_prefix(std::min(end + 2, file.size()));
    while (block.ends_with('\n')) block.remove_suffix(1);
    if (!block.empty()) result.push_back(block);
  }
  return result;
}

std::string render(const logql::ParseError& error) {
  return fmt::format("  error  {}-{}: {}\n", error.span.begin, error.span.end, error.message);
}

std::string indented(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out.push_back(c);
    if (c == '\n') out += "         ";
  }
  return out;
}

std::string render_logql(std::string_view query) {
  const logql::Parsed parsed = logql::parse(query);
  if (!parsed.ok()) return render(parsed.errors.at(0));
  const std::string printed = logql::print(*parsed.expr);
  const std::string tree = logql::dump(*parsed.expr);
  const logql::Parsed again = logql::parse(printed);
  CAPTURE(printed);
  REQUIRE(again.ok());
  CHECK(logql::dump(*again.expr) == tree);
  CHECK(logql::print(*again.expr) == printed);
  return fmt::format("  tree   {}\n  prints {}\n", indented(tree),
                     printed == query ? "the same" : indented(printed));
}

std::string render_promql(std::string_view query) {
  const logql::promql::Query parsed = logql::promql::parse(query);
  if (!parsed.errors.empty()) return render(parsed.errors.front());
  std::string names = logql::dump(parsed);
  if (!names.empty()) names.pop_back();
  return fmt::format("  names  {}\n", names.empty() ? "none" : indented(names));
}

template <class Render>
std::string each_block(const golden::Input& input, Render render_one, size_t& count) {
  std::string out;
  for (const std::string_view query : blocks(input.source)) {
    CAPTURE(query);
    out += fmt::format("{}\n{}\n", query, render_one(query));
    ++count;
  }
  return out;
}

}  // namespace

TEST_CASE("golden: LogQL, its trees, what they print as, and that this reads back the same") {
  size_t count = 0;
  golden::run(
      "tests/golden/logql",
      [&](const golden::Input& input) { return each_block(input, render_logql, count); }, ".logql");
  CHECK(count >= 250);
}

TEST_CASE("golden: names in PromQL") {
  size_t count = 0;
  golden::run(
      "tests/golden/promql",
      [&](const golden::Input& input) { return each_block(input, render_promql, count); },
      ".promql");
  CHECK(count >= 60);
}
