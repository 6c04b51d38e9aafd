#include "components/loki/source_file/leftovers.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "components/loki/source_file/file_reader.h"
#include "components/loki/source_file/rotation.h"

namespace components::loki::source_file {

Leftovers::Leftovers(Environment& environment, Streams& streams, IsWanted is_wanted)
    : positions_(*environment.positions),
      known_files_(environment.known_files),
      streams_(streams),
      is_wanted_(std::move(is_wanted)) {
  for (const auto& [key, stream] : streams_)
    if (!is_wanted_(key)) keys_.emplace(stream->path(), key);
}

std::unique_ptr<Stream> Leftovers::take_stream(const std::string& path) {
  const auto found = keys_.find(path);
  if (found == keys_.end()) return nullptr;
  auto stream = std::move(streams_.extract(found->second).mapped());
  keys_.erase(found);
  return stream;
}

void Leftovers::move_position(const std::string& path, const std::string& key) {
  if (positions_.get(key)) return;
  const std::string prefix = path + " {";
  Entries& all = stored();
  for (auto it = all.lower_bound(prefix); it != all.end() && it->first.starts_with(prefix); ++it) {
    if (is_wanted_(it->first)) continue;
    positions_.set(key, it->second);
    positions_.erase(it->first);
    known_files_.relabel(it->first.substr(path.size() + 1), key.substr(path.size() + 1));
    all.erase(it);
    return;
  }
}

void Leftovers::end_streams() {
  for (const auto& [path, key] : keys_) streams_.at(key)->set_wanted(false);
}

void Leftovers::forget_positions() {
  const int64_t old = file_clock_ns() - std::chrono::nanoseconds(kForgetAfter).count();
  std::vector<io::Positions::Unneeded> gone;
  for (const auto& [key, text] : stored()) {
    if (is_wanted_(key) || streams_.contains(key)) continue;
    const auto point = ResumePoint::parse(text);
    const int64_t seen_ns = point ? point->seen_ns : 0;
    // "PATH {labels}" or, of a file that was rotated away, "PATH inode DEVICE:INODE {labels}".
    std::string path = key.substr(0, key.find(" {"));
    const bool is_rotated = path.rfind(" inode ") != path.npos;
    path.resize(std::min(path.rfind(" inode "), path.size()));
    std::error_code error;
    const bool exists = std::filesystem::exists(path, error) || error;
    if (!exists || (is_rotated && seen_ns < old)) gone.push_back({key, seen_ns});
  }
  positions_.forget(std::move(gone), old);
}

Leftovers::Entries& Leftovers::stored() {
  if (!stored_) stored_ = positions_.all();
  return *stored_;
}

}  // namespace components::loki::source_file
