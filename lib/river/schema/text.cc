#include "river/schema/text.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "base/mutex.h"
#include "base/text.h"

namespace river::schema {

namespace {

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  int64_t size;
};

constexpr Unit kTimeUnits[] = {
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"µs", 1'000},
    {"μs", 1'000},
    {"ns", 1},
};

/// Takes "1.5" off the front; nothing when there is no digit.
std::optional<double> take_decimal(std::string_view& text) {
  size_t length = 0;
  bool digits = false;
  bool dot = false;
  for (; length < text.size(); ++length) {
    if (base::is_digit(text[length])) {
      digits = true;
    } else if (text[length] == '.' && !dot) {
      dot = true;
    } else {
      break;
    }
  }
  if (!digits) return std::nullopt;
  // from_chars wants a digit before the dot, Go does not.
  const std::string padded = "0" + std::string(text.substr(0, length));
  text.remove_prefix(length);
  return parse_whole<double>(padded);
}

/// Takes one "90m" of a duration off the front.
std::optional<std::chrono::nanoseconds> take_component(std::string_view& text) {
  const size_t length = std::find_if_not(text.begin(), text.end(), base::is_digit) - text.begin();
  const auto whole = parse_whole<int64_t>(text.substr(0, length));
  const bool fraction = length < text.size() && text[length] == '.';
  std::optional<double> amount;
  if (fraction || !whole) {
    amount = take_decimal(text);
    if (!amount) return std::nullopt;
  } else {
    text.remove_prefix(length);
  }
  const size_t unit_length =
      std::find_if(text.begin(), text.end(), [](char c) { return base::is_digit(c) || c == '.'; }) -
      text.begin();
  const std::string_view name = text.substr(0, unit_length);
  const auto* unit = std::find_if(std::begin(kTimeUnits), std::end(kTimeUnits),
                                  [&](const Unit& u) { return u.name == name; });
  if (unit == std::end(kTimeUnits)) return std::nullopt;
  text.remove_prefix(unit_length);
  if (amount) {
    const double nanoseconds = *amount * static_cast<double>(unit->size);
    if (nanoseconds >= 9.2e18) return std::nullopt;
    return std::chrono::nanoseconds(std::llround(nanoseconds));
  }
  int64_t nanoseconds = 0;
  if (__builtin_mul_overflow(*whole, unit->size, &nanoseconds)) return std::nullopt;
  return std::chrono::nanoseconds(nanoseconds);
}

constexpr std::string_view kSizePrefixes = "KMGTPE";

/// "KiB", "MB", "B", "": the size of the unit, 0 for none.
uint64_t size_unit(std::string_view unit) {
  if (unit.empty() || unit == "B") return 1;
  const size_t power = kSizePrefixes.find(unit.front());
  if (power == std::string_view::npos || (unit.substr(1) != "iB" && unit.substr(1) != "B"))
    return 0;
  return uint64_t{1} << (10 * (power + 1));
}

}  // namespace

std::optional<Number> number_from_text(std::string_view text) {
  if (text.starts_with('-')) {
    const auto value = parse_whole<int64_t>(text);
    if (!value) return std::nullopt;
    return Number::of(*value);
  }
  if (text.find_first_of(".eE") != std::string_view::npos) {
    if (text.starts_with('+')) text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;  // "+-1.5"
    // from_chars also reads "inf" and "infinity"; those hold no digit.
    if (std::none_of(text.begin(), text.end(), base::is_digit)) return std::nullopt;
    const auto value =
        parse_whole<double>(text.starts_with('.') ? "0" + std::string(text) : std::string(text));
    if (!value) return std::nullopt;
    return Number::of(*value);
  }
  const auto value = parse_whole<uint64_t>(text);
  if (!value) return std::nullopt;
  return Number::of(*value);
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    const auto part = take_component(text);
    if (!part || __builtin_add_overflow(total, part->count(), &total)) return std::nullopt;
  }
  return std::chrono::nanoseconds(negative ? -total : total);
}

std::string format_duration(std::chrono::nanoseconds duration) {
  if (duration.count() == 0) return "0s";
  const bool negative = duration.count() < 0;
  // Unsigned, so that the most negative duration has an opposite.
  uint64_t left = negative ? 0 - static_cast<uint64_t>(duration.count())
                           : static_cast<uint64_t>(duration.count());
  std::string out = negative ? "-" : "";
  for (const Unit& unit : kTimeUnits) {
    const auto size = static_cast<uint64_t>(unit.size);
    if (left < size) continue;
    out += fmt::format("{}{}", left / size, unit.name);
    left %= size;
  }
  return out;
}

