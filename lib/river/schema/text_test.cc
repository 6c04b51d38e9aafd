#include "river/schema/text.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <random>

using namespace river::schema;
using namespace std::chrono_literals;

TEST_CASE("text: strings that stand for numbers") {
  struct Case {
    std::string_view in, want;
  };
  const Case cases[] = {
      {"0", "0"},
      {"010", "10"},
      {"-2", "-2"},
      {"1e3", "1000"},
      {"1.5", "1.5"},
      {".5", "0.5"},
      {"5.", "5"},
      {"18446744073709551615", "18446744073709551615"},
      {"-1.5", "none"},
      {"", "none"},
      {"+5", "none"},
      {" 5", "none"},
      {"0x10", "none"},
      {"1_000", "none"},
      {"abc", "none"},
      {"e", "none"},
      {"+-1.5", "none"},
      {"+1.5", "1.5"},
      {".", "none"},
      {"1e", "none"},
      {"18446744073709551616", "none"},
      {"-9223372036854775808", "-9223372036854775808"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.in);
    const auto number = number_from_text(c.in);
    CHECK((number ? river::number_to_text(*number) : "none") == c.want);
  }
}

TEST_CASE("text: durations") {
  struct Case {
    std::string_view in;
    std::optional<std::chrono::nanoseconds> want;
  };
  const Case cases[] = {
      {"0", 0ns},
      {"1h30m", 90min},
      {"250ms", 250ms},
      {"1.5s", 1500ms},
      {".5s", 500ms},
      {"1.s", 1s},
      {"-2m", -2min},
      {"+3us", 3us},
      {"3µs", 3us},
      {"1h1m1s1ms1us1ns", 1h + 1min + 1s + 1ms + 1us + 1ns},
      {"", std::nullopt},
      {"5", std::nullopt},
      {"5 s", std::nullopt},
      {"1d", std::nullopt},
      {"s", std::nullopt},
      {"-", std::nullopt},
      {"1h-1m", std::nullopt},
      {"9999999h", std::nullopt},
      {"99999999999999999999s", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.in);
    CHECK(parse_duration(c.in) == c.want);
  }
}

TEST_CASE("text: a duration survives being written") {
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 1000; ++i) {
    const auto duration = std::chrono::nanoseconds(static_cast<int64_t>(random()) >> (i % 60));
    CAPTURE(duration.count());
    CHECK(parse_duration(format_duration(duration)) == duration);
  }
  CHECK(format_duration(2min) == "2m");
  CHECK(format_duration(90min) == "1h30m");
  CHECK(format_duration(1500ms) == "1s500ms");
  CHECK(format_duration(0ns) == "0s");
  CHECK(format_duration(-5s) == "-5s");
}

TEST_CASE("text: sizes") {
  struct Case {
    std::string_view in;
    std::optional<uint64_t> want;
  };
  const Case cases[] = {
      {"1MiB", 1 << 20},     {"1MB", 1 << 20},      {"1.5KiB", 1536},      {"100B", 100},
      {"1024", 1024},        {"2GiB", 2ull << 30},  {"", std::nullopt},    {"KiB", std::nullopt},
      {"1XB", std::nullopt}, {"-1B", std::nullopt}, {"1kb", std::nullopt}, {"99EiB", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.in);
    CHECK(parse_byte_size(c.in) == c.want);
  }
  CHECK(format_byte_size(0) == "0B");
  CHECK(format_byte_size(1500) == "1500B");
  CHECK(format_byte_size(8192) == "8KiB");
  CHECK(format_byte_size(1 << 20) == "1MiB");
}

TEST_CASE("text: addresses") {
  for (const std::string_view good :
       {"127.0.0.1:514", ":514", "localhost:0", "[::1]:514", "[::]:65535", "loki.example:3100"}) {
    CAPTURE(good);
    CHECK(!host_port_problem(good));
  }
  for (const std::string_view bad :
       {"", "514", "127.0.0.1", "host:", "host:http", "host:65536", "::1:514", "[::1]", "a b:1",
        "http://host:1", "host:-1", "["}) {
    CAPTURE(bad);
    CHECK(host_port_problem(bad));
  }
}

TEST_CASE("text: URLs") {
  for (const std::string_view good :
       {"http://loki:3100/loki/api/v1/push", "https://user:pw@host", "http://[::1]:80/",
        "http://[::1]", "http://h?x=y:z", "https://h/a:b"}) {
    CAPTURE(good);
    CHECK(!url_problem(good));
  }
  for (const std::string_view bad :
       {"", "loki:3100", "ftp://x", "http://", "http:///push", "http://:80", "http://h:port/",
        "http://h/a b", "http://h:", "http://h:0", "http://[]", "http://[::1]x"}) {
    CAPTURE(bad);
    CHECK(url_problem(bad));
  }
}

TEST_CASE("text: a regex of a text matches it, and only what means something is escaped") {
  struct Case {
    std::string text, want;
  };
  const Case cases[] = {
      {"", ""},
      {"docker-ce@0", "docker-ce@0"},
      {"kairos.service", "kairos\\.service"},
      {"\\.+*?()|[]{}^$", "\\\\\\.\\+\\*\\?\\(\\)\\|\\[\\]\\{\\}\\^\\$"},
      {"é\n", "é\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(literal_regex(c.text) == c.want);
    CHECK(re2::RE2::FullMatch(c.text, literal_regex(c.text)));
    CHECK(!re2::RE2::FullMatch(c.text + "x", literal_regex(c.text)));
  }
}
