#include <array>
#include <cstring>

#include "river/lexer.h"
#include "river/text.h"

namespace river {
namespace {

constexpr int kReportsMax = 20;

struct ForeignMark {
  std::string_view bytes;
  std::string_view encoding;
};

// Four byte marks first: UTF-32LE starts with the mark of UTF-16LE.
constexpr std::array kForeignMarks = {ForeignMark{{"\x00\x00\xFE\xFF", 4}, "UTF-32BE"},
                                      ForeignMark{{"\xFF\xFE\x00\x00", 4}, "UTF-32LE"},
                                      ForeignMark{{"\xFE\xFF", 2}, "UTF-16BE"},
                                      ForeignMark{{"\xFF\xFE", 2}, "UTF-16LE"}};

// Skips 8 bytes at a time while they are ASCII without NUL; gives where the rest starts.
size_t plain_prefix(std::string_view text, size_t at) {
  constexpr uint64_t kHigh = 0x8080808080808080, kLow = 0x0101010101010101;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (((word | (word - kLow)) & kHigh) != 0) break;
  }
  return at;
}

std::string_view problem_with(CodePoint point, size_t at) {
  if (!point.valid) return "illegal UTF-8 encoding";
  if (point.value == 0) return "illegal character NUL";
  if (point.value == unicode::kByteOrderMark && at > 0) return "illegal byte order mark";
  return {};
}

}  // namespace

bool check_encoding(const diag::SourceFile& file, diag::Diagnostics& diagnostics) {
  const std::string_view text = file.text;
  for (const auto& mark : kForeignMarks) {
    if (!text.starts_with(mark.bytes)) continue;
    diagnostics.error("R001", {file.base, file.base + 1}, "the file is {}, it must be UTF-8",
                      mark.encoding);
    return false;
  }
  int reports = 0;
  for (size_t at = plain_prefix(text, 0); at < text.size();) {
    const auto point = first_code_point(text.substr(at));
    if (const auto problem = problem_with(point, at); !problem.empty()) {
      const auto offset = file.base + static_cast<uint32_t>(at);
      diagnostics.error("R001", {offset, offset + point.bytes}, "{}", problem);
      if (++reports == kReportsMax) return true;
    }
    at += point.bytes;
    if (point.bytes == 1) at = plain_prefix(text, at);
  }
  return true;
}

}  // namespace river
