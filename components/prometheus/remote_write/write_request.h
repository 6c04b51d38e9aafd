#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "components/prometheus/remote_write/metrics.h"
#include "components/shared/sink/request.h"
#include "telemetry/wire/remote_write.h"

namespace components::prometheus::remote_write {

/// A write request. A server that refuses one does not say reliably which sample was wrong, and
/// takes none of the others. So a refused part is halved until what cannot be taken is alone; that
/// is dropped, and the order of the rest is kept.
class WriteRequest final : public sink::Request {
 public:
  /// Halvings in which the server accepts nothing: then it refuses everything, and what is left is
  /// dropped in the parts that there are. While it accepts something the search goes on.
  static constexpr size_t kHalvingsMax = 512;

  /// The metrics are told of the newest sample that the server took; they outlive it.
  explicit WriteRequest(Metrics& metrics) : metrics_(metrics) {}

  telemetry::wire::WriteEncoder encoder;  ///< filled before anything of it is sent

  void reset() override;
  sink::Amount total() const override { return total_; }
  sink::Amount rest() const override;
  bool is_done() const override { return is_done_; }
  sink::Amount part() const override;
  std::string_view body() override;
  void part_accepted() override;
  void part_dropped() override { next_part(); }
  std::vector<sink::Lost> refuse(std::string_view answer, bool too_large) override;

  /// Says that the encoder gets an entry of this amount, with this time.
  void added(const sink::Amount& amount, int64_t time_ms) {
    total_ += amount;
    entries_.push_back({amount, time_ms});
  }

 private:
  /// Entries of the encoder, by index: from `begin` on, before `end`.
  struct Part {
    size_t begin = 0;
    size_t end = 0;
    size_t size() const { return end - begin; }
  };
  sink::Amount amount_of(const Part& part) const;
  Part current() const { return is_split_ ? part_ : Part{0, entries_.size()}; }
  void next_part();

  struct Entry {
    sink::Amount amount;
    int64_t time_ms = 0;
  };

  Metrics& metrics_;
  sink::Amount total_;
  std::vector<Entry> entries_;
  std::string body_;       ///< of the part; empty: not made yet
  bool is_split_ = false;  ///< false: one part, with everything
  Part part_;
  std::vector<Part> waiting_;  ///< the next one last
  size_t halvings_ = 0;
  bool is_done_ = false;
};

}  // namespace components::prometheus::remote_write
