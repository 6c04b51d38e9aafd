#include "components/shared/sink/lane_acks.h"

#include <doctest/doctest.h>

#include "io/segment_log/log.h"
#include "tests/support/folder.h"

namespace components::sink {
namespace {

using Names = std::vector<std::string>;

/// A log with nine records, all read by a cursor.
struct AckRig {
  support::Folder folder;
  base::metrics::Registry registry;
  std::unique_ptr<io::segment_log::Log> log;
  std::unique_ptr<io::segment_log::Cursor> cursor;
  std::unique_ptr<LaneAcks> acks;

  AckRig() {
    io::segment_log::Options options;
    options.folder = folder.path() / "log";
    options.bytes_max = 1 << 20;
    log = *io::segment_log::Log::open(options, {registry, "test"}, base::Logger("test"));
    for (int i = 0; i < 9; ++i) {
      const std::string_view text = "record";
      REQUIRE(log->append({&text, 1}, 1).status == io::segment_log::Append::Status::written);
    }
    cursor = log->cursor("a");
    acks = std::make_unique<LaneAcks>(*cursor);
  }
  ~AckRig() { acks->detach(); }

  void issue(uint64_t sequence, const Names& lanes, Batch& batch) {
    for (const auto& lane : lanes) batch.shares.push_back({lane, {1, 1}});
    acks->issue(sequence, batch.shares);
    LaneAcks::join(batch);
  }
};

void finish(Batch& batch, std::string_view lane) {
  batch.ack = {};
  for (Share& share : batch.shares)
    if (share.lane == lane) share.ack = {};
}

}  // namespace

TEST_CASE("lane acks: the cursor is behind what all lanes are done with") {
  AckRig rig;
  Batch first, second;
  rig.issue(1, {"x", "y"}, first);
  rig.issue(2, {"x"}, second);
  CHECK(rig.cursor->acknowledged() == 0);
  finish(second, "x");
  finish(first, "x");
  CHECK(rig.cursor->acknowledged() == 0);
  CHECK(*rig.acks->slowest() == "y");
  finish(first, "y");
  CHECK(rig.cursor->acknowledged() == 2);
  CHECK(!rig.acks->slowest());
  rig.acks->pass(3);
  CHECK(rig.cursor->acknowledged() == 3);
}

TEST_CASE("lane acks: who holds the ack of the batch alone resolves all of its lanes") {
  for (const bool is_abandoned : {false, true}) {
    AckRig rig;
    telemetry::Ack whole;
    {
      Batch batch;
      rig.issue(1, {"x", "y"}, batch);
      whole = batch.ack;
    }
    CHECK(rig.cursor->acknowledged() == 0);
    if (is_abandoned) whole.abandon();
    whole = {};
    CHECK(rig.cursor->acknowledged() == (is_abandoned ? 0 : 1));
  }
}

TEST_CASE("lane acks: a lane that is apart has a position of its own until it has caught up") {
  AckRig rig;
  Batch first, second, third, fourth;
  rig.issue(1, {"x"}, first);
  rig.issue(2, {"x", "y"}, second);
  finish(second, "y");
  auto part = rig.acks->set_apart("x", "x");
  CHECK(rig.cursor->parts() == Names{"x"});
  CHECK(rig.cursor->acknowledged() == 2);
  CHECK(part->acknowledged() == 0);
  CHECK(part->next_sequence() == 3);
  rig.acks->pass(3);  // All of it is for the lane.
  CHECK(rig.cursor->acknowledged() == 3);
  third.shares.push_back({"x", {1, 1}});
  rig.acks->issue_apart("x", 3, third.shares);
  LaneAcks::join(third);
  finish(first, "x");
  finish(second, "x");
  CHECK(part->acknowledged() == 2);
  const auto* at = part.get();
  rig.acks->give_back("x", 4, std::move(part));
  rig.issue(4, {"x"}, fourth);
  CHECK(rig.cursor->acknowledged() == 3);
  SUBCASE("and what came before is done") {
    finish(third, "x");
    CHECK(rig.cursor->parts().empty());
    finish(fourth, "x");
    CHECK(rig.cursor->acknowledged() == 4);
  }
  SUBCASE("what came after is done first") {
    finish(fourth, "x");
    CHECK(rig.cursor->acknowledged() == 4);
    CHECK(at->acknowledged() == 2);
    finish(third, "x");
    CHECK(rig.cursor->parts().empty());
  }
  SUBCASE("and is set apart once more before that") {
    part = rig.acks->set_apart("x", "x");
    CHECK(part.get() == at);
    CHECK(part->next_sequence() == 5);
    CHECK(rig.cursor->acknowledged() == 4);
    finish(third, "x");
    CHECK(part->acknowledged() == 3);
    finish(fourth, "x");
    CHECK(part->acknowledged() == 4);
  }
}

TEST_CASE("lane acks: a part that a run before left reads what it has not got") {
  AckRig rig;
  (void)rig.cursor->part("x", 2, 3);
  auto part = rig.acks->go_on_apart("x", "x");
  CHECK(part->next_sequence() == 3);
  rig.acks->pass_apart("x", 5);
  CHECK(part->acknowledged() == 5);
  CHECK(rig.cursor->acknowledged() == 0);
}

}  // namespace components::sink
