#include "components/shared/kubernetes/list_stream.h"

#include <doctest/doctest.h>

#include <vector>

namespace components::kubernetes {

TEST_CASE("kubernetes: a list is cut into its items, wherever the pieces end") {
  const std::string text =
      R"({"kind":"L","x":{"items":[1]},"items": [ {"a":"]}\"{"}, {"b":[{}]} ],"metadata":{"c":"d"}})";
  for (size_t size = 1; size <= text.size(); ++size) {
    ListStream list;
    std::vector<std::string> items;
    const auto on_item = [&](std::string_view item) {
      items.emplace_back(item);
      return true;
    };
    for (size_t at = 0; at < text.size(); at += size)
      REQUIRE(list.feed(std::string_view(text).substr(at, size), on_item));
    CHECK(items == std::vector<std::string>{R"({"a":"]}\"{"})", R"({"b":[{}]})"});
    CHECK(list.envelope() == R"({"kind":"L","x":{"items":[1]},"items": [],"metadata":{"c":"d"}})");
  }
}

TEST_CASE("kubernetes: what is no list, or too large, is refused") {
  const auto take_all = [](std::string_view) { return true; };
  CHECK(!ListStream().feed("}", take_all));
  CHECK(!ListStream().feed(std::string(ListStream::kEnvelopeBytesMax + 1, 'x'), take_all));
  ListStream list;
  CHECK(list.feed(R"({"items":[{"a":")", take_all));
  CHECK(!list.feed(std::string(ListStream::kItemBytesMax, 'x'), take_all));
  CHECK(!ListStream().feed(R"({"items":[{}])", [](std::string_view) { return false; }));
}

TEST_CASE("kubernetes: a watch is cut into its lines") {
  LineStream lines;
  std::string seen;
  const auto on_line = [&](std::string_view line) {
    seen += std::string(line) + "|";
    return true;
  };
  for (const char* piece : {"a\nb", "c", "d\n", "\n", "e\nf\n", "g"})
    CHECK(lines.feed(piece, on_line));
  CHECK(seen == "a|bcd|e|f|");
  CHECK(!lines.feed(std::string(LineStream::kLineBytesMax, 'x'), on_line));
}

}  // namespace components::kubernetes
