#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "io/segment_log/cursor.h"
#include "io/segment_log/log.h"
#include "tests/support/folder.h"

/// For the tests of the segment log.
namespace io::segment_log::testing {

/// A folder, and logs in it that are small and commit only when they are asked to.
struct Fixture {
  support::Folder folder;
  base::metrics::Registry registry;
  base::metrics::Scope scope{registry, "test"};
  Metrics metrics{scope};
  Options options = [this] {
    Options small;
    small.folder = folder.path() / "queue";
    small.kind = 7;
    small.bytes_max = kBytesMaxLeast;
    small.commit_interval = std::chrono::hours(1);
    small.commit_bytes = uint64_t{1} << 30;
    small.retry_after = std::chrono::milliseconds(0);
    small.probe_after = std::chrono::hours(1);
    return small;
  }();

  std::unique_ptr<Log> open() {
    auto log = Log::open(options, scope, base::Logger("test"));
    REQUIRE_MESSAGE(log.has_value(), (log ? "" : log.error().message));
    return std::move(*log);
  }

  /// Files with this ending, sorted.
  std::vector<std::filesystem::path> files(std::string_view ending) const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(options.folder))
      if (entry.path().string().ends_with(ending)) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }
};

inline Append append(Log& log, std::string_view text, uint32_t items = 1) {
  const std::array pieces{text.substr(0, text.size() / 2), text.substr(text.size() / 2)};
  return log.append(pieces, items);
}

/// Appends "1", "2" ... up to `last` as text, padded to `size` bytes, beginning with `first`.
inline void fill(Log& log, int first, int last, size_t size = 100) {
  for (int i = first; i <= last; ++i) {
    std::string text = std::to_string(i);
    text.resize(std::max(size, text.size()), ' ');
    const auto result = append(log, text);
    REQUIRE_MESSAGE(result.status == Append::Status::written, result.error);
  }
}

/// The number in a record of fill().
inline int number_of(const Record& record) {
  return std::stoi(record.bytes);
}

/// All that the cursor can read now, as numbers of fill().
inline std::vector<int> read_all(Cursor& cursor) {
  std::vector<int> numbers;
  while (true) {
    auto record = cursor.next();
    REQUIRE_MESSAGE(record.has_value(), (record ? "" : record.error().message));
    if (!*record) return numbers;
    numbers.push_back(number_of(**record));
  }
}

/// first, first + 1 ... last.
inline std::vector<int> range(int first, int last) {
  std::vector<int> numbers;
  for (int i = first; i <= last; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace io::segment_log::testing
