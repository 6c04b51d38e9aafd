#include "compiler/migrate/documents/reader.h"

#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "tests/support/golden.h"

namespace {

using namespace compiler::migrate;
using namespace compiler::migrate::documents;
namespace fs = std::filesystem;

constexpr const char* kFolder = "tests/golden/migrate_documents/";

constexpr const char* kUseKinds[] = {
    "query",           "selector", "label_name",  "label_template", "go_template",
    "field_reference", "value",    "value_regex", "series_name",    "route_matchers"};
constexpr const char* kLanguages[] = {"", " logql", " promql"};

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) c == '\n' ? out += "\\n" : out += c;
  return out;
}

std::string dump(const Use& use) {
  std::string out =
      fmt::format("{}{}{}{} {}:{} {} <{}>\n    {}\n", kUseKinds[static_cast<size_t>(use.kind)],
                  kLanguages[static_cast<size_t>(use.language)], use.language_is_certain ? "" : "?",
                  use.is_alert ? " alert" : "", use.line, use.column, use.pointer,
                  fmt::join(use.title, " > "), escaped(use.text.text()));
  std::string more;
  if (!use.label.empty()) more += " label=" + use.label;
  if (!use.name.empty()) more += " name=" + use.name;
  if (use.is_regex) more += " regex";
  if (use.belongs_to >= 0) more += fmt::format(" belongs_to={}", use.belongs_to);
  if (use.scope >= 0) more += fmt::format(" scope={}", use.scope);
  if (use.panel >= 0) more += fmt::format(" panel={}", use.panel);
  return more.empty() ? out : out + "   " + more + "\n";
}

std::string dump(const VariableDef& def) {
  return fmt::format("  ${} {}{}{} all=\"{}\" values=[{}]{} label={} selector={}\n", def.name,
                     def.type, def.multi ? " multi" : "", def.include_all ? " include_all" : "",
                     def.all_value, fmt::join(def.values, ", "), def.values_are_all ? "!" : "",
                     def.label, def.query_selector);
}

std::string dump(const Document& document) {
  std::string out = fmt::format("kind: {}\n", document.kind);
  size_t number = 0;
  for (const Use& use : document.uses) out += fmt::format("#{} {}", number++, dump(use));
  for (const VariableScope& scope : document.scopes) {
    out += fmt::format("scope {}\n", scope.title);
    for (const auto& one : scope.variables) out += dump(one.second);
    for (const AdHocFilter& one : scope.filters)
      out += fmt::format("  filter {} {} {}\n", one.key, one.op, one.value);
  }
  for (const RuleDef& rule : document.rules) {
    out +=
        fmt::format("{} {} = #{}", rule.is_record ? "record" : "alert", rule.name, rule.expression);
    for (const auto& label : rule.labels)
      out += fmt::format(" {}=\"{}\"", label.first, label.second);
    out += "\n";
  }
  for (const Unrecognised& one : document.unrecognised)
    out += fmt::format("unrecognised {}:{} {} <{}>\n    {}\n", one.line, one.column, one.pointer,
                       fmt::join(one.title, " > "), one.what);
  for (const auto& one : document.passed)
    out += fmt::format("passed {}: {}\n", one.first, one.second);
  return out;
}

std::string produce(const golden::Input& input) {
  DocumentFolders folders;
  (input.path.ends_with(".md") ? folders.docs : folders.dashboards) = {input.path};
  folders.rules = {std::string(kFolder) + "shared"};
  for (const Document& document : read_documents(folders).documents)
    if (document.path == input.path) {
      // Where a text stands is where the file has it: an edit that changes nothing says so.
      for (const Use& use : document.uses) {
        const auto size = static_cast<uint32_t>(use.text.text().size());
        if (const auto edit = use.text.replace(0, size, use.text.text())) {
          CAPTURE(use.text.text());
          CHECK(apply(document.text, {*edit}).has_value());
        }
      }
      return dump(document);
    }
  return "not read";
}

