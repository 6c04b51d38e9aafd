#include "components/loki/source_file/encoding.h"

#include <iconv.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace components::loki::source_file {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

/// An open converter.
class Converter {
 public:
  explicit Converter(std::string_view charset)
      : handle_(::iconv_open("UTF-8", charset.data())),
        has_shifts_(charset.starts_with("ISO-2022")) {}
  ~Converter() {
    if (is_open()) ::iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
  std::string convert(std::string& text);

 private:
  /// A letter may be held back for a mark that would follow it, as in Hebrew and Vietnamese.
  void release_letter(std::string& out);

  const iconv_t handle_;
  const bool has_shifts_;  // What a byte means depends on those before, beyond a bad one.
};

std::string Converter::convert(std::string& text) {
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  char* in = text.data();
  size_t left = text.size();
  char buffer[4096];
  while (left > 0) {
    char* at = buffer;
    size_t room = sizeof buffer;
    const size_t result = ::iconv(handle_, &in, &left, &at, &room);
    const int error = errno;
    out.append(buffer, static_cast<size_t>(at - buffer));
    if (result != static_cast<size_t>(-1) || error == E2BIG) continue;
    if (!has_shifts_) release_letter(out);
    out += kReplacement;  // EILSEQ, or EINVAL at the end.
    ++in;
    --left;
  }
  release_letter(out);
  return out;
}

void Converter::release_letter(std::string& out) {
  char buffer[16];
  char* at = buffer;
  size_t room = sizeof buffer;
  ::iconv(handle_, nullptr, nullptr, &at, &room);
  out.append(buffer, static_cast<size_t>(at - buffer));
}

uint32_t unit_at(std::string_view bytes, size_t at, bool big_endian) {
  const auto first = static_cast<unsigned char>(bytes[at]);
  const auto second = static_cast<unsigned char>(bytes[at + 1]);
  return big_endian ? first << 8 | second : second << 8 | first;
}

bool is_high(uint32_t unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low(uint32_t unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

void append_utf8(std::string& out, uint32_t point) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
  }
  put(0x80 | (point & 0x3f));
}

std::string utf8_from_utf16(std::string_view bytes, bool big_endian) {
  std::string out;
  out.reserve(bytes.size() / 2 + bytes.size() / 4);
  for (size_t at = 0; at + 2 <= bytes.size(); at += 2) {
    uint32_t point = unit_at(bytes, at, big_endian);
    if (is_high(point) && at + 4 <= bytes.size()) {
      const uint32_t low = unit_at(bytes, at + 2, big_endian);
      if (is_low(low)) {
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        at += 2;
      }
    }
    if (is_high(point) || is_low(point))
      out += kReplacement;
    else
      append_utf8(out, point);
  }
  return out;
}

}  // namespace

base::Result<void> check_converter(const Encoding& encoding) {
  if (encoding.form != Encoding::Form::charset || Converter(encoding.charset).is_open()) return {};
  return base::fail(
      "encoding {}: this host's C library has no converter for it; install glibc-gconv-extra (Red "
      "Hat) or libc6 in full (Debian)",
      encoding.charset);
}

size_t lines_size(std::string_view bytes, const Encoding& encoding) {
  using Form = Encoding::Form;
  if (encoding.form == Form::utf8 || encoding.form == Form::charset) {
    const void* feed = ::memrchr(bytes.data(), '\n', bytes.size());
    return feed ? static_cast<size_t>(static_cast<const char*>(feed) - bytes.data()) + 1 : 0;
  }
  const bool big_endian = encoding.form == Form::utf16be;
  for (size_t at = bytes.size() / 2 * 2; at >= 2; at -= 2)
    if (unit_at(bytes, at - 2, big_endian) == '\n') return at;
  return 0;
}

std::string to_utf8(std::string&& lines, const Encoding& encoding) {
  using Form = Encoding::Form;
  if (encoding.form == Form::utf8) return std::move(lines);
  if (encoding.form != Form::charset) return utf8_from_utf16(lines, encoding.form == Form::utf16be);
  Converter converter(encoding.charset);
  return converter.is_open() ? converter.convert(lines) : std::move(lines);
}

}  // namespace components::loki::source_file
