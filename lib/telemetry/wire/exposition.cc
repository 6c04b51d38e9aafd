#include "telemetry/wire/exposition.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "base/number.h"
#include "base/text.h"

namespace telemetry::wire {
namespace {

// What a NaN of a target becomes, whatever its bits were: some NaNs have a meaning of their own.
constexpr uint64_t kNanBits = 0x7ff8000000000001;
constexpr size_t kShownBytesMax = 40;  // Of a line, in a message.

constexpr std::string_view kLabelEscapes = R"(\"n)";

double without_payload(double value) {
  return std::isnan(value) ? std::bit_cast<double>(kNanBits) : value;
}

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace

ExpositionReader::ExpositionReader(std::string_view body, Format format)
    : body_(body), format_(format) {}

ExpositionReader::Item ExpositionReader::next() {
  unescaped_used_ = 0;
  if (!error_.empty()) return Item::failed;
  while (true) {
    item_at_ = at_;
    if (is_end()) return is_open_metrics() ? failed("the data does not end with # EOF") : Item::end;
    if (!is_open_metrics()) {
      skip_blanks();
      if (take('\n') || is_end()) continue;
    }
    if (!is_at('#')) break;
    const Item item = read_comment();
    if (item != Item::series) return item;  // It was no comment that says nothing.
  }
  if (at_ != item_at_ && !is_at('{')) return failed("a name cannot begin with a blank");
  item_at_ = at_;
  return Item::series;
}

bool ExpositionReader::skip_series(std::string_view known) {
  if (!is_at(known)) return false;
  const size_t end = at_ + known.size();
  if (!known.ends_with('}')) {
    // A name alone: labels may follow, also behind blanks.
    size_t next = end;
    while (next < body_.size() && is_blank(body_[next])) ++next;
    if (next == end || (next < body_.size() && body_[next] == '{')) return false;
  }
  series_text_ = body_.substr(at_, known.size());
  at_ = end;
  return true;
}

// series = name [ "{" labels "}" ] | "{" labels "}"  -- of which one is the name, quoted
bool ExpositionReader::read_series() {
  labels_.clear();
  name_ = take_name(true);
  if (name_.empty() && !is_at('{')) return fail("expected the name of a metric");
  size_t end = at_;
  if (!is_open_metrics()) skip_blanks();
  if (take('{')) {
    if (!read_labels(labels_, name_.empty())) return false;
    end = at_;
  }
  if (name_.empty()) return fail("no name of a metric among the labels");
  series_text_ = body_.substr(item_at_, end - item_at_);
  return true;
}

// labels = [ label { "," label } [ "," ] ];  label = name "=" quoted | quoted "=" quoted | quoted
bool ExpositionReader::read_labels(std::vector<LabelView>& labels, bool may_name_metric) {
  const auto skip = [&] {
    if (!is_open_metrics()) skip_blanks();
  };
  skip();
  while (!take('}')) {
    const auto quoted = take_quoted();
    const std::string_view label = quoted ? *quoted : take_name(false);
    if (!quoted && label.empty()) return fail("expected the name of a label or }");
    skip();
    if (quoted && (is_at(',') || is_at('}'))) {
      if (!may_name_metric || !name_.empty()) return fail("the metric has a second name");
      name_ = label;
    } else {
      if (!take('=')) return fail("expected = after the name of a label");
      skip();
      const auto value = take_quoted();
      if (!value) return fail("expected the value of a label in double quotes");
      if (!base::is_utf8(*value)) return fail("the value of a label is not UTF-8");
      labels.push_back({label, *value});
      skip();
    }
    // The text format does without a comma, too.
    if (take(',')) {
      skip();
    } else if (is_open_metrics() && !is_at('}')) {
      return fail("expected , or } after the value of a label");
    }
  }
  return true;
}

// text format:  value [ milliseconds ]
// OpenMetrics:  value [ seconds ] [ " # {" labels "}" value [ seconds ] ]
bool ExpositionReader::read_point() {
  time_ms_.reset();
  exemplar_.reset();
  if (!is_open_metrics()) {
    skip_blanks();
  } else if (!skip_separator()) {
    return fail("expected a blank before the value");
  }
  if (!read_number(value_, "a value")) return false;
  if (!is_open_metrics()) skip_blanks();
  if (is_end() || take('\n')) return true;
  if (is_open_metrics()) {
    if (!is_at(" # {") && !read_time(time_ms_)) return false;
    if (is_at(" # {") && !read_exemplar()) return false;
  } else {
    const std::string_view digits = take_word(" \t\n");
    int64_t time = 0;
    const char* end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, time);
    if (digits.empty() || !base::is_digit(digits.front()) || stopped != end || error != std::errc())
      return fail("expected a time in milliseconds or the end of the line");
    time_ms_ = time;
    skip_blanks();
  }
  return is_end() || take('\n') || fail("expected the end of the line");
}

bool ExpositionReader::read_exemplar() {
  take(" # {");
  exemplar_.emplace();
  if (!read_labels(exemplar_->labels, false)) return false;
  if (!skip_separator()) return fail("expected a blank before the value of an exemplar");
  return read_number(exemplar_->value, "the value of an exemplar") &&
         (is_at('\n') || read_time(exemplar_->time_ms));
}

bool ExpositionReader::read_time(std::optional<int64_t>& out) {
  double seconds = 0;
  if (!skip_separator()) return fail("expected a blank before the time");
  if (!read_number(seconds, "a time in seconds")) return false;
  constexpr double kSecondsMax = 9e15;  // Its milliseconds fit.
  if (!(std::fabs(seconds) <= kSecondsMax)) return fail("the time is out of range");
  out = static_cast<int64_t>(seconds * 1000);
  return true;
}

bool ExpositionReader::read_number(double& out, std::string_view what) {
  const size_t begin = at_;
  const std::string_view word = take_word(is_open_metrics() ? " \n" : "{ \t\n");
  const auto number = base::parse_float(word);
  if (!number) {
    at_ = begin;
    return fail(fmt::format("expected {}", what));
  }
  out = without_payload(*number);
  return true;
}

bool ExpositionReader::take(char c) {
  if (!is_at(c)) return false;
  ++at_;
  return true;
}

bool ExpositionReader::take(std::string_view text) {
  if (!is_at(text)) return false;
  at_ += text.size();
  return true;
}

void ExpositionReader::skip_blanks() {
  while (at_ < body_.size() && is_blank(body_[at_])) ++at_;
}

/// OpenMetrics separates by one blank, and by nothing else.
bool ExpositionReader::skip_separator() {
  return take(' ') && !is_at(' ');
}

std::string_view ExpositionReader::take_name(bool with_colon) {
  const size_t begin = at_;
  while (at_ < body_.size()) {
    const char c = body_[at_];
    if (!base::is_letter(c) && c != '_' && !(with_colon && c == ':') &&
        !(at_ > begin && base::is_digit(c)))
      break;
    ++at_;
  }
  return body_.substr(begin, at_ - begin);
}

std::string_view ExpositionReader::take_word(std::string_view ends) {
  // Words are short: searching them by find_first_of() costs a call for each character.
  const size_t begin = at_;
  const auto is_end_of_word = [ends](char c) {
    for (const char end : ends)
      if (c == end) return true;
    return false;
  };
  while (at_ < body_.size() && !is_end_of_word(body_[at_])) ++at_;
  return body_.substr(begin, at_ - begin);
}

std::optional<std::string_view> ExpositionReader::take_quoted() {
  if (!is_at('"')) return std::nullopt;
  const size_t begin = at_ + 1;
  size_t end = begin;
  bool has_escapes = false;
  for (; end < body_.size() && body_[end] != '"'; ++end)
    if (body_[end] == '\\') {
      has_escapes = true;
      ++end;
    }
  if (end >= body_.size()) return std::nullopt;
  at_ = end + 1;
  const std::string_view text = body_.substr(begin, end - begin);
  return has_escapes ? unescape(text, kLabelEscapes) : text;
}

/// \n is a line feed; another character of `escapes` stands for itself. Any other sequence stays as
/// it is.
std::string_view ExpositionReader::unescape(std::string_view text, std::string_view escapes) {
  if (text.find('\\') == std::string_view::npos) return text;
  if (unescaped_used_ == unescaped_.size()) unescaped_.emplace_back();
  std::string& out = unescaped_[unescaped_used_++];
  out.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 1 < text.size() &&
                           escapes.find(text[i + 1]) != std::string_view::npos;
    if (is_escape) ++i;
    out += is_escape && text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}

bool ExpositionReader::fail(std::string_view what) {
  const auto at = std::min(at_, body_.size());
  const auto line = 1 + std::count(body_.begin(), body_.begin() + static_cast<ptrdiff_t>(at), '\n');
  std::string_view rest = body_.substr(at);
  rest = rest.substr(0, std::min(rest.find('\n'), kShownBytesMax));
  error_ = fmt::format("line {}: {}", line, what);
  if (!rest.empty()) {
    error_ += ", got ";
    base::append_json_string(error_, rest);
  }
  return false;
}

ExpositionReader::Item ExpositionReader::failed(std::string_view what) {
  fail(what);
  return Item::failed;
}

}  // namespace telemetry::wire
