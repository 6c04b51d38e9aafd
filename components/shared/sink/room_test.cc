#include "components/shared/sink/room.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace components::sink {
namespace {

/// An amount that costs so many bytes.
Amount costs(size_t bytes) {
  return {1, bytes - Room::cost({1, 0})};
}

struct Held {
  std::string lane;
  size_t bytes;
};

}  // namespace

TEST_CASE("sink: room is shared out to lanes") {
  struct Case {
    std::string name;
    std::vector<Held> held;  ///< of a capacity of 1200
    Held wanted;
    bool fits;
  };
  for (const Case& c : {
           Case{"alone", {{"a", 1100}}, {"a", 100}, true},
           Case{"alone, full", {{"a", 1100}}, {"a", 101}, false},
           Case{"larger than all, alone", {}, {"a", 5000}, true},
           Case{"half, when there is another", {{"a", 500}, {"b", 100}}, {"a", 100}, true},
           Case{"not more than half", {{"a", 500}, {"b", 100}}, {"a", 101}, false},
           Case{
               "half is left beside one that is stuck", {{"a", 600}, {"b", 200}}, {"b", 200}, true},
           Case{"who filled it alone counts as half", {{"a", 1200}, {"b", 200}}, {"b", 200}, true},
           Case{"a third beside two", {{"a", 400}, {"b", 400}, {"c", 100}}, {"c", 200}, true},
           Case{"not more", {{"a", 400}, {"b", 400}, {"c", 100}}, {"c", 201}, false},
           Case{"a first batch of any size", {{"a", 1200}}, {"b", 5000}, true},
           Case{"until twice the capacity is held", {{"a", 1200}, {"b", 1200}}, {"c", 60}, false},
       }) {
    CAPTURE(c.name);
    Room room(1200);
    for (const Held& held : c.held) room.take(held.lane, costs(held.bytes));
    CHECK(room.has_room({c.wanted.lane, costs(c.wanted.bytes)}) == c.fits);
    // It depends on what is held now only.
    Room changed(100);
    changed.take("gone", costs(400));
    for (const Held& held : c.held) changed.take(held.lane, costs(held.bytes));
    changed.set_capacity(1200);
    changed.give_back("gone", costs(400));
    CHECK(changed.has_room({c.wanted.lane, costs(c.wanted.bytes)}) == c.fits);
    for (const Held& held : c.held) changed.give_back(held.lane, costs(held.bytes));
    CHECK(changed.held() == 0);
    CHECK(changed.lanes() == 0);
  }
}

TEST_CASE("sink: the number of lanes is bounded") {
  Room room(1 << 20);
  for (size_t i = 0; i < Room::kLanesMax; ++i) room.take(fmt::format("t{}", i), costs(50));
  CHECK_FALSE(room.has_room({"new", costs(50)}));
  CHECK(room.has_room({"t1", costs(50)}));
  room.give_back("t0", costs(50));
  CHECK(room.has_room({"new", costs(50)}));
}

}  // namespace components::sink
