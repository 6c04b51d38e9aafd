#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "compiler/explain/explain.h"

namespace compiler::explain {
namespace {

constexpr size_t kDigits = 3;

/// The cells of a row of a Markdown table; empty: the line is none.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  if (!line.starts_with("| ")) return cells;
  std::string cell;
  for (size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      cell += line[++i];
    } else if (line[i] == '|') {
      cells.emplace_back(base::trimmed(cell));
      cell.clear();
    } else {
      cell += line[i];
    }
  }
  return cells;
}

/// Calls visit with the cells of each row that begins with a code.
template <class Visit>
void each_row(std::string_view page, const Visit& visit) {
  while (!page.empty()) {
    const size_t end = std::min(page.find('\n'), page.size());
    const auto cells = cells_of(page.substr(0, end));
    if (cells.size() > 1 && is_code(cells[0])) visit(cells, page.substr(0, end));
    page.remove_prefix(std::min(end + 1, page.size()));
  }
}

std::string in_upper(std::string_view code) {
  std::string upper(code);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return upper;
}

}  // namespace

bool is_code(std::string_view text) {
  return text.size() == 1 + kDigits && std::string_view("RCFrcf").find(text[0]) != text.npos &&
         std::all_of(text.begin() + 1, text.end(), base::is_digit);
}

std::vector<std::string_view> codes() {
  std::vector<std::string_view> all;
  each_row(kDiagnosticsPage, [&](const auto&, std::string_view line) {
    all.push_back(line.substr(std::string_view("| ").size(), 1 + kDigits));
  });
  return all;
}

std::optional<std::string> page_of(std::string_view code) {
  const std::string wanted = in_upper(code);
  std::string page;
  each_row(kDiagnosticsPage, [&](const auto& cells, std::string_view) {
    if (cells[0] == wanted) page = fmt::format("{}: {}\n", wanted, cells[1]);
  });
  if (page.empty()) return std::nullopt;
  bool is_error = false;
  each_row(kChecksPage, [&](const auto& cells, std::string_view) {
    if (cells[0] != wanted || cells.size() < 5) return;
    is_error = cells[1] == "error";
    page += fmt::format("\nFor example ({}):\n\n    {}: {}\n", cells[4], cells[1], cells[2]);
    if (!cells[3].empty()) page += fmt::format("    help: {}\n", cells[3]);
  });
  if (is_error) return page;
  page += fmt::format(
      "\nA finding that is meant is accepted by a comment on its line or the one above:\n"
      "    # cfgc: allow {0} REASON      in YAML\n    // cfgc: allow {0} REASON     in River\n",
      wanted);
  return page;
}

}  // namespace compiler::explain
