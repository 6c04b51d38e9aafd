#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "components/loki/source_docker/frame_reader.h"

namespace docker = components::loki::source_docker;

/// The first byte chooses format and limit, the second where the input is cut in two.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto format =
      (data[0] & 1) ? docker::FrameReader::Format::terminal : docker::FrameReader::Format::frames;
  const size_t line_bytes_max = (data[0] & 2) ? 64 : docker::FrameReader::kLineBytesMax;
  docker::FrameReader reader(format, line_bytes_max);
  const auto check = [&](const docker::Line& line) {
    if (line.text.size() > line_bytes_max) std::abort();
  };
  const std::string_view body(reinterpret_cast<const char*>(data + 2), size - 2);
  const size_t cut = data[1] < body.size() ? data[1] : body.size();
  if (reader.feed(body.substr(0, cut), check) && reader.feed(body.substr(cut), check))
    reader.finish(check);
  return 0;
}
