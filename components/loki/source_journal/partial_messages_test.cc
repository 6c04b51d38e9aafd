#include "components/loki/source_journal/partial_messages.h"

#include <doctest/doctest.h>

namespace components::loki::source_journal {
namespace {

using Time = PartialMessages::Clock::time_point;
using std::chrono::seconds;

struct Given {
  std::vector<telemetry::Label> fields;
  uint64_t realtime_us = 0;
};

/// Feeds the entries one by one, as the reader does, and gives what is to be sent.
std::vector<std::string> texts_of(PartialMessages& parts, const std::vector<Given>& entries) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < entries.size(); ++i) {
    Message entry;
    for (const auto& [name, value] : entries[i].fields) entry.fields.set(name, value);
    entry.realtime_us = entries[i].realtime_us;
    if (parts.take(entry, "before " + std::to_string(i), Time()))
      texts.emplace_back(entry.fields.get("MESSAGE"));
    while (const auto overdue = parts.take_overdue(entries[i].realtime_us, Time()))
      texts.push_back("overdue: " + std::string(overdue->fields.get("MESSAGE")));
  }
  return texts;
}

Given docker(std::string text, std::string id, std::string last, uint64_t at = 0) {
  return {{{"MESSAGE", std::move(text)},
           {"CONTAINER_ID_FULL", "c"},
           {"CONTAINER_PARTIAL_MESSAGE", last == "true" ? "" : "true"},
           {"CONTAINER_PARTIAL_ID", std::move(id)},
           {"CONTAINER_PARTIAL_LAST", std::move(last)}},
          at};
}

Given podman(std::string text, std::string container, std::string priority, bool is_partial) {
  Given out{{{"MESSAGE", std::move(text)},
             {"CONTAINER_ID_FULL", std::move(container)},
             {"PRIORITY", std::move(priority)}}};
  if (is_partial) out.fields.emplace_back("CONTAINER_PARTIAL_MESSAGE", "true");
  return out;
}

Given service(std::string text, std::string stream, std::string line_break = "") {
  Given out{{{"MESSAGE", std::move(text)}, {"_STREAM_ID", std::move(stream)}}};
  if (!line_break.empty()) out.fields.emplace_back("_LINE_BREAK", std::move(line_break));
  return out;
}

Given plain(std::string text, uint64_t at = 0) {
  return {{{"MESSAGE", std::move(text)}}, at};
}

}  // namespace

TEST_CASE("partial messages: what is joined") {
  struct Case {
    const char* what;
    std::vector<Given> entries;
    std::vector<std::string> texts;
    size_t kept = 0;
  };
  const Case cases[] = {
      {"whole entries",
       {plain("a"), service("b", "s"), podman("c", "k", "6", false)},
       {"a", "b", "c"}},
      {"docker",
       {docker("a", "1", "false"), docker("b", "1", "false"), docker("c", "1", "true")},
       {"abc"}},
      {"two containers interleaved, and others between",
       {docker("a", "1", "false"), docker("x", "2", "false"), plain("p"), docker("b", "1", "true"),
        docker("y", "2", "true")},
       {"p", "ab", "xy"}},
      {"only the last piece is seen", {docker("c", "1", "true"), plain("p")}, {"c", "p"}},
      {"the last piece is empty", {docker("a", "1", "false"), docker("", "1", "true")}, {"a"}},
      {"podman: containers and their streams",
       {podman("a", "k", "6", true), podman("e", "k", "3", false), podman("x", "l", "6", true),
        podman("b", "k", "6", false), podman("y", "l", "6", false), podman("z", "l", "6", false)},
       {"e", "ab", "xy", "z"}},
      {"a service's long line",
       {service("a", "s", "line-max"), service("x", "t"), service("b", "s", "line-max"),
        service("c", "s"), service("d", "s")},
       {"x", "abc", "d"}},
      {"other ends of a service's line are ends",
       {service("a", "s", "nul"), service("b", "s", "pid-change"), service("c", "s", "line-max"),
        service("d", "s", "eof"), service("e", "t")},
       {"a", "b", "cd", "e"}},
      {"no end yet", {docker("a", "1", "false"), service("b", "s", "line-max")}, {}, 2},
  };
  for (const Case& given : cases) {
    CAPTURE(given.what);
    PartialMessages parts;
    CHECK(texts_of(parts, given.entries) == given.texts);
    CHECK(parts.pieces() == given.kept);
  }
}

