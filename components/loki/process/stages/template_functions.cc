#include <openssl/evp.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/number.h"
#include "components/loki/process/stages/template_language.h"
#include "components/loki/process/stages/text_match.h"
#include "river/schema/text.h"
#include "river/value.h"
#include "telemetry/text.h"

namespace components::loki::process::stages {
namespace {

using Arguments = std::span<const TemplateValue>;
using Answer = base::Result<TemplateValue>;

/// Unicode's white space, as Go's unicode.IsSpace has it.
bool is_white_space(uint32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::string text(const TemplateValue& value) {
  return std::holds_alternative<std::monostate>(value) ? std::string() : to_text(value);
}

std::string trim_left(std::string_view s, std::string_view cut) {
  const size_t at = s.find_first_not_of(cut);
  return at == s.npos ? std::string() : std::string(s.substr(at));
}

std::string trim_right(std::string_view s, std::string_view cut) {
  return std::string(s.substr(0, s.find_last_not_of(cut) + 1));
}

std::string trim_space(std::string_view s) {
  size_t first = s.size(), end = 0;
  for (size_t at = 0; at < s.size();) {
    const telemetry::Utf8Char next = telemetry::first_utf8(s.substr(at));
    if (!next.valid || !is_white_space(next.code_point)) {
      first = std::min(first, at);
      end = at + next.size;
    }
    at += next.size;
  }
  return end == 0 ? std::string() : std::string(s.substr(first, end - first));
}

std::string trim_prefix(const std::string& s, const std::string& prefix) {
  return s.starts_with(prefix) ? s.substr(prefix.size()) : s;
}

std::string trim_suffix(const std::string& s, const std::string& suffix) {
  return s.ends_with(suffix) ? s.substr(0, s.size() - suffix.size()) : s;
}

/// The first `count` occurrences, or all when negative. An empty `from` is in front of each
/// character and at the end.
std::string replaced(std::string_view s, std::string_view from, std::string_view to, double count) {
  std::string out;
  if (from.empty()) {
    for (; count != 0 && !s.empty(); --count) {
      const size_t size = telemetry::first_utf8(s).size;
      out.append(to).append(s.substr(0, size));
      s.remove_prefix(size);
    }
    return (count != 0 ? out.append(to) : out).append(s);
  }
  for (size_t at; count != 0 && (at = s.find(from)) != s.npos; --count) {
    out += s.substr(0, at);
    out += to;
    s.remove_prefix(at + from.size());
  }
  return out.append(s);
}

Answer digest(const EVP_MD* kind, const std::string& input) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(input.data(), input.size(), bytes, &size, kind, nullptr) != 1)
    return base::fail("this machine's crypto library has no such hash");
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", bytes[i]);
  return TemplateValue(std::move(hex));
}

Answer regex_replace(const TemplateValue& pattern, const std::string& source,
                     const std::string& with, bool literal) {
  const auto compiled = river::schema::compile_regex(text(pattern));
  const re2::RE2& regex = *compiled;
  if (!regex.ok()) return base::fail("bad regex: {}", regex.error());
  std::vector<re2::StringPiece> groups(static_cast<size_t>(regex.NumberOfCapturingGroups()) + 1);
  std::string out;
  size_t copied = 0;
  const MatchText readable(source);
  telemetry::Matches all(readable, regex);
  while (all.next(groups)) {
    const auto start = static_cast<size_t>(groups[0].data() - source.data());
    out.append(source, copied, start - copied);
    out += literal ? with : telemetry::expand(with, regex, groups);
    copied = start + groups[0].size();
  }
  out.append(source, copied);
  return TemplateValue(std::move(out));
}

base::Result<bool> is_equal(const TemplateValue& a, const TemplateValue& b) {
  if (a.index() == b.index()) return a == b;
  constexpr std::monostate kNothing;
  if (a == TemplateValue(kNothing) || b == TemplateValue(kNothing)) return false;
  return base::fail("incompatible types for comparison");
}

Answer equals_any(Arguments a, bool wanted) {
  for (const TemplateValue& b : a.subspan(1)) {
    const auto equal = is_equal(a[0], b);
    if (!equal) return tl::unexpected(equal.error());
    if (*equal) return TemplateValue(wanted);
  }
  return TemplateValue(!wanted);
}

/// Numbers and texts have an order, each among themselves.
template <class Holds>
Answer ordered(Arguments a, Holds holds) {
  const bool is_ordered =
      std::holds_alternative<double>(a[0]) || std::holds_alternative<std::string>(a[0]);
  if (!is_ordered || a[0].index() != a[1].index())
    return base::fail("incompatible types for comparison");
  return TemplateValue(holds(a[0], a[1]));
}

/// With a blank between two of which none is a text, as Go's fmt.Sprint has it.
std::string printed(Arguments all) {
  std::string out;
  bool was_text = true;
  for (const TemplateValue& value : all) {
    const bool is_text = std::holds_alternative<std::string>(value);
    if (!was_text && !is_text) out += ' ';
    out += std::holds_alternative<std::monostate>(value) ? "<nil>" : to_text(value);
    was_text = is_text;
  }
  return out;
}

bool is_nothing(const TemplateValue& value) {
  return std::holds_alternative<std::monostate>(value);
}

double number(const TemplateValue& value) {
  const auto* number = std::get_if<double>(&value);
  return number ? *number : 0;
}

/// Bytes from start to end; negative means from 0, or to the end.
std::string substring(const std::string& s, double start, double end) {
  const auto size = static_cast<double>(s.size());
  const auto from = static_cast<size_t>(std::clamp(start, 0.0, size));
  const auto to = static_cast<size_t>(end < 0 ? size : std::clamp(end, 0.0, size));
  return to > from ? s.substr(from, to - from) : std::string();
}

std::string quoted(const std::string& s) {
  std::string out;
  telemetry::append_quoted(out, s);
  return out;
}

constexpr TemplateFunction kFunctions[] = {
    {"Hash", 2, 2, [](Arguments a) { return digest(EVP_sha3_256(), text(a[0]) + text(a[1])); }},
    {"Replace", 4, 4,
     [](Arguments a) -> Answer {
       return TemplateValue(replaced(text(a[0]), text(a[1]), text(a[2]), number(a[3])));
     }},
    {"Sha2Hash", 2, 2, [](Arguments a) { return digest(EVP_sha256(), text(a[0]) + text(a[1])); }},
    {"ToLower", 1, 1,
     [](Arguments a) -> Answer { return TemplateValue(telemetry::to_lower(text(a[0]))); }},
    {"ToUpper", 1, 1,
     [](Arguments a) -> Answer { return TemplateValue(telemetry::to_upper(text(a[0]))); }},
    {"Trim", 2, 2,
     [](Arguments a) -> Answer {
       return TemplateValue(trim_right(trim_left(text(a[0]), text(a[1])), text(a[1])));
     }},
    {"TrimLeft", 2, 2,
     [](Arguments a) -> Answer { return TemplateValue(trim_left(text(a[0]), text(a[1]))); }},
    {"TrimPrefix", 2, 2,
     [](Arguments a) -> Answer { return TemplateValue(trim_prefix(text(a[0]), text(a[1]))); }},
    {"TrimRight", 2, 2,
     [](Arguments a) -> Answer { return TemplateValue(trim_right(text(a[0]), text(a[1]))); }},
    {"TrimSpace", 1, 1,
     [](Arguments a) -> Answer { return TemplateValue(trim_space(text(a[0]))); }},
    {"TrimSuffix", 2, 2,
     [](Arguments a) -> Answer { return TemplateValue(trim_suffix(text(a[0]), text(a[1]))); }},
    {"and", 1, -1,
     [](Arguments a) -> Answer {
       for (const TemplateValue& value : a)
         if (!is_true(value)) return value;
       return a.back();
     },
     true},
    {"contains", 2, 2,
     [](Arguments a) -> Answer {
       return TemplateValue(text(a[1]).find(text(a[0])) != std::string::npos);
     }},
    {"default", 1, 2,
     [](Arguments a) -> Answer { return a.size() > 1 && is_true(a[1]) ? a[1] : a[0]; }, true},
    {"eq", 2, -1, [](Arguments a) { return equals_any(a, true); }, true},
    {"ge", 2, 2, [](Arguments a) { return ordered(a, std::greater_equal()); }},
    {"gt", 2, 2, [](Arguments a) { return ordered(a, std::greater()); }},
    {"hasPrefix", 2, 2,
     [](Arguments a) -> Answer { return TemplateValue(text(a[1]).starts_with(text(a[0]))); }},
    {"hasSuffix", 2, 2,
     [](Arguments a) -> Answer { return TemplateValue(text(a[1]).ends_with(text(a[0]))); }},
    {"le", 2, 2, [](Arguments a) { return ordered(a, std::less_equal()); }},
    {"len", 1, 1,
     [](Arguments a) -> Answer { return TemplateValue(static_cast<double>(text(a[0]).size())); }},
    {"lower", 1, 1,
     [](Arguments a) -> Answer { return TemplateValue(telemetry::to_lower(text(a[0]))); }},
    {"lt", 2, 2, [](Arguments a) { return ordered(a, std::less()); }},
    {"ne", 2, 2, [](Arguments a) { return equals_any(a, false); }, true},
    {"not", 1, 1, [](Arguments a) -> Answer { return TemplateValue(!is_true(a[0])); }, true},
    {"or", 1, -1,
     [](Arguments a) -> Answer {
       for (const TemplateValue& value : a)
         if (is_true(value)) return value;
       return a.back();
     },
     true},
    {"print", 0, -1, [](Arguments a) -> Answer { return TemplateValue(printed(a)); }, true},
    {"quote", 1, 1,
     [](Arguments a) -> Answer {
       return TemplateValue(is_nothing(a[0]) ? std::string() : quoted(to_text(a[0])));
     },
     true},
    {"regexReplaceAll", 3, 3,
     [](Arguments a) { return regex_replace(a[0], text(a[1]), text(a[2]), false); }},
    {"regexReplaceAllLiteral", 3, 3,
     [](Arguments a) { return regex_replace(a[0], text(a[1]), text(a[2]), true); }},
    {"replace", 3, 3,
     [](Arguments a) -> Answer {
       return TemplateValue(replaced(text(a[2]), text(a[0]), text(a[1]), -1));
     }},
    {"squote", 1, 1,
     [](Arguments a) -> Answer {
       return TemplateValue(is_nothing(a[0]) ? std::string() : "'" + to_text(a[0]) + "'");
     },
     true},
    {"substr", 3, 3,
     [](Arguments a) -> Answer {
       return TemplateValue(substring(text(a[2]), number(a[0]), number(a[1])));
     }},
    {"trim", 1, 1, [](Arguments a) -> Answer { return TemplateValue(trim_space(text(a[0]))); }},
    {"trimAll", 2, 2,
     [](Arguments a) -> Answer {
       return TemplateValue(trim_right(trim_left(text(a[1]), text(a[0])), text(a[0])));
     }},
    {"trimPrefix", 2, 2,
     [](Arguments a) -> Answer { return TemplateValue(trim_prefix(text(a[1]), text(a[0]))); }},
    {"trimSuffix", 2, 2,
     [](Arguments a) -> Answer { return TemplateValue(trim_suffix(text(a[1]), text(a[0]))); }},
    {"trunc", 2, 2,
     [](Arguments a) -> Answer {
       const std::string s = text(a[1]);
       const double count = number(a[0]);
       const double size = static_cast<double>(s.size());
       return TemplateValue(count < 0 ? substring(s, size + count, -1) : substring(s, 0, count));
     }},
    {"upper", 1, 1,
     [](Arguments a) -> Answer { return TemplateValue(telemetry::to_upper(text(a[0]))); }},
};

}  // namespace

std::string to_text(const TemplateValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) {
    const double size = std::abs(*number);
    if (size == 0 || (size >= 1e-4 && size < 1e21))
      return river::number_to_text(river::Number::of(*number));
    std::string text;
    base::append_float(text, *number);
    return text;
  }
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "<no value>";
}

bool is_true(const TemplateValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* number = std::get_if<double>(&value)) return *number != 0;
  if (const auto* text = std::get_if<std::string>(&value)) return !text->empty();
  return false;
}

const TemplateFunction* find_template_function(std::string_view name) {
  for (const TemplateFunction& function : kFunctions)
    if (function.name == name) return &function;
  return nullptr;
}

}  // namespace components::loki::process::stages
