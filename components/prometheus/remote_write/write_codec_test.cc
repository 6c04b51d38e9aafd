#include "components/prometheus/remote_write/write_codec.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "components/prometheus/remote_write/series_times.h"

namespace components::prometheus::remote_write {
namespace {

telemetry::SeriesTablePtr table_of(const std::vector<std::string>& names) {
  telemetry::SeriesTable::Builder builder;
  for (const std::string& name : names) builder.add_series({{"__name__", name}});
  return builder.build();
}

struct Rig {
  base::metrics::Registry registry;
  Settings settings;
  Metrics metrics{{registry, "prometheus.remote_write.x"}, settings};
  WriteRequest request{metrics};
};

void fill(WriteRequest& request, int count) {
  const auto table = table_of({"a"});
  for (int i = 0; i < count; ++i) {
    request.encoder.add(table->wire(0), i, i);
    request.added({1, 10}, i);
  }
}

/// The numbers in a body.
std::vector<int> numbers_in(std::string_view body) {
  std::vector<int> out;
  const auto batch = telemetry::wire::decode_write(body);
  REQUIRE(batch);
  for (const auto& sample : batch->samples) out.push_back(static_cast<int>(sample.value));
  return out;
}

}  // namespace

TEST_CASE("write request: what cannot be taken is found, dropped alone, and the order is kept") {
  const std::set<int> bad = {0, 17, 18, 63};
  Rig rig;
  WriteRequest& request = rig.request;
  fill(request, 64);
  std::vector<int> taken;
  uint64_t dropped = 0;
  int tries = 0;
  while (!request.is_done()) {
    ++tries;
    const auto numbers = numbers_in(request.body());
    CHECK(request.part().entries == numbers.size());
    const bool is_bad =
        std::any_of(numbers.begin(), numbers.end(), [&](int n) { return bad.contains(n); });
    if (is_bad) {
      for (const auto& lost : request.refuse("", false)) dropped += lost.amount.entries;
    } else {
      taken.insert(taken.end(), numbers.begin(), numbers.end());
      request.part_accepted();
    }
    CHECK(request.rest().entries == 64 - taken.size() - dropped);
  }
  CHECK(dropped == bad.size());
  CHECK(taken.size() == 64 - bad.size());
  CHECK(std::is_sorted(taken.begin(), taken.end()));
  CHECK(tries < 60);
}

TEST_CASE("write request: however many are bad, a server that takes the others gets them") {
  Rig rig;
  WriteRequest& request = rig.request;
  fill(request, 2000);
  size_t taken = 0;
  while (!request.is_done()) {
    const auto numbers = numbers_in(request.body());
    if (std::ranges::any_of(numbers, [](int n) { return n % 3 == 0; })) {
      request.refuse("", false);
    } else {
      taken += numbers.size();
      request.part_accepted();
    }
  }
  CHECK(taken == 1333);
}

TEST_CASE("write request: a server that takes nothing costs a bounded number of requests") {
  Rig rig;
  WriteRequest& request = rig.request;
  fill(request, 5000);
  size_t tries = 0;
  uint64_t dropped = 0;
  for (; !request.is_done(); ++tries)
    for (const auto& lost : request.refuse("", false)) dropped += lost.amount.entries;
  CHECK(dropped == 5000);
  CHECK(tries <= 2 * WriteRequest::kHalvingsMax + 1);
  request.reset();
  CHECK(request.total().entries == 0);
  fill(request, 2);
  CHECK(numbers_in(request.body()) == std::vector<int>{0, 1});
}

TEST_CASE("series times: equal series share their time, also of other tables") {
  using Step = SeriesTimes::Step;
  SeriesTimes times;
  auto one = table_of({"a", "b", "a"});
  const auto two = table_of({"b"});
  CHECK(times.advance(times.places_of(one), 0, 5, 7) == Step::on);
  CHECK(times.advance(times.places_of(one), 2, 5, 8) == Step::conflict);
  CHECK(times.advance(times.places_of(one), 2, 5, 7) == Step::same);
  CHECK(times.advance(times.places_of(one), 2, 6, 7) == Step::on);
  CHECK(times.advance(times.places_of(one), 1, 5, 1) == Step::on);
  CHECK(times.advance(times.places_of(two), 0, 5, 1) == Step::same);
  // An earlier time is the server's to refuse.
  CHECK(times.advance(times.places_of(two), 0, 4, 1) == Step::on);
  CHECK(times.series() == 2);
  one.reset();
  for (int i = 0; i < 100; ++i) times.places_of(table_of({"x" + std::to_string(i)}));
  CHECK(times.series() < 40);
  CHECK(times.advance(times.places_of(two), 0, 4, 1) == Step::same);
}

}  // namespace components::prometheus::remote_write