std::optional<uint64_t> parse_byte_size(std::string_view text) {
  const auto amount = take_decimal(text);
  const uint64_t unit = size_unit(text);
  if (!amount || unit == 0) return std::nullopt;
  const double bytes = *amount * static_cast<double>(unit);
  if (bytes >= 1.8e19) return std::nullopt;
  return static_cast<uint64_t>(bytes);
}

std::string format_byte_size(uint64_t bytes) {
  size_t power = 0;
  while (bytes != 0 && bytes % 1024 == 0 && power < kSizePrefixes.size()) {
    bytes /= 1024;
    ++power;
  }
  if (power == 0) return fmt::format("{}B", bytes);
  return fmt::format("{}{}iB", bytes, kSizePrefixes[power - 1]);
}

std::optional<std::string> host_port_problem(std::string_view text) {
  if (text.empty()) return "it is empty";
  const size_t colon = text.rfind(':');
  const bool bracketed = text.front() == '[';
  if (colon == std::string_view::npos || (bracketed && text.back() == ']')) return "it has no port";
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (bracketed ? host.back() != ']' : host.find(':') != std::string_view::npos)
    return "an IPv6 address must be in brackets, as in \"[::1]:514\"";
  if (host.find_first_of(" \t\r\n/") != std::string_view::npos) return "the host is malformed";
  if (port.empty() || !std::all_of(port.begin(), port.end(), base::is_digit))
    return fmt::format("\"{}\" is not a port number", port);
  if (!parse_whole<uint16_t>(port)) return fmt::format("port {} is above 65535", port);
  return std::nullopt;
}

std::optional<std::string> url_problem(std::string_view text) {
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return "it has no scheme";
  const std::string_view scheme = text.substr(0, scheme_end);
  if (scheme != "http" && scheme != "https") return fmt::format("\"{}\" is not http", scheme);
  const auto unprintable = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  };
  if (std::any_of(text.begin(), text.end(), unprintable)) return "it contains a blank";
  std::string_view authority = text.substr(scheme_end + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  authority = authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0: nothing cut
  if (authority.empty() || authority.front() == ':') return "it has no host";
  const size_t colon = authority.rfind(':');
  const size_t bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port) {
    if (authority.front() != '[') return std::nullopt;
    if (authority.size() <= 2 || authority.back() != ']') return "the host is malformed";
    return std::nullopt;
  }
  if (auto problem = host_port_problem(authority)) return problem;
  const std::string_view port = authority.substr(authority.rfind(':') + 1);
  if (port.find_first_not_of('0') == port.npos) return "port 0 cannot be connected to";
  return std::nullopt;
}

namespace {

/// `(?<name>` as Go reads it since 1.22, in the spelling that every RE2 knows: `(?P<name>`. Escaped
/// characters, \Q...\E and classes are left alone.
std::string with_named_groups(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view rest = pattern.substr(i);
    size_t size = 1;
    if (rest.starts_with("\\Q"))
      size = std::min(rest.size(), rest.find("\\E"));
    else if (rest.front() == '\\')
      size = std::min<size_t>(rest.size(), 2);
    else if (in_class)
      in_class = rest.front() != ']';
    else if (rest.front() == '[')
      // A bracket behind the opening one, or behind its ^, is a member.
      in_class = true, size = rest.starts_with("[^]") ? 3 : rest.starts_with("[]") ? 2 : 1;
    else if (rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!"))
      out += "(?P", i += 2, size = 1;
    out += pattern.substr(i, size);
    i += size - 1;
  }
  return out;
}

class Cache {
 public:
  std::shared_ptr<const re2::RE2> get(const std::string& pattern) {
    const base::Lock lock(mutex_);
    if (const auto found = programs_.find(pattern); found != programs_.end()) return found->second;
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto program = std::make_shared<const re2::RE2>(with_named_groups(pattern), options);
    if (!program->ok()) return program;
    if (programs_.size() >= kProgramsMax) make_room();
    programs_.emplace(pattern, program);
    return program;
  }

 private:
  static constexpr size_t kProgramsMax = 256;

  /// Drops what nobody else holds; if all are held, they live on without the cache.
  void make_room() REQUIRES_LOCK(mutex_) {
    std::erase_if(programs_, [](const auto& entry) { return entry.second.use_count() == 1; });
    if (programs_.size() >= kProgramsMax) programs_.clear();
  }

  base::Mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const re2::RE2>> programs_ GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<const re2::RE2> compile_regex(const std::string& pattern) {
  static Cache cache;
  return cache.get(pattern);
}

std::string literal_regex(std::string_view text) {
  std::string regex;
  for (const char c : text) {
    if (is_regex_operator(c)) regex += '\\';
    regex += c;
  }
  return regex;
}

}  // namespace river::schema
