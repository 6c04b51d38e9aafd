#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "components/loki/source_file/encoding.h"
#include "components/loki/source_file/file_reader.h"
#include "telemetry/text.h"

using namespace components::loki::source_file;

/// The first byte chooses the encoding, the rest is what is read of a file. It is a position, too.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  constexpr std::array<std::string_view, 8> kNames = {
      "utf-8", "utf-16le", "utf-16be", "iso-8859-1", "gbk", "shift_jis", "euc-kr", "iso-2022-jp"};
  const auto encoding = encoding_from_name(kNames[data[0] % kNames.size()]);
  ENSURE(encoding);
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const size_t lines = lines_size(bytes, *encoding);
  ENSURE(lines <= bytes.size());
  const std::string text = to_utf8(bytes.substr(0, lines), *encoding);
  ENSURE(encoding->form == Encoding::Form::utf8 || telemetry::is_utf8(text));
  if (const auto point = ResumePoint::parse(bytes))
    ENSURE(ResumePoint::parse(point->text()) == point);
  return 0;
}
