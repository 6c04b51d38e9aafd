#include "io/recent_positions.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "io/positions_text.h"

namespace io {
namespace {

constexpr std::string_view kSuffix = ".recent.";
constexpr std::string_view kAfter = "after ";
constexpr size_t kRecentBytesMax = size_t{8} << 20;

std::string header(uint32_t crc) {
  return fmt::format("{}{:08x}\n", kAfter, crc);
}

std::string line_of(const RecentPositions::Change& change) {
  std::string line;
  append_escaped(line, change.key);
  line += '\t';
  if (change.value) {
    append_escaped(line, *change.value);
    line += '\t';
  }
  return line + fmt::format("{:08x}\n", crc_of(line));
}

/// Nothing for a line that is torn or damaged.
std::optional<RecentPositions::Change> change_of(std::string_view line) {
  const size_t sum = line.rfind('\t') + 1;
  if (sum == 0 || line.substr(sum) != fmt::format("{:08x}", crc_of(line.substr(0, sum))))
    return std::nullopt;
  std::string_view fields = line.substr(0, sum - 1);
  const size_t tab = fields.find('\t');
  auto key = unescaped(fields.substr(0, tab));
  if (!key) return std::nullopt;
  if (tab == fields.npos) return RecentPositions::Change{std::move(*key), std::nullopt};
  auto value = unescaped(fields.substr(tab + 1));
  if (!value) return std::nullopt;
  return RecentPositions::Change{std::move(*key), std::move(*value)};
}

/// Applies whole lines from the start on.
size_t apply(std::string_view text, RecentPositions::Entries& entries) {
  size_t changes = 0;
  for (size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
    auto change = change_of(text.substr(0, end));
    if (!change) break;
    if (change->value)
      entries.insert_or_assign(std::move(change->key), std::move(*change->value));
    else
      entries.erase(change->key);
    ++changes;
  }
  return changes;
}

/// The numbers of the files that exist, in order.
std::vector<uint64_t> numbers_of(const std::filesystem::path& file) {
  std::vector<uint64_t> numbers;
  const std::string prefix = file.filename().string() + std::string(kSuffix);
  std::error_code error;
  std::filesystem::directory_iterator child(file.parent_path(), error), end;
  for (; !error && child != end; child.increment(error)) {
    const std::string name = child->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const char* const last = name.data() + name.size();
    uint64_t number = 0;
    const auto [stop, code] = std::from_chars(name.data() + prefix.size(), last, number);
    if (code == std::errc() && stop == last) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace

RecentPositions::RecentPositions(std::filesystem::path file)
    : file_(std::move(file)), older_(numbers_of(file_)) {
  if (!older_.empty()) number_ = older_.back() + 1;
}

std::filesystem::path RecentPositions::path(uint64_t number) const {
  return fmt::format("{}{}{}", file_.string(), kSuffix, number);
}

size_t RecentPositions::load(uint32_t crc, Entries& entries) const {
  const std::string wanted = header(crc);
  size_t changes = 0;
  std::optional<uint64_t> next;
  for (const uint64_t number : older_) {
    const auto text = base::read_regular_file(path(number), kRecentBytesMax);
    if (!text) continue;
    const bool goes_on = next ? number == *next : text->starts_with(wanted);
    if (!goes_on && next) break;
    if (!goes_on) continue;
    next = number + 1;
    changes +=
        apply(std::string_view(*text).substr(std::min(text->size(), wanted.size())), entries);
  }
  return changes;
}

void RecentPositions::go_on_from(uint32_t crc) {
  crc_ = crc;
  bytes_ = 0;
  is_off_ = false;
}

void RecentPositions::begin(uint32_t crc) {
  if (!fd_) open();
  if (fd_) older_.push_back(number_++);
  fd_.reset();
  go_on_from(crc);
}

void RecentPositions::open() {
  if (older_.size() >= kFilesMax) return;
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NONBLOCK;
  fd_.reset(::open(path(number_).c_str(), kFlags, 0600));
  const std::string text = header(crc_);
  is_off_ =
      !fd_ || ::write(fd_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size());
}

void RecentPositions::append(const std::vector<Change>& changes) {
  if (is_off_ || changes.empty()) return;
  if (!fd_) open();
  std::string text;
  for (const Change& change : changes) text += line_of(change);
  bytes_ += text.size();
  // What follows a gap, or a line that is cut short, would not be read, or be wrong.
  is_off_ = is_off_ || !fd_ || bytes_ > kBytesMax ||
            ::write(fd_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size());
}

void RecentPositions::remove_older() {
  for (const uint64_t number : older_) ::unlink(path(number).c_str());
  older_.clear();
}

}  // namespace io
