#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/sink/codec.h"
#include "components/shared/sink/endpoint.h"
#include "io/segment_log/cursor.h"

namespace components::sink {

/// A lane that a disk queue reads for with a cursor of its own.
struct LaneApart {
  std::string lane;
  bool is_own = false;  ///< that of the endpoint: what is left for it goes to the own lane of now
  std::unique_ptr<io::segment_log::Cursor> cursor;
  BatchPtr head{};          ///< read, and the endpoint has no room for it
  bool is_reading = false;  ///< a record whose acks are not issued yet

  /// What its part of the endpoint's cursor is called, and back, without a cursor.
  std::string part() const { return (is_own ? "own " : "for ") + lane; }
  static LaneApart of_part(std::string_view part) {
    return {std::string(part.substr(4)), part.starts_with("own "), nullptr};
  }
};

/// The lanes of one endpoint that are apart (feeder.h). Their addresses stay. Not thread safe.
class LanesApart {
 public:
  /// Each costs a read buffer, a record, and reading the log once more.
  static constexpr size_t kMax = 16;
  /// So many while nothing shows that it is the lane and not the endpoint that is silent.
  static constexpr size_t kBlindlyMax = 4;

  /// The endpoint outlives it.
  explicit LanesApart(const Endpoint& endpoint) : endpoint_(endpoint) {}

  bool empty() const { return all_.empty(); }
  std::list<LaneApart>& all() { return all_; }
  /// The one that has, or will have, what comes for the lane; null: none.
  const LaneApart* find(std::string_view lane) const;
  /// The batch's shares whose lanes are apart.
  std::vector<Share> shares_of(const Batch& batch) const;
  /// Of these the ones that are for this one.
  std::vector<Share> shares_of(const Batch& batch, const LaneApart& apart) const;
  /// Such lanes exist.
  void note(const Batch& batch);
  /// Whether all of them are known that may be set apart.
  bool knows_enough() const { return seen_.size() > kMax; }
  /// Whether this lane may be one more: there is room, and others wait behind it, or may.
  bool may_add(const std::string& lane, bool have_others_moved, bool may_be_others) const;

  /// The most records that one of them has to read.
  uint64_t unread() const;

 private:
  bool is_for(const LaneApart& apart, std::string_view lane) const;

  const Endpoint& endpoint_;
  std::list<LaneApart> all_;
  std::set<std::string, std::less<>> seen_;  ///< kMax + 1 of those that exist
};

/// Those of the batch's shares that are not among these lanes.
std::vector<Share> shares_but(const Batch& batch, const std::vector<Share>& lanes);

}  // namespace components::sink
