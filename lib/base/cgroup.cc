#include "base/cgroup.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace base {
namespace {

/// Takes the text up to `stop`, which goes, too; all of it when there is none.
std::string_view take_part(std::string_view& text, char stop) {
  const size_t end = std::min(text.find(stop), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

bool consists_of(std::string_view text, bool (*is_good)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_good);
}

bool is_small_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

std::string_view id_in_part(std::string_view part) {
  if (part.ends_with(".scope")) part.remove_suffix(6);
  if (part.size() >= 64 && consists_of(part.substr(part.size() - 64), is_small_hex)) {
    const std::string_view prefix = part.substr(0, part.size() - 64);
    if (prefix.empty() || prefix.back() == '-') return part.substr(part.size() - 64);
  }
  const size_t hyphen = part.rfind('-');
  if (hyphen == 32 && consists_of(part.substr(0, 32), is_small_hex) &&
      consists_of(part.substr(33), is_digit))
    return part;
  return {};
}

/// The last path of a line "ID:CONTROLLERS:PATH" split at slashes.
std::vector<std::string_view> path_parts(std::string_view line) {
  take_part(line, ':');
  take_part(line, ':');
  std::vector<std::string_view> parts;
  while (!line.empty() && parts.size() < 64) parts.push_back(take_part(line, '/'));
  return parts;
}

}  // namespace

std::string container_id(std::string_view cgroups) {
  while (!cgroups.empty()) {
    const auto parts = path_parts(take_part(cgroups, '\n'));
    for (size_t back = 0; back < 2 && back < parts.size(); ++back) {
      // Behind the id one more part may follow, such as "init" or "container".
      if (back == 1 && !consists_of(parts.back(), [](char c) {
            return (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
          }))
        break;
      const std::string_view id = id_in_part(parts[parts.size() - 1 - back]);
      if (!id.empty()) return std::string(id);
    }
  }
  return {};
}

std::string systemd_unit(std::string_view cgroups) {
  while (!cgroups.empty()) {
    const auto parts = path_parts(take_part(cgroups, '\n'));
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
      if (part->ends_with(".service") || part->ends_with(".scope")) return std::string(*part);
  }
  return {};
}

}  // namespace base
