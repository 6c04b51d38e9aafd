#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "telemetry/pprof/message.h"

namespace telemetry::pprof {

/// A profile taken apart. Texts are views of the bytes that it was read from. Ids are 1..n, places
/// in the tables, whatever they were there; 0 is none.
struct Contents {
  struct Location {
    uint64_t mapping = 0;
    uint64_t address = 0;
    size_t first_line = 0, lines = 0;  ///< in `lines`
  };
  struct Sample {
    size_t first_location = 0, locations = 0;  ///< in `stacks`
    size_t first_label = 0, labels = 0;        ///< in `labels`
  };

  std::vector<ValueType> sample_types;
  Head head;
  std::vector<Mapping> mappings;
  std::vector<Function> functions;
  std::vector<Location> locations;
  std::vector<Sample> samples;
  std::vector<Line> lines;
  std::vector<uint64_t> stacks;  ///< ids of locations, the leaf first
  std::vector<int64_t> values;   ///< of all samples: one for each sample type
  std::vector<Label> labels;

  std::span<const Line> lines_of(const Location& location) const {
    return std::span(lines).subspan(location.first_line, location.lines);
  }
  std::span<const uint64_t> stack_of(const Sample& sample) const {
    return std::span(stacks).subspan(sample.first_location, sample.locations);
  }
  std::span<const Label> labels_of(const Sample& sample) const {
    return std::span(labels).subspan(sample.first_label, sample.labels);
  }
  std::span<const int64_t> values_of(size_t sample) const {
    return std::span(values).subspan(sample * sample_types.size(), sample_types.size());
  }
};

/// Takes a profile apart that is not compressed. Fails, with what is wrong, wherever a backend
/// would refuse the whole of it: no sample type, an id or an index of nothing, an id twice, another
/// number of values than of sample types, bytes that are not UTF-8. Takes about ten times the
/// memory of the bytes at most.
base::Result<Contents> read(std::string_view bytes);

/// The message of a profile that may be compressed by gzip. Fails for one of more than `bytes_max`
/// bytes, and takes memory for no more.
base::Result<std::string> uncompressed(std::string_view body, size_t bytes_max);

/// Whether the bytes may begin a profile: those of gzip, or a field that a profile has.
bool looks_like_profile(std::string_view body);

}  // namespace telemetry::pprof
