#include "components/loki/source_kubernetes/cursor.h"

#include <fmt/format.h>

#include <charconv>

#include "base/rfc3339.h"

namespace components::loki::source_kubernetes {
namespace {

constexpr int64_t kNanosecondsOfSecond = 1'000'000'000;

/// Takes "NUMBER:NUMBER".
bool take_place(std::string_view text, Cursor::Place& out) {
  const size_t colon = text.find(':');
  if (colon == text.npos) return false;
  const auto is_number = [](std::string_view digits, auto& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  return is_number(text.substr(0, colon), out.timestamp_ns) &&
         is_number(text.substr(colon + 1), out.lines);
}

}  // namespace

std::optional<Cursor> Cursor::parse(std::string_view text) {
  const size_t blank = text.find(' ');
  const size_t second = blank == text.npos ? text.npos : text.find(' ', blank + 1);
  if (second == text.npos) return std::nullopt;
  Cursor cursor{std::string(text.substr(0, blank))};
  if (!take_place(text.substr(blank + 1, second - blank - 1), cursor.first_) ||
      !take_place(text.substr(second + 1), cursor.last_))
    return std::nullopt;
  return cursor;
}

std::string Cursor::text() const {
  return fmt::format("{} {}:{} {}:{}", container_, first_.timestamp_ns, first_.lines,
                     last_.timestamp_ns, last_.lines);
}

void Cursor::begin(std::string container, int64_t started_ns) {
  const bool may_have_read = started_ns > 0 && last_.timestamp_ns >= started_ns;
  const Place last = may_have_read ? last_ : Place();
  *this = Cursor(std::move(container));
  last_ = last;
}

void Cursor::pass(int64_t timestamp_ns) {
  const int64_t second = timestamp_ns / kNanosecondsOfSecond;
  const int64_t first_second = first_.timestamp_ns / kNanosecondsOfSecond;
  // A line of an earlier second is not in the answer that begins with this one.
  if (first_.lines == 0 || second > first_second)
    first_ = {timestamp_ns, 1};
  else if (second == first_second)
    ++first_.lines;
  if (last_.lines == 0 || timestamp_ns > last_.timestamp_ns)
    last_ = {timestamp_ns, 1};
  else if (timestamp_ns == last_.timestamp_ns)
    ++last_.lines;
}

std::string Cursor::since() const {
  const Place& from = first_.lines > 0 ? first_ : last_;
  if (from.lines == 0) return {};
  return base::format_rfc3339(from.timestamp_ns / kNanosecondsOfSecond * kNanosecondsOfSecond);
}

bool Replay::is_new(int64_t timestamp_ns) {
  if (state_ == State::begin) {
    if (first_.lines == 0) {
      state_ = last_.lines == 0 ? State::over : State::by_time;
    } else if (timestamp_ns == first_.timestamp_ns) {
      state_ = State::counting;
    } else {
      state_ = State::by_time;
      has_gap_ = timestamp_ns > last_.timestamp_ns;
    }
  }
  switch (state_) {
    case State::counting:
      if (++seen_ >= first_.lines) state_ = State::over;
      return false;
    case State::by_time:
      if (timestamp_ns < last_.timestamp_ns) return false;
      if (timestamp_ns == last_.timestamp_ns) return ++seen_ > last_.lines;
      state_ = State::over;
      return true;
    case State::begin:
    case State::over:
      return true;
  }
  return true;
}

}  // namespace components::loki::source_kubernetes
