#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/documents/excerpt.h"

/// One layer of encoding: what a written text means, and how a text is written.
namespace compiler::migrate::documents::codec {

/// From this byte of the text on, bytes stand one to one at `raw` and after, until the next run.
/// The bytes of an atomic run stand together for what begins at `raw` (an escape, a folded line
/// break).
struct Run {
  uint32_t text = 0;
  uint32_t raw : 31 = 0;
  uint32_t atomic : 1 = 0;
};

struct Decoded {
  std::string text;
  std::vector<Run> runs;  ///< by both offsets, ascending

  /// Adds text that is at `raw` as it is; joins with the run before where possible.
  void same(std::string_view bytes, size_t raw);
  /// Adds text that is written as something else at `raw`.
  void atom(std::string_view bytes, size_t raw);
};

/// nullopt when `raw` is not well formed. Invalid surrogates become U+FFFD.
std::optional<Decoded> decode(std::string_view raw, Encoding encoding, uint32_t indent);

/// `text` as a part of a value in `encoding`; nullopt when it cannot stand there. `crlf` says that
/// the lines of a block scalar end in CR LF. Whether the whole still means what it should is the
/// caller's to check by decoding it.
std::optional<std::string> encode(std::string_view text, Encoding encoding, uint32_t indent,
                                  bool crlf);

/// The scalars of YAML (codec_yaml.cc).
std::optional<Decoded> decode_yaml(std::string_view raw, Encoding encoding, uint32_t indent);
std::optional<std::string> encode_yaml(std::string_view text, Encoding encoding, uint32_t indent,
                                       bool crlf);

/// Four or so hexadecimal digits at `at`; nullopt when there are fewer.
std::optional<uint32_t> hex(std::string_view text, size_t at, size_t digits);
/// The UTF-8 of a code point; U+FFFD when it is not one.
std::string utf8(uint32_t code);

}  // namespace compiler::migrate::documents::codec
