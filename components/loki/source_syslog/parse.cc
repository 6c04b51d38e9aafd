#include "components/loki/source_syslog/parse.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/text.h"

namespace components::loki::source_syslog {

using base::is_digit;

int take_priority(std::string_view& rest, int max) {
  if (rest.size() < 3 || rest[0] != '<') return -1;
  int number = 0;
  size_t at = 1;
  for (; at < rest.size() && at < 4 && rest[at] >= '0' && rest[at] <= '9'; ++at)
    number = number * 10 + (rest[at] - '0');
  if (at == 1 || at >= rest.size() || rest[at] != '>' || number > max) return -1;
  rest.remove_prefix(at + 1);
  return number;
}

std::string_view severity_word(int priority) {
  return kSeverities[static_cast<size_t>(priority) % kSeverities.size()];
}

std::string_view facility_word(int priority) {
  const size_t facility = static_cast<size_t>(priority) / kSeverities.size();
  return facility < kFacilities.size() ? kFacilities[facility] : "";
}

namespace {

void skip_blanks(std::string_view& rest) {
  size_t at = 0;
  while (at < rest.size() && rest[at] == ' ') ++at;
  rest.remove_prefix(at);
}

/// 1*3DIGIT followed by a space.
bool take_version(std::string_view& rest) {
  size_t at = 0;
  while (at < rest.size() && at < 3 && rest[at] >= '0' && rest[at] <= '9') ++at;
  if (at == 0 || rest[0] == '0' || at >= rest.size() || rest[at] != ' ') return false;
  rest.remove_prefix(at + 1);
  return true;
}

/// A field of a header is that long at most. RFC 5424 has 255 for the host name and less for the
/// others, which senders exceed.
constexpr size_t kFieldBytesMax = 255;

bool is_printable(char c) {
  return c > ' ' && c <= '~';
}

/// Of single characters: comparing texts calls memcmp(), which costs more than most fields.
bool is_nil(std::string_view field) {
  return field.size() == 1 && field[0] == '-';
}

/// PRINTUSASCII up to the next space; "-" gives an empty one. False: it is no field of a header.
bool take_field(std::string_view& rest, std::string_view& field) {
  skip_blanks(rest);
  size_t size = 0;
  while (size < rest.size() && is_printable(rest[size])) ++size;
  if (size > kFieldBytesMax || (size < rest.size() && rest[size] != ' ')) return false;
  field = rest.substr(0, size);
  rest.remove_prefix(std::min(size + 1, rest.size()));
  if (is_nil(field)) field = {};
  return true;
}

/// Words of a text end like this, fields of a header do not. Asked where the structured data is
/// missing, so that the message may be a text.
bool is_text(std::string_view field) {
  return field.ends_with(':') || field.ends_with(',') || field.ends_with(';');
}

/// Size of an SD-NAME at `at`: 0 when there is none.
size_t name_size(std::string_view rest, size_t at) {
  size_t end = at;
  while (end < rest.size() && is_printable(rest[end]) && rest[end] != '=' && rest[end] != ']' &&
         rest[end] != '"')
    ++end;
  return end - at;
}

/// SP PARAM-NAME "=" DQUOTE PARAM-VALUE DQUOTE at `at`: moves after it.
bool skip_parameter(std::string_view rest, size_t& at) {
  const size_t name = name_size(rest, at);
  if (name == 0 || !rest.substr(at + name).starts_with("=\"")) return false;
  for (at += name + 2; at < rest.size() && rest[at] != '"'; ++at)
    if (rest[at] == '\\') ++at;
  return at++ < rest.size();
}

/// Size of 1*SD-ELEMENT at the start of `rest`; 0 when it is not well-formed.
size_t structured_data_size(std::string_view rest) {
  size_t at = 0;
  while (at < rest.size() && rest[at] == '[') {
    ++at;
    at += name_size(rest, at);  // "[]" is seen, too.
    while (at < rest.size() && rest[at] == ' ') {
      while (at < rest.size() && rest[at] == ' ') ++at;
      if (at < rest.size() && rest[at] == ']') break;
      if (!skip_parameter(rest, at)) return 0;
    }
    if (at >= rest.size() || rest[at] != ']') return 0;
    ++at;
  }
  return at;
}

/// Check Point writes [NAME:"VALUE"; ...] where structured data belongs: that is its message.
bool is_check_point(std::string_view rest) {
  const size_t name = name_size(rest, 1);
  return name > 1 && rest[name] == ':' && rest.substr(name + 1).starts_with('"');
}

/// Takes so many digits off. Of a fixed number, and inlined with what calls it: then the text stays
/// in registers, which halves the time of a header.
template <size_t kCount>
inline std::optional<unsigned> take_digits(std::string_view& rest) {
  if (rest.size() < kCount) return std::nullopt;
  unsigned value = 0;
  for (size_t i = 0; i < kCount; ++i) {
    if (!is_digit(rest[i])) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(rest[i] - '0');
  }
  rest.remove_prefix(kCount);
  return value;
}

/// Takes off all digits in front. False: there is none.
bool skip_digits(std::string_view& rest) {
  const auto end = std::ranges::find_if_not(rest, [](char c) { return is_digit(c); });
  const auto digits = static_cast<size_t>(end - rest.begin());
  rest.remove_prefix(digits);
  return digits > 0;
}

bool take_mark(std::string_view& rest, char mark) {
  if (!rest.starts_with(mark)) return false;
  rest.remove_prefix(1);
  return true;
}

/// What two digits say; 100 when they are none.
unsigned two_digits(const char* at) {
  const auto tens = static_cast<unsigned char>(at[0] - '0');
  const auto ones = static_cast<unsigned char>(at[1] - '0');
  return tens > 9 || ones > 9 ? 100 : tens * 10U + ones;
}

// Read at fixed places, without steps that each move on: a time is in every header.

/// 4DIGIT "-" 2DIGIT "-" 2DIGIT, a day of the calendar in the years that nanoseconds since 1970
/// reach.
constexpr size_t kDateBytes = 10;
bool is_date(const char* at) {
  namespace chrono = std::chrono;
  const unsigned in_century = two_digits(at + 2);
  const unsigned year = two_digits(at) * 100 + in_century;
  if (in_century > 99 || year < 1678 || year > 2261 || at[4] != '-' || at[7] != '-') return false;
  return chrono::year_month_day{chrono::year(static_cast<int>(year)),
                                chrono::month(two_digits(at + 5)), chrono::day(two_digits(at + 8))}
      .ok();
}

/// 2DIGIT ":" 2DIGIT ":" 2DIGIT, also of a leap second.
constexpr size_t kClockBytes = 8;
bool is_clock(const char* at) {
  return two_digits(at) <= 23 && at[2] == ':' && two_digits(at + 3) <= 59 && at[5] == ':' &&
         two_digits(at + 6) <= 60;
}

/// 2DIGIT [":"] 2DIGIT, behind its sign.
bool take_offset(std::string_view& rest) {
  const auto hour = take_digits<2>(rest);
  take_mark(rest, ':');
  const auto minute = take_digits<2>(rest);
  return hour && *hour <= 23 && minute && *minute <= 59;
}

}  // namespace

IsoTime iso_time(std::string_view text) {
  constexpr size_t kBytes = kDateBytes + 1 + kClockBytes;
  if (text.size() < kBytes || !is_date(text.data()) ||
      (text[kDateBytes] != 'T' && text[kDateBytes] != 't') ||
      !is_clock(text.data() + kDateBytes + 1))
    return {};
  std::string_view rest = text.substr(kBytes);
  if ((take_mark(rest, '.') || take_mark(rest, ',')) && !skip_digits(rest)) return {};
  IsoTime time;
  if (take_mark(rest, 'Z') || take_mark(rest, 'z')) {
    time.has_offset = true;
  } else if (take_mark(rest, '+') || take_mark(rest, '-')) {
    if (!take_offset(rest)) return {};
    time.has_offset = true;
  }
  if (!rest.empty() && rest[0] != ' ' && rest != ":" && !rest.starts_with(": ")) return {};
  time.size = text.size() - rest.size();
  return time;
}

bool looks_like_rfc5424(std::string_view bytes) {
  return take_priority(bytes) >= 0 && take_version(bytes);
}

bool parse_rfc5424(std::string_view bytes, Message& message) {
  message.priority = take_priority(bytes);
  if (message.priority < 0 || !take_version(bytes)) return false;
  if (!take_field(bytes, message.timestamp) || !take_field(bytes, message.hostname) ||
      !take_field(bytes, message.app_name) || !take_field(bytes, message.proc_id) ||
      !take_field(bytes, message.msg_id))
    return false;
  if (!message.timestamp.empty()) {
    const IsoTime time = iso_time(message.timestamp);
    if (!time.has_offset || time.size != message.timestamp.size()) return false;
  }
  skip_blanks(bytes);
  message.structured_data = {};
  if (bytes.starts_with('[')) {
    const size_t size = structured_data_size(bytes);
    if (size == 0 && !is_check_point(bytes)) return false;
    message.structured_data = bytes.substr(0, size);
    bytes.remove_prefix(size);
  } else if (bytes.starts_with('-') && (bytes.size() == 1 || bytes[1] == ' ')) {
    bytes.remove_prefix(1);
  } else if (is_text(message.app_name) || is_text(message.proc_id) || is_text(message.msg_id)) {
    return false;
  }
  if (bytes.starts_with(' ')) bytes.remove_prefix(1);
  message.text = bytes;
  return true;
}

std::optional<int64_t> meraki_time(std::string_view bytes) {
  constexpr size_t kSecondsDigits[] = {9, 10};
  constexpr int64_t kSecondNs = 1'000'000'000, kSecondsMax = 9'223'372'035;
  if (take_priority(bytes) < 0 || !take_version(bytes)) return std::nullopt;
  int64_t seconds = 0;
  size_t digits = 0;
  for (; !bytes.empty() && is_digit(bytes[0]) && digits < kSecondsDigits[1]; ++digits)
    seconds = seconds * 10 + *take_digits<1>(bytes);
  if (digits < kSecondsDigits[0] || seconds > kSecondsMax || !take_mark(bytes, '.'))
    return std::nullopt;
  int64_t ns = 0, unit = kSecondNs;
  for (; !bytes.empty() && is_digit(bytes[0]) && unit > 1; unit /= 10)
    ns += *take_digits<1>(bytes) * (unit / 10);
  if (unit == kSecondNs || !bytes.starts_with(' ')) return std::nullopt;
  return seconds * kSecondNs + ns;
}

bool each_parameter(
    std::string_view data,
    const std::function<void(std::string_view, std::string_view, std::string_view)>& take) {
  while (!data.empty()) {
    const size_t size = structured_data_size(data);
    if (size == 0) return false;
    std::string_view rest = data.substr(1);
    const size_t id_end = rest.find_first_of(" ]");
    const std::string_view id = rest.substr(0, id_end);
    rest.remove_prefix(id_end);
    while (rest.starts_with(' ')) {
      skip_blanks(rest);
      if (rest.starts_with(']')) break;
      const size_t equals = rest.find("=\"");
      if (equals == rest.npos) return false;
      const std::string_view name = rest.substr(0, equals);
      rest.remove_prefix(equals + 2);
      size_t end = 0;
      while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
      if (end >= rest.size()) return false;
      take(id, name, rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    if (!rest.starts_with(']')) return false;
    data = rest.substr(1);
  }
  return true;
}

std::string unescaped_parameter(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    const bool escape = value[i] == '\\' && i + 1 < value.size() &&
                        (value[i + 1] == '"' || value[i + 1] == '\\' || value[i + 1] == ']');
    if (escape) ++i;
    out += value[i];
  }
  return out;
}

}  // namespace components::loki::source_syslog
