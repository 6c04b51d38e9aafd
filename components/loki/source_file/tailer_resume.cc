#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <utility>

#include "components/loki/source_file/tailer.h"

// How a Tailer begins with a path, at its first sight.
namespace components::loki::source_file {

/// False: the file is not to be read at all.
bool Tailer::resume(FileReader file, int64_t now_ns, Clock::time_point now) {
  const auto text = environment_.positions->get(key_);
  const auto stored = text ? ResumePoint::parse(*text) : std::nullopt;
  if (stored) resume_stragglers(*stored, file, now);
  if (!stored) {
    const bool is_bad = text || environment_.positions->lost();
    if (!go_on_as_known(file) && !go_on_as_before_us(file) && !begin_without_position(file, is_bad))
      return false;
    store_first(file, now_ns);
  } else if (file.is(stored->device, stored->inode) && !file.is_younger_than(stored->seen_ns)) {
    const bool continues = file.continues(*stored);
    if (continues) file.seek(stored->offset);
    if (!continues) environment_.truncations->add(1);
    const bool may_have_copies = !continues || stored->beginning.size == 0;
    if (may_have_copies && !adopt_copies(*stored, {}, file, now) && !continues) {
      // The copy with the rest was compressed, or its inode was given anew.
      auto later = std::exchange(generations_, {});
      adopt_unpacked(*stored, now);
      std::move(later.begin(), later.end(), std::back_inserter(generations_));
    }
  } else if (is_elsewhere(stored->device, stored->inode)) {
    ended_.push_back(*stored);
    go_on_as_known(file);
  } else if (auto rotated = rotated_file(*stored)) {
    const int64_t since_ns = seen_or_born_ns(stored->seen_ns, *rotated);
    adopt(std::move(*rotated), stored->seen_ns, now);
    adopt_missed(since_ns, file, now);
    go_on_as_known(file);
  } else if (adopt_unpacked(*stored, now)) {
    adopt_missed(stored->seen_ns, file, now);
    go_on_as_known(file);
  } else if (!go_on_as_known(file)) {
    if (file.is_copy_of(*stored)) {
      file.seek(stored->offset);  // Restored, or moved to another disk.
    } else if (!adopt_copies(*stored, {}, file, now)) {
      environment_.log.warn(
          "{}: the file that was read up to byte {} is not there any more (deleted, compressed or "
          "moved to another folder); what was not read of it is lost",
          path_, stored->offset);
      adopt_missed(stored->seen_ns, file, now);
    }
  }
  adopt(std::move(file), now_ns, now);
  return true;
}

/// The path is gone, but what it named may lie beside it.
void Tailer::resume_missing(Clock::time_point now) {
  const auto text = environment_.positions->get(key_);
  const auto stored = text ? ResumePoint::parse(*text) : std::nullopt;
  if (!stored) return;
  if (auto rotated = rotated_file(*stored))
    adopt(std::move(*rotated), stored->seen_ns, now);
  else
    adopt_unpacked(*stored, now);
}

/// The file was compressed meanwhile.
bool Tailer::adopt_unpacked(const ResumePoint& stored, Clock::time_point now) {
  std::string trouble;
  auto files =
      unpack_rest(real_path(), stored, environment_.encoding, environment_.folder, trouble);
  if (!trouble.empty()) complain(trouble);
  if (files.empty()) return false;
  environment_.log.info("{}: going on in the archive that was made of it, at byte {}", path_,
                        stored.offset);
  for (FileReader& file : files) adopt(std::move(file), stored.seen_ns, now);
  return true;
}

/// Files that were rotated away so shortly before the stored point that they were read on.
void Tailer::resume_stragglers(const ResumePoint& stored, const FileReader& current,
                               Clock::time_point now) {
  const int64_t since = stored.seen_ns - std::chrono::nanoseconds(kStragglerTime).count();
  for (const ResumePoint& ended : environment_.known_files.rotated_from(path_, labels_text())) {
    if (ended.seen_ns < since || current.is(ended.device, ended.inode) ||
        (stored.device == ended.device && stored.inode == ended.inode))
      continue;
    if (auto file = rotated_file(ended)) adopt(std::move(*file), ended.seen_ns, now);
  }
}

void Tailer::store_first(const FileReader& file, int64_t now_ns) {
  ResumePoint point = file.point();
  point.seen_ns = now_ns;
  stored_->set(point.text());
}

/// Where the agent before this one was; a shorter file is another one.
bool Tailer::go_on_as_before_us(FileReader& file) {
  const auto found = environment_.legacy_offsets.find(path_);
  if (found == environment_.legacy_offsets.end() || found->second > file.size()) return false;
  file.seek(found->second);
  return true;
}

bool Tailer::begin_without_position(FileReader& file, bool position_is_bad) {
  if (!position_is_bad) {
    if (environment_.tail_from_end) file.seek_after_last_line();
    return true;
  }
  environment_.log.warn("{}: the stored position cannot be used", path_);
  if (environment_.on_positions_error == OnPositionsFileError::skip) {
    problem_ = path_ + ": not read, the stored position cannot be used";
    return false;
  }
  if (environment_.on_positions_error == OnPositionsFileError::restart_from_end)
    file.seek_after_last_line();
  return true;
}

/// An inode alone tells little, it may have been given anew: with nothing else known of the file,
/// only a name counts that rotation gives.
std::optional<FileReader> Tailer::rotated_file(const ResumePoint& stored) const {
  if (is_elsewhere(stored.device, stored.inode)) return std::nullopt;
  const std::filesystem::path original(real_path());
  const std::filesystem::path path =
      find_by_inode(original.parent_path().string(), stored.device, stored.inode);
  if (path.empty() || (stored.beginning.size == 0 &&
                       !is_rotated_name(path.filename().string(), original.filename().string())))
    return std::nullopt;
  auto file = FileReader::open(path, environment_.encoding);
  if (!file || !file->continues(stored) || file->is_younger_than(stored.seen_ns))
    return std::nullopt;
  file->seek(stored.offset);
  return std::move(*file);
}

}  // namespace components::loki::source_file
