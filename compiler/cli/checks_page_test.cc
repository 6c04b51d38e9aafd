#include <doctest/doctest.h>

#include <filesystem>
#include <map>

#include "base/files.h"
#include "base/text.h"
#include "compiler/explain/explain.h"

namespace {

namespace fs = std::filesystem;
constexpr const char* kPage = "docs/checks.md";
constexpr const char* kHead =
    "# An example of each finding\n\n"
    "Made of the cases in `tests/golden` by `UPDATE_GOLDEN=1 cli_test -tc='golden*'`; `cfgc "
    "explain CODE` "
    "shows it.\nWhat each code means is in [diagnostics.md](diagnostics.md).\n\n"
    "| code | severity | finding | help | case |\n| --- | --- | --- | --- | --- |\n";

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

/// The findings of an expectation: "Error[C076]: place: message", then maybe "help: …".
void collect(const fs::path& expect, std::map<std::string, std::string>& rows) {
  const std::string text = base::read_file(expect).value();
  std::string code, severity, message, help;
  const auto end = [&] {
    if (code.empty()) return;
    std::string name = expect.parent_path().filename() / expect.stem();
    rows.try_emplace(code, fmt::format("| {} | {} | {} | {} | {} |\n", code, severity,
                                       cell(message), cell(help), name));
    code.clear();
    help.clear();
  };
  for (size_t begin = 0; begin < text.size();) {
    const size_t line_end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, line_end - begin);
    begin = line_end + 1;
    const bool is_error = line.starts_with("Error["), is_warning = line.starts_with("Warning[");
    if (is_error || is_warning) {
      end();
      severity = is_error ? "error" : "warning";
      code = line.substr(line.find('[') + 1, 4);
      const size_t place = line.find(": ") + 2;
      message = line.substr(line.find(": ", place) + 2);
    } else if (line.starts_with("help: ")) {
      help = line.substr(std::string_view("help: ").size());
    }
  }
  end();
}

// It reads the expectations of other tests: where these change as well, UPDATE_GOLDEN takes two
// runs.
TEST_CASE("golden: docs/checks.md has the first case of each code") {
  std::map<std::string, std::string> rows;
  for (const char* folder : {"check", "design", "fleet_errors", "kubernetes"}) {
    std::vector<fs::path> files;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(fs::path("tests/golden") / folder, none))
      if (entry.path().extension() == ".expect") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) collect(file, rows);
  }
  std::string page = kHead;
  for (const auto& [code, row] : rows) page += row;
  if (getenv("UPDATE_GOLDEN") != nullptr) REQUIRE(base::write_file_atomic(kPage, page));
  CHECK(base::read_file(kPage).value() == page);
}

TEST_CASE("explain: every code of the manual has a page") {
  const auto codes = compiler::explain::codes();
  CHECK(codes.size() > 150);
  for (const std::string_view code : codes) {
    CAPTURE(code);
    const auto page = compiler::explain::page_of(code);
    REQUIRE(page);
    CHECK(page->starts_with(code));
  }
  const std::string page = compiler::explain::page_of("f026").value_or("");
  CHECK(page.find("F026: A service is listed twice.") == 0);
  CHECK(page.find("fleet_errors/service_listed_twice") != page.npos);
  CHECK(page.find("cfgc: allow") == page.npos);  // It is an error.
  CHECK(compiler::explain::page_of("F034").value_or("").find("cfgc: allow F034") != page.npos);
  CHECK_FALSE(compiler::explain::page_of("F999"));
}

}  // namespace
