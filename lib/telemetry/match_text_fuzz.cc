#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "telemetry/match_text.h"
#include "telemetry/text.h"

/// Matches of any bytes lie within them, and no match leaves a byte out that `.` stands for.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const re2::RE2 everything("(?s)(.*)"), word("(\\S+)(\\W)?"), rune("(?s)(.)");
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const telemetry::MatchText text(bytes);
  ENSURE(text.matches_whole(everything));
  size_t at = 0;
  for (std::array<re2::StringPiece, 2> groups; text.find(rune, at, groups);
       at += groups[0].size()) {
    ENSURE(groups[0].data() == bytes.data() + at && !groups[0].empty());
  }
  ENSURE(at == size);
  at = 0;
  for (std::array<re2::StringPiece, 3> groups; text.find(word, at, groups);) {
    const auto begin = static_cast<size_t>(groups[0].data() - bytes.data());
    ENSURE(begin >= at && begin + groups[0].size() <= size && !groups[0].empty());
    at = begin + groups[0].size();
  }
  ENSURE(telemetry::is_utf8(telemetry::valid_utf8(bytes)));
  return 0;
}
