#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "river/stdlib/json.h"
#include "river/text.h"

namespace river::stdlib {

namespace {

void write_string(std::string_view text, std::string& out) {
  constexpr std::string_view kSpecial = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '"';
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const std::string_view bytes = text.substr(0, point.bytes);
    text.remove_prefix(point.bytes);
    const bool unsafe = point.value < 0x20 || point.value == '<' || point.value == '>' ||
                        point.value == '&' || point.value == 0x2028 || point.value == 0x2029;
    if (const size_t i = kSpecial.find(bytes); i != std::string_view::npos) {
      out += '\\';
      out += kLetters[i];
    } else if (unsafe || !point.valid) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", point.value);
    } else {
      out += bytes;
    }
  }
  out += '"';
}

bool write_number(const Number& number, std::string& out) {
  if (number.rank != Number::Rank::floating) {
    out += number_to_text(number);
    return true;
  }
  if (!std::isfinite(number.f)) return false;
  const double size = std::abs(number.f);
  if (size == 0 || (size >= 1e-6 && size < 1e21)) {
    out += number_to_text(number);
    return true;
  }
  char buffer[32];
  const auto [end, error] =
      std::to_chars(std::begin(buffer), std::end(buffer), number.f, std::chars_format::scientific);
  std::string text(buffer, end);
  // e-09 is written e-9.
  if (const size_t zero = text.find("e-0"); zero != std::string::npos) text.erase(zero + 2, 1);
  out += text;
  return true;
}

base::Result<void> write(const Value& value, std::string& out);

base::Result<void> write_array(const Array& elements, std::string& out) {
  out += '[';
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += ',';
    if (auto written = write(elements[i], out); !written) return written;
  }
  out += ']';
  return {};
}

base::Result<void> write_object(const Object& fields, std::string& out) {
  std::vector<const std::pair<std::string, Value>*> sorted;
  for (const auto& field : fields) sorted.push_back(&field);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  out += '{';
  for (const auto* field : sorted) {
    if (out.back() != '{') out += ',';
    write_string(field->first, out);
    out += ':';
    if (auto written = write(field->second, out); !written) return written;
  }
  out += '}';
  return {};
}

base::Result<void> write(const Value& value, std::string& out) {
  if (const Array* elements = value.as_array()) return write_array(*elements, out);
  if (const Object* fields = value.as_object()) return write_object(*fields, out);
  const SecretValue* secret = value.as_secret();
  if (secret != nullptr && secret->is_secret)
    return base::fail("secrets may not be converted into strings");
  if (value.is_null())
    out += "null";
  else if (const bool* boolean = value.as_bool())
    out += *boolean ? "true" : "false";
  else if (const std::string* string = value.as_string())
    write_string(*string, out);
  else if (secret != nullptr)
    write_string(secret->text.reveal(), out);
  else if (const Number* number = value.as_number(); number == nullptr)
    return base::fail("values of type {} have no JSON", kind_name(value.kind()));
  else if (!write_number(*number, out))
    return base::fail("the number {} has no JSON", number_to_text(*number));
  return {};
}

}  // namespace

base::Result<std::string> write_json(const Value& value) {
  std::string out;
  if (auto written = write(value, out); !written) return tl::unexpected(written.error());
  return out;
}

}  // namespace river::stdlib
