#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <iterator>

#include "base/unicode.h"
#include "river/lexer.h"
#include "river/value.h"

namespace river {

namespace {

void write(const Value& value, int indent, std::string& out);

void write_array(const Array& elements, int indent, std::string& out) {
  out += '[';
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += ", ";
    write(elements[i], indent, out);
  }
  out += ']';
}

void write_object(const Object& fields, int indent, std::string& out) {
  if (fields.empty()) {
    out += "{}";
    return;
  }
  out += "{\n";
  for (const auto& [key, value] : fields) {
    out.append(static_cast<size_t>(indent) + 1, '\t');
    out += is_valid_identifier(key) ? key : quote(key);
    out += " = ";
    write(value, indent + 1, out);
    out += ",\n";
  }
  out.append(static_cast<size_t>(indent), '\t');
  out += '}';
}

void write(const Value& value, int indent, std::string& out) {
  if (value.is_null())
    out += "null";
  else if (const bool* boolean = value.as_bool())
    out += *boolean ? "true" : "false";
  else if (const Number* number = value.as_number())
    out += number_to_text(*number);
  else if (const std::string* text = value.as_string())
    out += quote(*text);
  else if (const Array* elements = value.as_array())
    write_array(*elements, indent, out);
  else if (const Object* fields = value.as_object())
    write_object(*fields, indent, out);
  else if (const SecretValue* secret = value.as_secret())
    out += secret->is_secret ? "(secret)" : quote(secret->text.reveal());
  else if (const Capsule* capsule = value.as_capsule())
    fmt::format_to(std::back_inserter(out), "capsule(\"{}\")", capsule->kind);
  else if (value.as_function() != nullptr)
    out += "function";
  else
    out += "unknown";
}

// Moves the point of "d.ddde±xx" to where it belongs: 1.5e3 -> 1500, 1.5e-3 -> 0.0015.
std::string without_exponent(std::string_view scientific) {
  std::string out;
  if (scientific.front() == '-') {
    out = "-";
    scientific.remove_prefix(1);
  }
  const size_t e = scientific.find('e');
  int exponent = 0;
  const char* first = scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1);
  std::from_chars(first, scientific.data() + scientific.size(), exponent);
  std::string digits(1, scientific[0]);
  if (e > 2) digits += scientific.substr(2, e - 2);

  if (exponent < 0)
    return out + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0');
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace

std::string to_text(const Value& value) {
  std::string out;
  write(value, 0, out);
  return out;
}

std::string number_to_text(const Number& number) {
  if (number.rank == Number::Rank::signed_int) return fmt::to_string(number.i);
  if (number.rank == Number::Rank::unsigned_int) return fmt::to_string(number.u);
  if (std::isnan(number.f)) return "NaN";
  if (std::isinf(number.f)) return number.f > 0 ? "+Inf" : "-Inf";
  char buffer[32];
  // The shortest digits that read back as the same number; "fixed" would print all exact ones.
  const auto [end, error] =
      std::to_chars(std::begin(buffer), std::end(buffer), number.f, std::chars_format::scientific);
  return without_exponent({buffer, end});
}

std::string quote(std::string_view text) {
  std::string out;
  base::append_quoted(out, text);
  return out;
}

}  // namespace river
