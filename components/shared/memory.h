#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace components {

/// The memory that all queues of the agent may fill together: outboxes of sources, queues of sinks,
/// unfinished messages of connections, bodies that are being read.
/// kReserved bytes of each queue are always its own, so none can starve another; what it holds
/// above that comes out of what the others leave of the limit.
///
/// A queue without room waits until it has delivered something itself. It never waits for others,
/// because it may always hold what is reserved for it, so nobody has to be woken when memory is
/// given back. A batch is let in as a whole: the limit is exceeded by one batch of each queue at
/// most.
///
/// The limit is the process's (of its control group, or of the machine), so there is one of these
/// for the process. Thread safe, without locks.
class Memory {
 public:
  enum class Use : uint8_t { outboxes, queues, connections, bodies };
  static constexpr std::array<const char*, 4> kUses{"outboxes", "queues", "connections", "bodies"};
  static constexpr size_t kReserved = 256 << 10;
  static constexpr size_t kLimitMax = 256 << 20;

  /// That of the process. There is no limit before set_limit().
  static Memory& of_process();
  /// min(kLimitMax, a tenth of the machine's memory, three quarters of what the control groups of
  /// this process allow).
  static size_t default_limit();

  void set_limit(size_t bytes) { limit_ = bytes; }
  bool has_room() const { return claimed_ < limit_; }
  /// The bytes that queues hold.
  size_t held(Use use) const { return held_[static_cast<size_t>(use)]; }

 private:
  friend class MemoryShare;

  std::atomic<size_t> limit_{SIZE_MAX};
  std::atomic<size_t> claimed_{0};  ///< what is reserved, and what is held above that
  std::array<std::atomic<size_t>, kUses.size()> held_{};
};

/// What one queue holds of it. Thread safe.
class MemoryShare {
 public:
  MemoryShare(Memory& memory, Memory::Use use);
  ~MemoryShare();
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  void add(size_t bytes);
  void subtract(size_t bytes);
  /// `bytes` instead of what was `before`.
  void change(size_t before, size_t bytes) {
    if (bytes > before) add(bytes - before);
    if (bytes < before) subtract(before - bytes);
  }
  bool has_room() const { return held_ < Memory::kReserved || memory_.has_room(); }

 private:
  Memory& memory_;
  const Memory::Use use_;
  std::atomic<size_t> held_{0};
};

/// Bytes that a share holds for as long as this lives.
class MemoryHold {
 public:
  MemoryHold(MemoryShare& share, size_t bytes) : share_(share), bytes_(bytes) { share.add(bytes); }
  ~MemoryHold() { share_.subtract(bytes_); }
  MemoryHold(const MemoryHold&) = delete;
  MemoryHold& operator=(const MemoryHold&) = delete;

 private:
  MemoryShare& share_;
  const size_t bytes_;
};

}  // namespace components
