#include "components/shared/memory.h"

#include <doctest/doctest.h>

namespace components {

constexpr size_t kReserved = Memory::kReserved;

TEST_CASE("memory: a queue always has what is reserved for it, the rest is for whoever comes") {
  Memory memory;
  memory.set_limit(4 * kReserved);
  MemoryShare greedy(memory, Memory::Use::queues);
  MemoryShare modest(memory, Memory::Use::outboxes);
  CHECK(greedy.has_room());
  greedy.add(kReserved);
  CHECK(greedy.has_room());  // Two are reserved of four.
  greedy.add(2 * kReserved);
  CHECK(!greedy.has_room());
  CHECK(modest.has_room());
  modest.add(kReserved);
  CHECK(!modest.has_room());
  CHECK(memory.held(Memory::Use::queues) == 3 * kReserved);
  CHECK(memory.held(Memory::Use::outboxes) == kReserved);
  greedy.subtract(1);
  CHECK(modest.has_room());
  modest.subtract(kReserved);
  CHECK(greedy.has_room());
}

TEST_CASE("memory: a queue that goes gives back all of it") {
  Memory memory;
  memory.set_limit(2 * kReserved);
  MemoryShare stays(memory, Memory::Use::queues);
  {
    MemoryShare goes(memory, Memory::Use::queues);
    goes.add(5 * kReserved);
    stays.add(kReserved);
    CHECK(!stays.has_room());
  }
  CHECK(stays.has_room());
  CHECK(memory.held(Memory::Use::queues) == kReserved);
}

TEST_CASE("memory: what is held for a while, and what grows and shrinks") {
  Memory memory;
  MemoryShare share(memory, Memory::Use::bodies);
  share.change(0, 100);
  share.change(100, 30);
  {
    const MemoryHold hold(share, 5);
    CHECK(memory.held(Memory::Use::bodies) == 35);
  }
  CHECK(memory.held(Memory::Use::bodies) == 30);
  share.subtract(30);
  CHECK(memory.held(Memory::Use::bodies) == 0);
  CHECK(memory.held(Memory::Use::queues) == 0);
}

TEST_CASE("memory: the default limit is one that a host can give") {
  CHECK(Memory::default_limit() > 0);
  CHECK(Memory::default_limit() <= Memory::kLimitMax);
}

}  // namespace components
