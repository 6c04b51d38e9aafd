#include "components/loki/source_syslog/plan.h"

#include <algorithm>

namespace components::loki::source_syslog {
namespace {

/// Longest message that is not octet-counted, unless max_message_length allows more.
constexpr int64_t kLineBytesMax = 64 << 10;

}  // namespace

Framer::Options Plan::framing() const {
  Framer::Options options;
  options.counted_bytes_max = static_cast<size_t>(listener.max_message_length);
  options.line_bytes_max =
      static_cast<size_t>(std::max(kLineBytesMax, listener.max_message_length));
  const bool raw = listener.syslog_format == Format::raw;
  if (raw && listener.raw_format_options &&
      listener.raw_format_options->use_null_terminator_delimiter)
    options.delimiter = '\0';
  return options;
}

}  // namespace components::loki::source_syslog
