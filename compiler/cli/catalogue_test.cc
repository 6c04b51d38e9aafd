#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "compiler/cli/commands.h"
#include "components/catalog.h"

namespace {

nlohmann::json catalogue() {
  return base::parse_json(compiler::cli::catalogue_json(components::catalog()));
}

nlohmann::json find(const nlohmann::json& list, std::string_view path, std::string_view name) {
  for (const auto& entry : list)
    if (entry["name"] == name && entry.value("path", "") == path) return entry;
  return nullptr;
}

}  // namespace

TEST_CASE("catalogue: every signature, with what it takes and gives") {
  const auto all = catalogue();
  CHECK(all.size() == components::catalog().signatures.size());
  const auto write = find(all, "", "loki.write");
  REQUIRE(!write.is_null());
  CHECK(write["takes_label"] == true);
  CHECK(write["stability"] == "generally-available");
  const auto url = find(write["arguments"], "endpoint", "url");
  CHECK(url["type"] == "url");
  CHECK(url["required"] == true);
  CHECK(!url.contains("default"));
  CHECK(find(write["arguments"], "endpoint", "batch_wait")["default"] == "1s");
  CHECK(find(write["arguments"], "endpoint > queue_config", "capacity")["default"] == "10MiB");
  CHECK(find(write["arguments"], "endpoint > basic_auth", "password")["default"] == "");
  CHECK(find(write["blocks"], "", "endpoint")["repeatable"] == true);
  CHECK(find(write["exports"], "", "receiver")["type"] == "LogsReceiver");
  const auto action = find(find(all, "", "loki.relabel")["arguments"], "rule", "action");
  CHECK(action["default"] == "replace");
  CHECK(action["enum"].size() == 11);
}

TEST_CASE("catalogue: everything is documented with a sentence") {
  for (const auto& component : catalogue()) {
    CAPTURE(component["name"].get<std::string>());
    CHECK(component["doc"].get<std::string>().ends_with('.'));
    for (const char* list : {"arguments", "blocks", "exports"})
      for (const auto& entry : component[list]) {
        CAPTURE(entry["name"].get<std::string>());
        CHECK(entry["doc"].get<std::string>().ends_with('.'));
      }
  }
}

TEST_CASE("catalogue: as text, a line an argument") {
  const std::string text = compiler::cli::catalogue_text(components::catalog());
  CHECK(text.find("loki.write \"label\" (generally-available)\n") != std::string::npos);
  CHECK(text.find("    url url, required  ") != std::string::npos);
  CHECK(text.find("\n  -> receiver LogsReceiver  ") != std::string::npos);
}

TEST_CASE("catalogue: sorted by name, without repetition") {
  const auto all = components::catalog().signatures;
  for (size_t i = 1; i < all.size(); ++i) {
    const auto key = [](const auto* signature) {
      return std::pair(signature->takes_label, signature->name);
    };
    CHECK(key(all[i - 1]) < key(all[i]));
  }
}
