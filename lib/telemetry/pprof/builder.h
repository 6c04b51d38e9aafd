#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "telemetry/pprof/message.h"

namespace telemetry::pprof {

/// Makes one profile out of stacks with values.
///
/// Mappings, functions and locations are asked for by content; what is equal gets the same id, and
/// ids stay good until finish(), so callers may keep them by address. The first mapping should be
/// the main program: tools name the profile after it. A location needs an address or a line, or
/// servers leave it out. Values of equal stacks with equal labels are added up. Bytes of names that
/// are not UTF-8 become U+FFFD, since servers refuse a profile for one of them. One thread.
class Builder {
 public:
  /// `sample_types`: of the values that each sample has, in this order; at least one.
  explicit Builder(std::span<const ValueType> sample_types);

  uint64_t mapping(const Mapping& mapping);
  uint64_t function(const Function& function);
  /// `mapping`: the id of one, or 0. `lines`: innermost of inlined functions first; none: the
  /// location has an address alone.
  uint64_t location(uint64_t mapping, uint64_t address, std::span<const Line> lines = {});
  /// A location that is known by the name of its function.
  uint64_t location(std::string_view name, uint64_t mapping = 0, uint64_t address = 0);

  /// `locations`: ids, the leaf first. `values`: one for each sample type. `labels` of equal
  /// samples come in the same order.
  void add(std::span<const uint64_t> locations, std::span<const int64_t> values,
           std::span<const Label> labels = {});

  /// Different stacks so far. A server takes 16,000.
  size_t samples() const { return stacks_.messages().size(); }
  /// Size of the message so far, about. A server takes 4 MiB.
  size_t bytes() const { return bytes_; }

  /// The message. The builder is then as new, but for the sample types.
  std::string finish(const Head& head);
  /// The same, compressed by gzip, as profiles are stored and sent.
  std::string finish_compressed(const Head& head);

 private:
  /// Messages without their ids, which are 1..n in the order of their arrival.
  class Table {
   public:
    struct Found {
      uint64_t id = 0;
      bool is_new = false;
    };
    Found find(const std::string& message);
    const std::vector<const std::string*>& messages() const { return in_order_; }
    void clear();

   private:
    std::unordered_map<std::string, uint64_t> ids_;  ///< keys stay where they are
    std::vector<const std::string*> in_order_;
  };

  uint64_t text(std::string_view text);
  void append_text(std::string& out, uint32_t tag, std::string_view content);
  uint64_t id_in(Table& table, const std::string& message);
  std::string value_type(const ValueType& type);
  std::string encode_head(const Head& head);
  void clear();

  const std::vector<std::pair<std::string, std::string>> types_;
  Table strings_, mappings_, functions_, locations_;
  Table stacks_;                 ///< of samples: their locations and labels
  std::vector<int64_t> values_;  ///< of all samples, by stack
  std::vector<bool> has_lines_;  ///< by id of a mapping: whether each location there has a line
  size_t bytes_ = 0;
};

}  // namespace telemetry::pprof
