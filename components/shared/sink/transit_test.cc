#include "components/shared/sink/transit.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace components::sink {
namespace {

class NoPayload : public Payload {
 public:
  uint64_t entries() const override { return 1; }
  void encode(const Use& use) const override { use({}); }
};

enum class Fate { waits, delivered, abandoned };

telemetry::Ack tells(Fate& fate) {
  return telemetry::Ack([&fate](bool ok) { fate = ok ? Fate::delivered : Fate::abandoned; },
                        telemetry::Ack::Source::rereadable);
}

/// A batch of which two endpoints are given lanes "x" and "y".
struct TransitRig {
  Fate source = Fate::waits;
  TransitPtr transit = std::make_shared<Transit>(std::make_shared<NoPayload>(), tells(source));
  Batch first, second;

  TransitRig() {
    for (Batch* batch : {&first, &second}) batch->shares = {{"x", {1, 1}}, {"y", {1, 1}}};
    transit->enter(1, first);
    transit->enter(2, second);
    transit->seal();
  }
};

void finish_lane(Batch& batch, std::string_view lane, bool is_delivered = true) {
  batch.ack = {};
  for (Share& share : batch.shares) {
    if (share.lane != lane) continue;
    if (!is_delivered) share.ack.abandon();
    share.ack = {};
  }
}

std::vector<std::string> names(const std::vector<Share>& shares) {
  std::vector<std::string> lanes;
  for (const Share& share : shares) lanes.push_back(share.lane);
  return lanes;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("transit: the source is told when all endpoints are done with all lanes") {
  TransitRig rig;
  finish_lane(rig.first, "x");
  finish_lane(rig.first, "y");
  finish_lane(rig.second, "y");
  CHECK(rig.source == Fate::waits);
  CHECK(rig.transit->holds(2, {{"x", {}}}));
  CHECK(!rig.transit->holds(2, {{"y", {}}}));
  CHECK(!rig.transit->holds(1, {{"x", {}}}));
  SUBCASE("delivered") {
    finish_lane(rig.second, "x");
    CHECK(rig.source == Fate::delivered);
  }
  SUBCASE("not delivered") {
    finish_lane(rig.second, "x", false);
    CHECK(rig.source == Fate::abandoned);
  }
  CHECK(rig.transit->is_settled());
  CHECK(rig.transit->unstored().payload == nullptr);
}

TEST_CASE("transit: what an endpoint did not take is not its own, and may be offered again") {
  Fate source = Fate::waits;
  auto transit = std::make_shared<Transit>(std::make_shared<NoPayload>(), tells(source));
  Batch batch;
  batch.shares = {{"x", {1, 1}}};
  for (int i = 0; i < 3; ++i) {
    transit->enter(1, batch);
    CHECK(transit->was_given(1));
    transit->leave(1, batch);
    CHECK(!transit->was_given(1));
    CHECK(!batch.ack);
  }
  transit->enter(1, batch);
  transit->seal();
  CHECK(source == Fate::waits);
  finish_lane(batch, "x");
  CHECK(source == Fate::delivered);
}

TEST_CASE("transit: others may be done before it is offered to the last one") {
  Fate source = Fate::waits;
  auto transit = std::make_shared<Transit>(std::make_shared<NoPayload>(), tells(source));
  Batch first, second;
  first.shares = second.shares = {{"x", {1, 1}}};
  transit->enter(1, first);
  finish_lane(first, "x");
  CHECK(source == Fate::waits);
  transit->enter(2, second);
  transit->seal();
  CHECK(source == Fate::waits);
  finish_lane(second, "x");
  CHECK(source == Fate::delivered);
}

TEST_CASE("transit: stored, the source is free and the record waits for what is not done") {
  TransitRig rig;
  finish_lane(rig.first, "x");
  finish_lane(rig.first, "y", false);
  {
    const auto unstored = rig.transit->unstored();
    REQUIRE(unstored.payload != nullptr);
    rig.transit->set_stored();
    CHECK(rig.source == Fate::waits);  // Until the record is durable.
  }
  CHECK(rig.transit->is_settled());
  CHECK(names(rig.transit->open_shares(1)) == Names{"y"});  // It stays for the next start.
  std::vector<Share> open = rig.transit->open_shares(2);
  CHECK(names(open) == Names{"x", "y"});
  Fate x = Fate::waits, y = Fate::waits;
  open[0].ack = tells(x);
  open[1].ack = tells(y);
  finish_lane(rig.second, "x");  // Before its ack is bound.
  rig.transit->bind(2, std::move(open));
  CHECK(x == Fate::delivered);
  CHECK(y == Fate::waits);
  finish_lane(rig.second, "y", false);
  CHECK(y == Fate::abandoned);
}

TEST_CASE("transits: those of lanes in their order, without those that are settled") {
  Transits transits;
  std::vector<std::unique_ptr<TransitRig>> rigs;
  for (int i = 0; i < 100; ++i) {
    rigs.push_back(std::make_unique<TransitRig>());
    transits.add(rigs.back()->transit);
  }
  finish_lane(rigs[0]->second, "x");
  finish_lane(rigs[1]->second, "y");
  const std::vector<Transits::Lanes> x_of_second = {{2, {{"x", {}}}}};
  auto found = transits.of(x_of_second);
  REQUIRE(found.size() == 99);
  CHECK(found.front() == rigs[1]->transit);
  CHECK(found.back() == rigs[99]->transit);
  for (const auto& transit : found) transit->set_stored();
  transits.sweep();
  CHECK(transits.of({{1, {{"x", {}}}}}).size() == 1);
  CHECK(transits.of({{3, {{"x", {}}}}}).empty());
}

}  // namespace components::sink
