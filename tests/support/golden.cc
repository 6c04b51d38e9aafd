#include "tests/support/golden.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/files.h"

namespace golden {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_with(const fs::path& folder, std::string_view ending) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ending) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string read(const fs::path& path) {
  const auto text = base::read_file(path);
  INFO("file: ", path.string());
  CHECK(text.has_value());
  return text.value_or("");
}

void compare(const fs::path& expect_path, const std::string& got, bool update) {
  if (update) {
    CHECK(base::write_file_atomic(expect_path, got).has_value());
    return;
  }
  INFO("expected in: ", expect_path.string(), " (UPDATE_GOLDEN=1 rewrites it)");
  REQUIRE(fs::exists(expect_path));
  CHECK(got == read(expect_path));
}

}  // namespace

void run(std::string_view folder, const std::function<std::string(const Input&)>& produce,
         std::string_view ending) {
  const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
  const auto inputs = files_with(folder, ending);
  INFO("folder: ", folder);
  CHECK_FALSE(inputs.empty());
  for (const auto& path : inputs) {
    const Input input{path.stem().string(), path.string(), read(path)};
    compare(fs::path(path).replace_extension(".expect"), produce(input), update);
  }
  for (auto expect : files_with(folder, ".expect")) {
    INFO("no input for: ", expect.string());
    CHECK(fs::exists(expect.replace_extension(ending)));
  }
}

}  // namespace golden
