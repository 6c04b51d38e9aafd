#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "compiler/cli/commands.h"
#include "tests/support/folder.h"

using namespace compiler::cli;

namespace {

/// Writes a file of mode 0640 and returns its path.
std::string put(const support::Folder& folder, std::string_view name, std::string_view text) {
  folder.write(name, text);
  const std::string path = folder / name;
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  return path;
}

FmtResult run(FmtOptions options, std::string input = "") {
  return run_fmt(options, [&] { return input; });
}

std::string text_of(const std::string& path) {
  return base::read_file(path).value();
}

}  // namespace

TEST_CASE("fmt: standard input") {
  CHECK(run({}, "a=1").out == "a = 1\n");
  CHECK(run({.files = {"-"}}, "a=1").out == "a = 1\n");
  CHECK(run({}, "a=1").exit_code == 0);
  const auto bad = run({}, "a = = 1\n");
  CHECK(bad.exit_code == 1);
  CHECK(bad.out == "");
  CHECK(bad.err.find("<stdin>:1:5: expected expression, got =") != std::string::npos);
}

TEST_CASE("fmt: files are checked, compared and rewritten") {
  const support::Folder folder;
  const auto good = put(folder, "good.river", "a = 1\n");
  const auto odd = put(folder, "odd.river", "a=1\nb =2\n");
  const auto bad = put(folder, "bad.river", "a=\n");
  const auto link = folder / "link.river";
  std::filesystem::create_symlink("odd.river", link);

  const auto checked = run({.files = {good, odd}, .check = true});
  CHECK(checked.exit_code == 1);
  CHECK(checked.out == odd + "\n");
  CHECK(run({.files = {good}, .check = true}).exit_code == 0);

  const auto compared = run({.files = {good, odd}, .diff = true});
  CHECK(compared.exit_code == 1);
  CHECK(compared.out ==
        "--- a/" + odd + "\n+++ b/" + odd + "\n@@ -1,2 +1,2 @@\n-a=1\n-b =2\n+a = 1\n+b = 2\n");
  CHECK(text_of(odd) == "a=1\nb =2\n");

  const auto secret =
      put(folder, "secret.river", "url=\"https://u:hunter2@h\"\npassword=\"hunter2\"\n");
  CHECK(run({.files = {secret}, .diff = true}).out.find("hunter2") == std::string::npos);
  CHECK(run({.files = {secret}}).out ==
        "url      = \"https://u:hunter2@h\"\npassword = \"hunter2\"\n");

  const auto written = run({.files = {bad, link, good}, .write = true});
  CHECK(written.exit_code == 1);
  CHECK(text_of(odd) == "a = 1\nb = 2\n");
  CHECK(std::filesystem::is_symlink(link));
  CHECK(text_of(bad) == "a=\n");
  struct stat facts {};
  REQUIRE(stat(odd.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0640);
  CHECK(run({.files = {link, good}, .write = true}).exit_code == 0);
}

TEST_CASE("fmt: what it refuses") {
  CHECK(run({.write = true}).exit_code == 2);
  CHECK(run({.files = {"-"}, .write = true}).exit_code == 2);
  CHECK(run({.files = {"-", "-"}}).exit_code == 2);
  CHECK(run({.check = true, .diff = true}).exit_code == 2);
  const auto missing = run({.files = {"/nowhere/x.river"}});
  CHECK(missing.exit_code == 2);
  CHECK(missing.err.find("/nowhere/x.river") != std::string::npos);
}
