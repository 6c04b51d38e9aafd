#include "io/segment_log/recovery.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>

#include "base/files.h"
#include "io/positions_text.h"
#include "io/segment_log/segment_reader.h"

namespace io::segment_log {
namespace {

constexpr std::string_view kBadSuffix = ".bad";
constexpr size_t kCursorsBytesMax = size_t{1} << 20;

/// The folder's files, sorted by name: that is by sequence.
base::Result<std::vector<std::filesystem::path>> list_folder(const std::filesystem::path& folder) {
  std::error_code code;
  std::vector<std::filesystem::path> paths;
  std::filesystem::directory_iterator it(folder, code);
  for (; !code && it != std::filesystem::directory_iterator(); it.increment(code))
    paths.push_back(it->path());
  if (code) return base::fail("cannot list {}: {}", folder.string(), code.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// One recovery of one folder.
class Recovery {
 public:
  Recovery(const Options& options, const Metrics& metrics, const base::Logger& log)
      : options_(options), metrics_(metrics), log_(log) {}

  base::Result<Found> run() {
    const auto paths = list_folder(options_.folder);
    if (!paths) return tl::unexpected(paths.error());
    for (const auto& path : *paths) {
      const std::string name = path.filename().string();
      std::error_code ignored;
      const auto bytes = static_cast<uint64_t>(std::filesystem::file_size(path, ignored));
      if (const auto first = parse_segment_name(name))
        look_at_segment(path, *first, bytes);
      else if (name.ends_with(kBadSuffix))
        found_.bad.push_back({path, bytes});
    }
    end_segments();
    read_cursors();
    return std::move(found_);
  }

 private:
  base::Descriptor open(const std::filesystem::path& path) const {
    return base::Descriptor(options_.disk.open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0));
  }

  /// The header, as far as it is there.
  base::Result<std::string> read_header(const std::filesystem::path& path) const {
    const auto fd = open(path);
    std::string bytes(kSegmentHeaderBytes, '\0');
    const ssize_t n =
        fd ? options_.disk.pread(fd.get(), bytes.data(), bytes.size(), 0) : ssize_t{-1};
    if (n < 0) return base::fail_errno("cannot read the header", errno);
    bytes.resize(static_cast<size_t>(n));
    return bytes;
  }

  void look_at_segment(const std::filesystem::path& path, uint64_t first, uint64_t bytes) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored))
      return put_aside(path, first, 0, "it is not a regular file");
    const auto read = read_header(path);
    if (bytes < kSegmentHeaderBytes ||
        (read && read->find_first_not_of('\0') == std::string::npos)) {
      // The writer died, or the power failed, before the first record.
      note_torn(path, 0, bytes);
      ::unlink(path.c_str());
      return;
    }
    // One that the disk does not read now is for the cursors, who try it again.
    base::Result<SegmentHeader> header = SegmentHeader{options_.kind, first};
    if (read) header = SegmentHeader::parse(*read);
    if (header && header->first != first) header = base::fail("it belongs to another name");
    if (header && header->kind != options_.kind)
      header = base::fail("its records are of another kind ({:#x})", header->kind);
    if (!header) return put_aside(path, first, bytes, header.error().message);
    auto segment = std::make_shared<Segment>(first, path);
    segment->bytes = bytes;
    found_.segments.push_back(std::move(segment));
  }

  void put_aside(const std::filesystem::path& path, uint64_t first, uint64_t bytes,
                 std::string_view problem) {
    found_.next_sequence = std::max(found_.next_sequence, end_at_most(first, bytes));
    metrics_.bad_segments->add(1);
    log_.error("disk queue: {}: {}; set aside as {}.bad", path.string(), problem,
               path.filename().string());
    if (auto bad = set_aside(path, bytes)) found_.bad.push_back(std::move(*bad));
  }

  /// A sequence above all that may be in a segment that is not read.
  static uint64_t end_at_most(uint64_t first, uint64_t bytes) {
    return first + bytes / kRecordHeaderBytes + 1;
  }