TEST_CASE("golden: documents of every shape") {
  size_t folders = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (!entry.is_directory() || entry.path().filename() == "shared") continue;
    ++folders;
    for (const char* ending : {".json", ".yml", ".md", ".tf", ".jsonnet", ".tmpl"}) {
      const fs::path folder = entry.path();
      bool has_any = false;
      for (const auto& file : fs::directory_iterator(folder))
        has_any |= file.path().extension() == ending;
      if (has_any) golden::run(folder.string(), produce, ending);
    }
  }
  CHECK(folders >= 20);
}

Document read(std::string text) {
  Document document;
  document.text = std::move(text);
  read_document(document, FileType::json, Catalog{});
  return document;
}

TEST_CASE("reader: a text in UTF-16 is called one") {
  for (const char* mark : {"\xFF\xFE{\1}\1", "\xFE\xFF\1{\1}"}) {
    const Document document = read(mark);
    REQUIRE(document.unrecognised.size() == 1);
    CHECK(document.unrecognised[0].what == "a text in UTF-16; save it as UTF-8");
    CHECK(document.kind == "unknown");
  }
}

/// The text is a use, or it or something around it is listed.
bool is_seen(const Document& document, const std::string& text, const std::string& pointer) {
  const auto reads = [&](const Use& use) {
    return use.text.text().find(text) != std::string::npos || use.label == text;
  };
  const auto lists = [&](const Unrecognised& one) { return pointer.starts_with(one.pointer); };
  return std::any_of(document.uses.begin(), document.uses.end(), reads) ||
         std::any_of(document.unrecognised.begin(), document.unrecognised.end(), lists);
}

TEST_CASE("reader: a selector is seen wherever a document has it") {
  const std::string planted = "{planted=\"x\"}";
  size_t places = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kFolder)) {
    if (entry.path().extension() != ".json") continue;
    const auto text = base::read_file(entry.path());
    REQUIRE(text.has_value());
    // What is asked of other datasources depends on no labels of logs, and is counted.
    if (!read(*text).passed.empty()) continue;
    const auto json = base::parse_json(*text);
    if (json.is_discarded()) continue;
    const auto flat = json.flatten();
    for (const auto& item : flat.items()) {
      if (!item.value().is_string()) continue;
      const std::string pointer = item.key();
      auto changed = json;
      changed[nlohmann::json::json_pointer(pointer)] = planted;
      const Document document = read(base::json_text(changed));
      ++places;
      CAPTURE(entry.path().string());
      CAPTURE(pointer);
      if (document.passed.empty()) CHECK(is_seen(document, planted, pointer));
    }
  }
  CHECK(places > 300);
}

TEST_CASE("reader: folders are searched, and what cannot be read is said") {
  const fs::path folder = fs::temp_directory_path() / "tributary_reader_test";
  fs::remove_all(folder);
  fs::create_directories(folder / "deep");
  const auto write = [&](const char* name) {
    REQUIRE(base::write_file_atomic(folder / name, "{\"groups\": []}\n").has_value());
  };
  for (const char* name : {"b.json", "a.yml.j2", "deep/c.yaml", "notes.txt", "page.md"})
    write(name);
  size_t calls = 0;
  const auto read =
      read_documents({{folder, folder / "b.json"}, {folder / "gone"}, {}}, [&](size_t, size_t all) {
        CHECK(all == 3);
        return ++calls < 3;
      });
  REQUIRE(read.documents.size() == 3);
  CHECK(calls == 3);
  CHECK(read.documents[0].path == folder / "a.yml.j2");
  CHECK(read.documents[1].path == folder / "b.json");
  REQUIRE(read.io_errors.size() == 1);
  CHECK(read.io_errors[0].message.find("gone: No such file") != std::string::npos);
  CHECK(read_documents({{}, {}, {folder}}).documents.size() == 4);
  fs::remove_all(folder);
}

}  // namespace
