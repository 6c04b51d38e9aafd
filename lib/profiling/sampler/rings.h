#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"

namespace profiling::sampler {

/// Numbers in a list of the kernel's such as "0-3,7"; empty when it cannot be read. At most 4096.
std::vector<int> parse_cpu_list(std::string_view text);

/// Whether poll(2) says so now.
bool is_readable(int fd);

/// The ring buffer of one CPU's clock, which the kernel fills.
class Ring {
 public:
  /// `cpus`: of the host, among which memory is divided.
  static base::Result<Ring> open(int cpu, int rate_hz, size_t cpus);
  Ring(Ring&& other) noexcept;
  Ring& operator=(Ring&& other) noexcept;
  ~Ring();

  int cpu() const { return cpu_; }
  int fd() const { return fd_.get(); }
  /// Takes note of what the kernel has written; next() goes up to there.
  void update();
  /// The oldest record, which stays valid until the next call of peek(); empty: there is none.
  std::string_view peek();
  /// Gives the record of peek() back to the kernel.
  void pop();

 private:
  Ring() = default;
  base::Result<void> map(size_t pages);
  void unmap();

  base::Descriptor fd_;
  int cpu_ = -1;
  void* memory_ = nullptr;
  size_t mapped_bytes_ = 0;
  char* data_ = nullptr;
  uint64_t data_bytes_ = 0;
  uint64_t head_ = 0;
  uint64_t tail_ = 0;
  size_t peeked_bytes_ = 0;
  std::string wrapped_;  // A record that lies at the end and the beginning of the ring.
};

/// A clock on each online CPU that takes `rate_hz` samples a second of whatever runs there, and
/// reports mappings, programs, forks and ends of all processes. Used by one thread.
class Rings {
 public:
  /// Fails where the kernel or the privileges do not permit it, with a sentence that says what is
  /// missing. CPUs that come online later are taken in by drain(), those that go are let go.
  static base::Result<Rings> open(int rate_hz);

  /// Waits until records are there, at most until `deadline` or until `wake_fd` is readable (-1: no
  /// such). 256 KiB of them: at low rates the deadline is what ends it.
  void wait(std::chrono::steady_clock::time_point deadline, int wake_fd);
  /// Calls `use(bytes of a record)` for all records that were written before this call, of all CPUs
  /// in the order of time.
  void drain(const std::function<void(std::string_view)>& use);

  size_t cpus() const { return rings_.size(); }

 private:
  explicit Rings(int rate_hz) : rate_hz_(rate_hz) {}
  base::Result<void> open_missing();

  int rate_hz_;
  std::vector<Ring> rings_;
  std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace profiling::sampler
