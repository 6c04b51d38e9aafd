#include "components/loki/source_docker/cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace components::loki::source_docker {
namespace {

constexpr int64_t kLateLinesNs = 1'000'000'000;
constexpr int64_t kSecondNs = 1'000'000'000;

template <class Number>
bool take_number(std::string_view& text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Cursor> Cursor::parse(std::string_view text) {
  Cursor cursor;
  for (size_t i = 0; i < cursor.places_.size(); ++i) {
    Place& place = cursor.places_[i];
    if (i > 0 && !take(text, ' ')) return std::nullopt;
    if (!take_number(text, place.timestamp_ns) || !take(text, ':') ||
        !take_number(text, place.lines))
      return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return cursor;
}

std::string Cursor::text() const {
  const auto& [out, err] = places_;
  return fmt::format("{}:{} {}:{}", out.timestamp_ns, out.lines, err.timestamp_ns, err.lines);
}

void Cursor::pass(Stream stream, int64_t timestamp_ns) {
  Place& place = places_[static_cast<size_t>(stream)];
  if (place.timestamp_ns == timestamp_ns)
    ++place.lines;
  else
    place = {timestamp_ns, 1};
}

std::string Cursor::since() const {
  const int64_t last = std::max(places_[0].timestamp_ns, places_[1].timestamp_ns);
  if (last <= kLateLinesNs) return "0";
  const int64_t since = last - kLateLinesNs;
  return fmt::format("{}.{:09}", since / kSecondNs, since % kSecondNs);
}

bool Replay::is_new(Stream stream, int64_t timestamp_ns) {
  const auto i = static_cast<size_t>(stream);
  if (over_[i]) return true;
  const Cursor::Place& place = from_.place(stream);
  if (timestamp_ns < place.timestamp_ns) return false;
  if (timestamp_ns == place.timestamp_ns) return ++seen_[i] > place.lines;
  over_[i] = true;
  return true;
}

}  // namespace components::loki::source_docker
