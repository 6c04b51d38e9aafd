#include "compiler/emit/diff.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <random>

using compiler::emit::unified_diff;

TEST_CASE("diff: hunks") {
  CHECK(unified_diff("f", "a\n", "a\n") == "");
  CHECK(unified_diff("f", "", "a\n") == "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
  CHECK(unified_diff("f", "a", "a\n") ==
        "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
  CHECK(unified_diff("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n") ==
        "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
  CHECK(unified_diff("f", "a\nk\nb\nk\nc\n", "k\nb\nx\nk\nc\n") ==
        "--- a/f\n+++ b/f\n@@ -1,5 +1,5 @@\n-a\n k\n b\n+x\n k\n c\n");
  const std::string ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
  CHECK(unified_diff("f", "a\n" + ten + "b\n", "A\n" + ten + "B\n") ==
        "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
        "@@ -9,4 +9,4 @@\n 8\n 9\n 10\n-b\n+B\n");
}

namespace {

std::string cut_line(std::string_view& text) {
  const size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
  const std::string line(text.substr(0, size));
  text.remove_prefix(size);
  return line;
}

// Applies a diff of texts that end in newlines; every common and removed line must be there.
std::string patched(std::string_view before, std::string_view diff) {
  std::string out;
  size_t line = 1;
  cut_line(diff);
  cut_line(diff);
  while (!diff.empty()) {
    const std::string edit = cut_line(diff);
    if (edit[0] == '@') {
      size_t first = 0;
      std::from_chars(edit.data() + 4, edit.data() + edit.size(), first);
      for (; line < first; ++line) out += cut_line(before);
      continue;
    }
    if (edit[0] != '+') {
      CHECK(cut_line(before) == edit.substr(1));
      ++line;
    }
    if (edit[0] != '-') out += edit.substr(1);
  }
  return out.append(before);
}

}  // namespace

TEST_CASE("diff: secrets beside a change are left out") {
  const std::string before = "password: |\n  hunter2\nport: 1\nauth: {token: hunter2}\n";
  const std::string after = "password: |\n  hunter2\nauth: {token: hunter2}\n";
  CHECK(
      unified_diff("f", before, after, compiler::emit::Secrets::left_out) ==
      "--- a/f\n+++ b/f\n@@ -1,4 +1,3 @@\n password: |\n   ****\n-port: 1\n auth: {token: ****\n");
}

TEST_CASE("diff: applied to the one text it gives the other") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 500; ++round) {
    std::string before = "first\n", after = "first\n";
    for (int i = 0; i < 40; ++i) {
      const std::string line = std::string(1, static_cast<char>('a' + random() % 20)) + "\n";
      if (random() % 6 != 0) before += line;
      if (random() % 6 != 0) after += line;
    }
    if (before != after) CHECK(patched(before, unified_diff("f", before, after)) == after);
  }
}