TEST_CASE("partial messages: fields of the last piece, time of the first") {
  PartialMessages parts;
  Message entry;
  for (const char* last : {"false", "true"}) {
    entry = {};
    for (const auto& [name, value] : docker("a", "1", last).fields) entry.fields.set(name, value);
    entry.realtime_us = *last == 'f' ? 100 : 200;
    CHECK(parts.take(entry, "", Time()) == (*last == 't'));
  }
  CHECK(entry.realtime_us == 100);
  CHECK(entry.pieces == 2);
  CHECK(entry.fields.get("CONTAINER_PARTIAL_LAST") == "true");
}

TEST_CASE("partial messages: reading resumes before the oldest that is kept") {
  PartialMessages parts;
  texts_of(parts, {plain("p"), docker("a", "1", "false"), docker("x", "2", "false"), plain("q"),
                   docker("b", "1", "false")});
  CHECK(parts.position() == "before 1");
  texts_of(parts, {docker("c", "1", "true")});
  CHECK(parts.position() == "before 2");
  texts_of(parts, {docker("y", "2", "true")});
  CHECK(parts.empty());
}

TEST_CASE("partial messages: the end does not come") {
  constexpr uint64_t kSecond = 1'000'000;
  PartialMessages parts;
  SUBCASE("by the journal's time, also when the clock was set back") {
    for (const uint64_t later : {16 * kSecond, 4 * kSecond}) {
      CHECK(texts_of(parts, {docker("a", "1", "false", 10 * kSecond),
                             docker("b", "1", "false", 10 * kSecond), plain("p", 15 * kSecond),
                             plain("q", later)}) ==
            std::vector<std::string>{"p", "q", "overdue: ab"});
      CHECK(parts.empty());
    }
  }
  SUBCASE("at the end of the journal, by the clock") {
    texts_of(parts, {docker("a", "1", "false")});
    CHECK(parts.due() == Time() + seconds(5));
    CHECK_FALSE(parts.take_overdue(std::nullopt, Time() + seconds(4)));
    const auto overdue = parts.take_overdue(std::nullopt, parts.due());
    REQUIRE(overdue);
    CHECK(overdue->fields.get("MESSAGE") == "a");
    CHECK(parts.empty());
  }
  SUBCASE("a message is as long as it may be") {
    const std::string half(PartialMessages::kBytesMax / 2, 'x');
    const auto texts = texts_of(
        parts, {docker(half, "1", "false"), docker(half, "1", "false"), docker("b", "1", "true")});
    CHECK(texts == std::vector<std::string>{half + half, "b"});
  }
  SUBCASE("too many messages: the oldest goes") {
    std::vector<Given> entries;
    for (size_t i = 0; i <= PartialMessages::kMessagesMax; ++i)
      entries.push_back(docker("m" + std::to_string(i), std::to_string(i), "false"));
    CHECK(texts_of(parts, entries) == std::vector<std::string>{"overdue: m0"});
    CHECK(parts.pieces() == PartialMessages::kMessagesMax);
  }
  SUBCASE("too many bytes: the oldest goes") {
    const std::string most(PartialMessages::kBytesMax - 1, 'x');
    std::vector<Given> entries;
    for (size_t i = 0; i < 7; ++i) entries.push_back(docker(most, std::to_string(i), "false"));
    CHECK(texts_of(parts, entries).size() == 1);
    CHECK(parts.pieces() == 6);
  }
}

}  // namespace components::loki::source_journal