  /// Where each segment's records end: at the next segment, or where the newest one is torn.
  void end_segments() {
    auto& segments = found_.segments;
    for (size_t i = 0; i + 1 < segments.size(); ++i) segments[i]->end = segments[i + 1]->first;
    if (!segments.empty()) end_newest(*segments.back());
    if (!segments.empty() && segments.back()->bytes <= kSegmentHeaderBytes) {
      ::unlink(segments.back()->path.c_str());  // It has no record.
      segments.pop_back();
    }
  }

  void end_newest(Segment& segment) {
    auto fd = open(segment.path);
    SegmentReader reader(options_.disk, std::move(fd), segment.first);
    const Extent extent{segment.bytes, std::numeric_limits<uint64_t>::max()};
    Record record;
    SegmentReader::Step step;
    do {
      segment.end = reader.expected();
      step = reader.next(extent, record);
    } while (step.status == SegmentReader::Status::record);
    if (step.status == SegmentReader::Status::failed)
      segment.end = end_at_most(segment.first, segment.bytes);
    found_.next_sequence = std::max(found_.next_sequence, segment.end);
    if (step.bad_tail == 0) return;
    segment.bytes -= step.bad_tail;
    note_torn(segment.path, segment.bytes, step.bad_tail);
    // On a read-only file system it is found again the next time.
    [[maybe_unused]] const int cut =
        ::truncate(segment.path.c_str(), static_cast<off_t>(segment.bytes));
  }

  void note_torn(const std::filesystem::path& path, uint64_t at, uint64_t bytes) {
    metrics_.torn_tails->add(1);
    log_.warn("disk queue: {}: torn at byte {}: the last {} bytes are not a whole record; cut off",
              path.string(), at, bytes);
  }

  void read_cursors() {
    const auto path = options_.folder / kCursorsFile;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return;
    const auto text = base::read_regular_file(path, kCursorsBytesMax);
    const auto entries = text ? parse_positions(*text) : tl::unexpected(text.error());
    if (!entries) {
      log_.warn("disk queue: {}: {}; reading begins at the oldest record, some may repeat",
                path.string(), entries.error().message);
      return;
    }
    for (const auto& [name, value] : *entries) {
      uint64_t sequence = 0;
      std::from_chars(value.data(), value.data() + value.size(), sequence);
      found_.acknowledged[name] = sequence;
      // A power cut may have taken records that were acknowledged already.
      found_.next_sequence = std::max(found_.next_sequence, sequence + 1);
    }
  }

  const Options& options_;
  const Metrics& metrics_;
  const base::Logger& log_;
  Found found_;
};

}  // namespace

Metrics::Metrics(const base::metrics::Scope& scope)
    : bytes(scope.gauge("tributary_disk_queue_bytes", "Size of the disk queue's files.")),
      torn_tails(scope.counter("tributary_disk_queue_torn_tails_total",
                               "Incomplete records at the end of the disk queue, as a crash leaves "
                               "them, that were cut off.")),
      bad_segments(scope.counter("tributary_disk_queue_bad_segments_total",
                                 "Segments of the disk queue that were set aside as .bad.")),
      records_damaged(scope.counter("tributary_disk_queue_records_damaged_total",
                                    "Records of the disk queue that could not be read.")),
      errors(scope.counter("tributary_disk_queue_errors_total",
                           "Calls of the disk queue that the disk refused.")) {}

base::Result<Found> recover(const Options& options, const Metrics& metrics,
                            const base::Logger& log) {
  return Recovery(options, metrics, log).run();
}

base::Result<BadFile> set_aside(const std::filesystem::path& path, uint64_t bytes) {
  std::filesystem::path bad = path;
  bad += kBadSuffix;
  if (::rename(path.c_str(), bad.c_str()) != 0)
    return base::fail_errno(fmt::format("cannot rename {}", path.string()), errno);
  return BadFile{std::move(bad), bytes};
}

}  // namespace io::segment_log
