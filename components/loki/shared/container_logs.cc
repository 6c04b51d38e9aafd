#include "components/loki/shared/container_logs.h"

#include <charconv>

namespace components::loki {
namespace {

constexpr std::string_view kCursorPrefix = "cursor-";

std::string gone_key(std::string_view container) {
  return std::string("gone-").append(container);
}

int64_t seconds_since_epoch() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

std::string cursor_key(std::string_view container) {
  return std::string(kCursorPrefix).append(container);
}

void note_gone(io::Positions& positions, std::string_view container) {
  positions.set(gone_key(container), std::to_string(seconds_since_epoch()));
}

void note_target(io::Positions& positions, std::string_view container) {
  positions.erase(gone_key(container));
}

void forget_gone(io::Positions& positions, std::chrono::seconds keep) {
  const auto entries = positions.all();
  std::vector<io::Positions::Unneeded> all_gone;
  for (const auto& [key, value] : entries) {
    if (!key.starts_with(kCursorPrefix)) continue;
    const std::string_view container = std::string_view(key).substr(kCursorPrefix.size());
    const auto gone = entries.find(gone_key(container));
    if (gone == entries.end()) {
      note_gone(positions, container);
      continue;
    }
    int64_t since = 0;
    std::from_chars(gone->second.data(), gone->second.data() + gone->second.size(), since);
    all_gone.push_back({key, since});
    all_gone.push_back({gone->first, since});
  }
  positions.forget(std::move(all_gone), seconds_since_epoch() - keep.count());
}

}  // namespace components::loki
