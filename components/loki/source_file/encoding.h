#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace components::loki::source_file {

/// How a file's text is written.
struct Encoding {
  enum class Form : uint8_t {
    utf8,
    utf16le,
    utf16be,
    charset,  ///< another one, in which the byte 0x0A is a line feed and nothing else
  };
  Form form = Form::utf8;
  std::string_view charset;  ///< for iconv_open(3), with Form::charset; a literal

  bool is_utf16() const { return form == Form::utf16le || form == Form::utf16be; }
  bool operator==(const Encoding&) const = default;
};

/// The encoding of an IANA name or a usual alias of it, in any case, with or without hyphens; ""
/// is UTF-8. Nothing for names that cannot be read. In encoding_signature.cc: cfgc asks, too.
std::optional<Encoding> encoding_from_name(std::string_view name);

/// Whether the C library of this host has the converter: distributions leave some out. The error
/// says what to install.
base::Result<void> check_converter(const Encoding& encoding);

/// Bytes up to and with the last line feed of text that starts at a character; 0 for none.
size_t lines_size(std::string_view bytes, const Encoding& encoding);

/// Whole lines as UTF-8. What is no character in the encoding becomes U+FFFD; UTF-8 is passed as it
/// is.
std::string to_utf8(std::string&& lines, const Encoding& encoding);

}  // namespace components::loki::source_file
