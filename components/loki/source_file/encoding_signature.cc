#include <cctype>

#include "base/text.h"
#include "components/loki/source_file/encoding.h"

namespace components::loki::source_file {
namespace {

struct Charset {
  const char* iconv_name;
  std::string_view names;  ///< without hyphens, in small letters, each between blanks
};
/// Those of the IANA registry that the reference reads, without EBCDIC, whose line feed is another.
constexpr Charset kCharsets[] = {
    {"ISO-8859-1", " iso88591 latin1 l1 cp819 ibm819 isoir100 "},
    {"ISO-8859-2", " iso88592 latin2 l2 "},
    {"ISO-8859-3", " iso88593 latin3 l3 "},
    {"ISO-8859-4", " iso88594 latin4 l4 "},
    {"ISO-8859-5", " iso88595 cyrillic "},
    {"ISO-8859-6", " iso88596 arabic "},
    {"ISO-8859-7", " iso88597 greek "},
    {"ISO-8859-8", " iso88598 iso88598i iso88598e hebrew "},
    {"ISO-8859-9", " iso88599 latin5 l5 "},
    {"ISO-8859-10", " iso885910 latin6 l6 "},
    {"ISO-8859-11", " iso885911 tis620 "},
    {"ISO-8859-13", " iso885913 latin7 "},
    {"ISO-8859-14", " iso885914 latin8 "},
    {"ISO-8859-15", " iso885915 latin9 "},
    {"ISO-8859-16", " iso885916 latin10 "},
    {"CP1250", " windows1250 cp1250 "},
    {"CP1251", " windows1251 cp1251 "},
    {"CP1252", " windows1252 cp1252 "},
    {"CP1253", " windows1253 cp1253 "},
    {"CP1254", " windows1254 cp1254 "},
    {"CP1255", " windows1255 cp1255 "},
    {"CP1256", " windows1256 cp1256 "},
    {"CP1257", " windows1257 cp1257 "},
    {"CP1258", " windows1258 cp1258 "},
    {"CP874", " windows874 cp874 "},
    {"CP437", " ibm437 cp437 437 "},
    {"CP850", " ibm850 cp850 850 "},
    {"CP852", " ibm852 cp852 852 "},
    {"CP855", " ibm855 cp855 855 "},
    {"CP858", " ibm00858 ibm858 cp858 cp00858 "},
    {"CP860", " ibm860 cp860 860 "},
    {"CP862", " ibm862 cp862 862 "},
    {"CP863", " ibm863 cp863 863 "},
    {"CP865", " ibm865 cp865 865 "},
    {"CP866", " ibm866 cp866 866 "},
    {"KOI8-R", " koi8r "},
    {"KOI8-U", " koi8u "},
    {"MACINTOSH", " macintosh mac "},
    {"GBK", " gbk cp936 ms936 windows936 "},
    {"GB18030", " gb18030 "},
    {"EUC-CN", " gb2312 euccn "},
    {"BIG5", " big5 csbig5 "},
    {"EUC-JP", " eucjp "},
    {"ISO-2022-JP", " iso2022jp "},
    {"SHIFT_JIS", " shiftjis sjis mskanji "},
    {"EUC-KR", " euckr "},
};

}  // namespace

std::optional<Encoding> encoding_from_name(std::string_view name) {
  using Form = Encoding::Form;
  std::string key;
  for (const char c : name)
    if (c != '-' && c != '_') key += base::to_lower(c);
  if (key.empty() || key == "utf8" || key == "ascii" || key == "usascii") return Encoding{};
  if (key == "utf16le") return Encoding{Form::utf16le};
  // RFC 2781: without a byte order mark, UTF-16 is big-endian.
  if (key == "utf16be" || key == "utf16") return Encoding{Form::utf16be};
  if (key.find(' ') != key.npos) return std::nullopt;
  for (const Charset& charset : kCharsets)
    if (charset.names.find(" " + key + " ") != charset.names.npos)
      return Encoding{Form::charset, charset.iconv_name};
  return std::nullopt;
}

}  // namespace components::loki::source_file
