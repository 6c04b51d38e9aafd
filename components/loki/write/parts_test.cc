#include <doctest/doctest.h>

#include "components/loki/write/refusal.h"
#include "components/loki/write/testing.h"

namespace components::loki::write {

using namespace testing;

namespace {

std::string stream(int i) {
  return fmt::format("{{n=\"{}\"}}", i);
}

/// A server that refuses what `bad` says, and the component that sends to it.
struct Judged {
  using Judge = std::function<io::http::Response(const LogBatch&, size_t)>;
  std::unique_ptr<Receiver> loki;
  std::unique_ptr<Running> run;

  explicit Judged(Judge judge) {
    Receiver::Options options;
    options.judge = std::move(judge);
    loki = *Receiver::start(std::move(options));
    run = std::make_unique<Running>(to(*loki));
  }
  void settle() {
    CHECK(eventually([&] { return run->fates.delivered_count() == 1; }));
    CHECK(run->fates.abandoned_count() == 0);
    CHECK(loki->stats().repeated == 0);
    CHECK(loki->stats().out_of_order == 0);
    run->check_conservation();
  }
  double dropped(std::string_view reason) {
    return run->metric("loki_write_dropped_entries_total", fmt::format("reason=\"{}\"", reason));
  }
};

bool holds(const LogBatch& batch, std::string_view text) {
  return std::any_of(batch.entries.begin(), batch.entries.end(), [&](const auto& entry) {
    return batch.line(entry).find(text) != std::string_view::npos;
  });
}

}  // namespace

TEST_CASE("loki.write: a line that spoils its request is found, the others arrive") {
  for (const std::vector<int>& bad :
       {std::vector<int>{0}, {999}, {500}, {1, 2, 3}, {10, 400, 990}}) {
    Judged test([](const LogBatch& batch, size_t) -> io::http::Response {
      if (holds(batch, "poison")) return {400, {}, "no"};
      return {204, {}, ""};
    });
    LogBatch batch;
    for (int i = 0; i < 1000; ++i) {
      const bool is_bad = std::find(bad.begin(), bad.end(), i) != bad.end();
      batch.add(i, is_bad ? "poison" : fmt::format("seq={:012}", i),
                Labels({{"n", std::to_string(i % 3)}}));
    }
    test.run->receive(std::move(batch));
    test.settle();
    CHECK(test.loki->stats().distinct == 1000 - bad.size());
    CHECK(test.dropped("ingester_error") == bad.size());
    CHECK(test.loki->stats().requests <= 1 + 22 * bad.size());
  }
}

TEST_CASE("loki.write: a server that refuses every line is not asked about each of ten thousand") {
  Judged test([](const LogBatch&, size_t) -> io::http::Response { return {400, {}, "no"}; });
  LogBatch batch;
  for (int i = 0; i < 10'000; ++i) batch.add(i, "x", kApp);
  test.run->receive(std::move(batch));
  test.settle();
  CHECK(test.dropped("ingester_error") == 10'000);
  CHECK(test.loki->stats().requests < 300);
}

TEST_CASE("loki.write: what Loki names is dropped, counted by its reason, and nothing else") {
  struct Case {
    std::string text;  ///< of the first answer
    std::string reason;
    std::set<int> lost;  ///< of twenty lines in two streams, even and odd
    uint64_t requests;
  };
  constexpr const char* kOldest = "2023-11-14T22:13:20Z";  // 1'700'000'000
  for (const Case& c : {
           Case{fmt::format("entry for stream '{}' has timestamp too old: x, oldest acceptable "
                            "timestamp is: {}",
                            stream(0), kOldest),
                "greater_than_max_sample_age",
                {0, 1, 2, 3},
                2},
           Case{fmt::format("total ignored: entry too far behind, entry timestamp is: x, oldest "
                            "acceptable timestamp is: {}',\nuser 'x', for stream: {}",
                            kOldest, stream(1)),
                "too_far_behind",
                {1, 3},
                2},
           Case{fmt::format("entry for stream '{}' has timestamp too new: {}", stream(0), kOldest),
                "too_far_in_future",
                {5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19},
                2},
           Case{fmt::format("Max entry size '30' bytes exceeded for stream '{}' while adding an "
                            "entry with length '46' bytes",
                            stream(1)),
                "line_too_long",
                {19},
                2},
           Case{fmt::format("stream '{}' has 17 label names; limit 15", stream(0)),
                "max_label_names_per_series",
                {0, 2, 4, 6, 8, 10, 12, 14, 16, 18},
                2},
       }) {
    CAPTURE(c.text);
    int answers = 0;
    Judged test([&](const LogBatch&, size_t) -> io::http::Response {
      if (answers++ == 0) return {400, {}, c.text};
      return {204, {}, ""};
    });
    LogBatch batch;
    for (int i = 0; i < 20; ++i)
      batch.add((1'700'000'000 - 4 + i) * int64_t{1'000'000'000},
                fmt::format("seq={:012}{}", i, std::string(i == 19 ? 30 : 0, 'x')),
                Labels({{"n", std::to_string(i % 2)}}));
    test.run->receive(std::move(batch));
    test.settle();
    std::set<int> arrived;
    for (const auto& line : test.loki->lines()) arrived.insert(std::stoi(line.text.substr(4, 12)));
    for (int i = 0; i < 20; ++i) CHECK(arrived.contains(i) != c.lost.contains(i));
    CHECK(test.dropped(c.reason) == c.lost.size());
    CHECK(test.loki->stats().requests == c.requests);
  }
}

TEST_CASE("loki.write: a stream that is named without more is halved alone") {
  Judged test([](const LogBatch& batch, size_t) -> io::http::Response {
    for (const auto& entry : batch.entries)
      if (batch.line(entry) == "poison")
        return {400, {}, fmt::format("entry out of order for stream: {}", stream(1))};
    return {204, {}, ""};
  });
  LogBatch batch;
  for (int i = 0; i < 100; ++i)
    batch.add(i, i == 31 ? "poison" : fmt::format("seq={:012}", i),
              Labels({{"n", std::to_string(i % 10)}}));
  test.run->receive(std::move(batch));
  test.settle();
  CHECK(test.loki->stats().distinct == 99);
  CHECK(test.dropped("out_of_order") == 1);
}

TEST_CASE("loki.write: a request that is too large is halved, and the next one is smaller") {
  Judged test([](const LogBatch&, size_t body) -> io::http::Response {
    if (body > 4000) return {413, {}, "too large"};
    return {204, {}, ""};
  });
  auto random_text = [state = 1u](size_t size) mutable {  // Does not compress.
    std::string text;
    while (text.size() < size)
      text += static_cast<char>('!' + (state = state * 1664525u + 1013904223u) / 50'000'000u);
    return text;
  };
  LogBatch batch;
  for (int i = 0; i < 20; ++i)
    batch.add(i, fmt::format("seq={:012} {}", i, random_text(i == 7 ? 9000 : 900)), kApp);
  test.run->receive(std::move(batch));
  test.settle();
  CHECK(test.loki->stats().distinct == 19);
  CHECK(test.dropped("line_too_long") == 1);
  const auto refused = test.loki->stats().refused;
  LogBatch more;
  for (int i = 20; i < 40; ++i)
    more.add(i, fmt::format("seq={:012} {}", i, random_text(900)), kApp);
  test.run->receive(std::move(more));
  REQUIRE(test.loki->wait_for(has(39)));
  CHECK(test.loki->stats().refused == refused);
}

}  // namespace components::loki::write
