#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

/// Profiles in the format of pprof (profile.proto, github.com/google/pprof): what they are made of.
namespace telemetry::pprof {

/// What a number counts: cpu in nanoseconds.
struct ValueType {
  std::string_view type;
  std::string_view unit;
};

/// What a profile says of itself, beside its samples.
struct Head {
  ValueType period_type;    ///< what is counted between two samples; empty: nothing is said
  int64_t period = 0;       ///< of these units
  int64_t time_ns = 0;      ///< of the begin, since the Unix epoch
  int64_t duration_ns = 0;  ///< of what was seen
  std::string_view default_sample_type;
  std::string_view drop_frames, keep_frames;  ///< regular expressions
  std::vector<std::string_view> comments;
};

/// A part of a process' address space: a file that is mapped there, or anything with a name.
struct Mapping {
  uint64_t start = 0, limit = 0;  ///< addresses; 0, 0 is allowed
  uint64_t file_offset = 0;
  std::string_view file;
  std::string_view build_id;  ///< in hexadecimal
};

struct Function {
  std::string_view name;
  std::string_view system_name;  ///< as the linker knows it; "": the same
  std::string_view file;
  int64_t start_line = 0;
};

/// Where in a function a location is.
struct Line {
  uint64_t function = 0;  ///< the id of one
  int64_t line = 0;
};

/// A label of a sample: text, or a number.
struct Label {
  std::string_view key;
  std::string_view text;
  int64_t number = 0;
  std::string_view unit;  ///< of the number
};

/// Numbers of the fields of profile.proto.
namespace field {

inline constexpr uint32_t kId = 1;  ///< of a mapping, a location and a function

namespace profile {
inline constexpr uint32_t kSampleType = 1, kSample = 2, kMapping = 3, kLocation = 4, kFunction = 5,
                          kString = 6, kDropFrames = 7, kKeepFrames = 8, kTime = 9, kDuration = 10,
                          kPeriodType = 11, kPeriod = 12, kComment = 13, kDefaultSampleType = 14;
}
namespace value_type {
inline constexpr uint32_t kType = 1, kUnit = 2;
}
namespace sample {
inline constexpr uint32_t kLocations = 1, kValues = 2, kLabel = 3;
}
namespace label {
inline constexpr uint32_t kKey = 1, kText = 2, kNumber = 3, kUnit = 4;
}
namespace mapping {
inline constexpr uint32_t kStart = 2, kLimit = 3, kFileOffset = 4, kFile = 5, kBuildId = 6,
                          kHasFunctions = 7;
}
namespace location {
inline constexpr uint32_t kMapping = 2, kAddress = 3, kLine = 4;
}
namespace line {
inline constexpr uint32_t kFunction = 1, kLine = 2;
}
namespace function {
inline constexpr uint32_t kName = 2, kSystemName = 3, kFile = 4, kStartLine = 5;
}

}  // namespace field

}  // namespace telemetry::pprof
