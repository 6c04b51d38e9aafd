#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/sink/request.h"

namespace components::sink {

/// A request to a server that refuses a whole for one bad entry and does not say reliably which. So
/// a refused part is halved until what cannot be taken is alone; that is dropped, and the order of
/// the rest is kept. A protocol derives its own, which holds the entries.
class HalvingRequest : public Request {
 public:
  /// Halvings in which the server accepts nothing: then it refuses everything, and what is left is
  /// dropped in the parts that there are. While it accepts something the search goes on.
  static constexpr size_t kHalvingsMax = 512;

  void reset() override;
  Amount total() const override { return total_; }
  Amount rest() const override;
  bool is_done() const override { return is_done_; }
  Amount part() const override;
  std::string_view body() override;
  void part_accepted() override;
  void part_dropped() override { next_part(); }
  std::vector<Lost> refuse(std::string_view answer, bool too_large) override;

 protected:
  /// Entries by index: from `begin` on, before `end`.
  struct Part {
    size_t begin = 0;
    size_t end = 0;
    size_t size() const { return end - begin; }
  };
  /// All that was added.
  virtual size_t size() const = 0;
  virtual Amount amount_of(const Part& part) const = 0;
  virtual std::string encode(const Part& part) = 0;
  virtual void on_accepted(const Part& /*part*/) {}

  /// Says that so much more is in it; called before anything of it is sent.
  void added(const Amount& amount) { total_ += amount; }
  Part current() const { return is_split_ ? part_ : Part{0, size()}; }

 private:
  void next_part();

  Amount total_;
  std::string body_;       ///< of the part; empty: not made yet
  bool is_split_ = false;  ///< false: one part, with everything
  Part part_;
  std::vector<Part> waiting_;  ///< the next one last
  size_t halvings_ = 0;
  bool is_done_ = false;
};

}  // namespace components::sink
