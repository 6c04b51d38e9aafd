#include "compiler/migrate/documents/codec.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace compiler::migrate::documents::codec {

void Decoded::same(std::string_view bytes, size_t raw) {
  if (bytes.empty()) return;
  const bool continues = !runs.empty() && runs.back().atomic == 0 &&
                         runs.back().raw + (text.size() - runs.back().text) == raw;
  if (!continues)
    runs.push_back({static_cast<uint32_t>(text.size()), static_cast<uint32_t>(raw), 0});
  text += bytes;
}

void Decoded::atom(std::string_view bytes, size_t raw) {
  if (bytes.empty()) return;
  runs.push_back({static_cast<uint32_t>(text.size()), static_cast<uint32_t>(raw), 1});
  text += bytes;
}

std::optional<uint32_t> hex(std::string_view text, size_t at, size_t digits) {
  if (at + digits > text.size()) return std::nullopt;
  uint32_t value = 0;
  const char* end = text.data() + at + digits;
  const auto [stop, error] = std::from_chars(text.data() + at, end, value, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string utf8(uint32_t code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
  const auto byte = [](uint32_t bits) { return static_cast<char>(bits); };
  const auto tail = [&](uint32_t bits) { return byte(0x80 | (bits & 0x3F)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), tail(code)};
  if (code < 0x10000) return {byte(0xE0 | code >> 12), tail(code >> 6), tail(code)};
  return {byte(0xF0 | code >> 18), tail(code >> 12), tail(code >> 6), tail(code)};
}

namespace {

/// What \uXXXX at `at` (of its backslash) means; moves `at` after it, over both of a pair.
std::optional<std::string> unicode_escape(std::string_view raw, size_t& at) {
  const auto first = hex(raw, at + 2, 4);
  if (!first) return std::nullopt;
  at += 6;
  const bool leads = *first >= 0xD800 && *first < 0xDC00;
  if (!leads || raw.substr(at, 2) != "\\u") return utf8(*first);
  const auto second = hex(raw, at + 2, 4);
  if (!second || *second < 0xDC00 || *second > 0xDFFF) return utf8(*first);
  at += 6;
  return utf8(0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
}

constexpr std::string_view kEscaped = "\"\\/bfnrt";
constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";

std::optional<Decoded> decode_json(std::string_view raw) {
  Decoded out;
  for (size_t at = 0; at < raw.size();) {
    const size_t escape = std::min(raw.find_first_of("\\\"", at), raw.size());
    out.same(raw.substr(at, escape - at), at);
    at = escape;
    if (at == raw.size()) break;
    if (raw[at] == '"' || at + 1 == raw.size()) return std::nullopt;
    const size_t begin = at;
    if (raw[at + 1] == 'u') {
      const auto meant = unicode_escape(raw, at);
      if (!meant) return std::nullopt;
      out.atom(*meant, begin);
      continue;
    }
    const size_t which = kEscaped.find(raw[at + 1]);
    if (which == std::string_view::npos) return std::nullopt;
    out.atom(kMeant.substr(which, 1), begin);
    at += 2;
  }
  return out;
}

std::string encode_json(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const size_t which = c == '/' ? std::string_view::npos : kMeant.find(c);
    if (which != std::string_view::npos)
      out += {'\\', kEscaped[which]};
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out;
}

/// application/x-www-form-urlencoded. A % that starts no escape stands for itself, as browsers have
/// it: Grafana's own variables may be followed by one.
Decoded decode_url(std::string_view raw) {
  Decoded out;
  for (size_t at = 0; at < raw.size();) {
    const auto code = raw[at] == '%' ? hex(raw, at + 1, 2) : std::nullopt;
    if (code) {
      const char byte = static_cast<char>(*code);
      out.atom({&byte, 1}, at);
    } else if (raw[at] == '+') {
      out.atom(" ", at);
    } else {
      out.same(raw.substr(at, 1), at);
    }
    at += code ? 3 : 1;
  }
  return out;
}

std::string encode_url(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = base::is_letter(c) || base::is_digit(c) ||
                       std::string_view("-_.~").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

std::optional<Decoded> decode(std::string_view raw, Encoding encoding, uint32_t indent) {
  switch (encoding) {
    case Encoding::plain: {
      Decoded out;
      out.same(raw, 0);
      return out;
    }
    case Encoding::json_string:
      return decode_json(raw);
    case Encoding::url_query:
      return decode_url(raw);
    default:
      return decode_yaml(raw, encoding, indent);
  }
}

std::optional<std::string> encode(std::string_view text, Encoding encoding, uint32_t indent,
                                  bool crlf) {
  switch (encoding) {
    case Encoding::plain:
      return std::string(text);
    case Encoding::json_string:
      return encode_json(text);
    case Encoding::url_query:
      return encode_url(text);
    default:
      return encode_yaml(text, encoding, indent, crlf);
  }
}

}  // namespace compiler::migrate::documents::codec
