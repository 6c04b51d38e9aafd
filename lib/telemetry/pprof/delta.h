#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "telemetry/pprof/builder.h"
#include "telemetry/pprof/reader.h"

namespace telemetry::pprof {

/// Copies samples of a profile, and of its tables what they need. Both outlive it.
class Copier {
 public:
  Copier(const Contents& from, Builder& to)
      : from_(from),
        to_(to),
        mappings_(from.mappings.size() + 1),
        functions_(from.functions.size() + 1),
        locations_(from.locations.size() + 1) {}

  /// `values`: in place of its own.
  void add(const Contents::Sample& sample, std::span<const int64_t> values);

 private:
  uint64_t mapping(uint64_t id);
  uint64_t function(uint64_t id);
  uint64_t location(uint64_t id);

  const Contents& from_;
  Builder& to_;
  std::vector<uint64_t> mappings_, functions_, locations_;  ///< ids there by ids here; 0: not yet
};

/// What a program has counted since the profile before, for profiles that count from its start:
/// Go's memory, mutex and block. Of a stack 16 bytes of hash and its values are remembered. One
/// thread.
class Delta {
 public:
  /// `types`: names of sample types that count up; values of others stay what they are.
  explicit Delta(std::vector<std::string> types) : types_(std::move(types)) {}

  /// The difference of the profile, which may be compressed, to the one before: compressed, without
  /// samples that are all zero. Nothing for the first, and when nothing is left. A value that is
  /// lower than before is that of another start of the program: all count from there. Fails for
  /// what is no profile, or larger than `bytes_max` uncompressed; the next one is the first then.
  base::Result<std::optional<std::string>> advance(std::string_view body, size_t bytes_max);

 private:
  using Key = std::array<uint64_t, 2>;
  struct KeyHash {
    size_t operator()(const Key& key) const { return key[0]; }
  };
  using Totals = std::unordered_map<Key, std::vector<int64_t>, KeyHash>;

  static Key key_of(const Contents& profile, const Contents::Sample& sample);
  base::Result<std::optional<std::string>> difference(const Contents& profile);
  std::vector<size_t> counted(const Contents& profile) const;

  const std::vector<std::string> types_;
  std::optional<Totals> totals_;  ///< by stack: of the counted types; nothing: there is none before
  int64_t time_ns_ = 0;           ///< of the profile before
};

}  // namespace telemetry::pprof
