#include "components/loki/source_docker/timestamp.h"

#include <chrono>

namespace components::loki::source_docker {
namespace {

/// Takes text from the front; any misstep is remembered and asked for once.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int number(size_t digits) {
    int value = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (!digit_next()) {
        ok_ = false;
        return 0;
      }
      value = value * 10 + take() - '0';
    }
    return value;
  }
  void expect(char wanted) { ok_ = accept(wanted) && ok_; }
  bool accept(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  int64_t fraction_ns() {
    int64_t ns = 0;
    int digits = 0;
    for (; digit_next(); ++digits) {
      const char c = take();
      if (digits < 9) ns = ns * 10 + (c - '0');
    }
    if (digits == 0) ok_ = false;
    for (; digits < 9; ++digits) ns *= 10;
    return ns;
  }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  bool digit_next() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::optional<int64_t> parse_rfc3339(std::string_view text) {
  Scanner in(text);
  const int year = in.number(4);
  in.expect('-');
  const int month = in.number(2);
  in.expect('-');
  const int day = in.number(2);
  in.expect('T');
  const int hour = in.number(2);
  in.expect(':');
  const int minute = in.number(2);
  in.expect(':');
  const int second = in.number(2);
  const int64_t fraction = in.accept('.') ? in.fraction_ns() : 0;
  int64_t offset_minutes = 0;
  if (!in.accept('Z')) {
    const int sign = in.accept('-') ? -1 : 1;
    if (sign > 0) in.expect('+');
    offset_minutes = in.number(2) * 60;
    in.expect(':');
    offset_minutes = sign * (offset_minutes + in.number(2));
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!in.done() || !date.ok() || year < 1678 || year > 2261 || hour > 23 || minute > 59 ||
      second > 60)
    return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t seconds = days * 86400 + hour * 3600 + (minute - offset_minutes) * 60 + second;
  return seconds * 1'000'000'000 + fraction;
}

}  // namespace components::loki::source_docker
