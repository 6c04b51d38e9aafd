#include <cctype>

#include "base/text.h"
#include "components/loki/source_file/encoding.h"

namespace components::loki::source_file {
namespace {

struct Charset {
  const char* iconv_name;
  std::string_view names;  ///< without hyphens, in small letters, each between blanks
};
/// Those of the IANA registry that the reference reads, and their other names there; without
/// EBCDIC, whose line feed is another, and HZ-GB-2312, which the C library does not know.
constexpr Charset kCharsets[] = {
    {"ISO-8859-1", " iso88591 iso88591:1987 latin1 l1 cp819 ibm819 isoir100 csisolatin1 "},
    {"ISO-8859-2", " iso88592 iso88592:1987 latin2 l2 isoir101 csisolatin2 "},
    {"ISO-8859-3", " iso88593 iso88593:1988 latin3 l3 isoir109 csisolatin3 "},
    {"ISO-8859-4", " iso88594 iso88594:1988 latin4 l4 isoir110 csisolatin4 "},
    {"ISO-8859-5", " iso88595 iso88595:1988 cyrillic isoir144 csisolatincyrillic "},
    {"ISO-8859-6",
     " iso88596 iso88596:1987 iso88596e iso88596i csiso88596e csiso88596i "
     "arabic isoir127 ecma114 asmo708 csisolatinarabic "},
    {"ISO-8859-7",
     " iso88597 iso88597:1987 greek greek8 isoir126 elot928 ecma118 "
     "csisolatingreek "},
    {"ISO-8859-8",
     " iso88598 iso88598:1988 iso88598i iso88598e csiso88598e csiso88598i "
     "hebrew isoir138 csisolatinhebrew "},
    {"ISO-8859-9", " iso88599 iso88599:1989 latin5 l5 isoir148 csisolatin5 "},
    {"ISO-8859-10", " iso885910 iso885910:1992 latin6 l6 isoir157 csisolatin6 "},
    {"ISO-8859-11", " iso885911 tis620 cstis620 "},
    {"ISO-8859-13", " iso885913 latin7 csiso885913 "},
    {"ISO-8859-14", " iso885914 iso885914:1998 latin8 l8 isoir199 isoceltic csiso885914 "},
    {"ISO-8859-15", " iso885915 latin9 csiso885915 "},
    {"ISO-8859-16", " iso885916 iso885916:2001 latin10 l10 isoir226 csiso885916 "},
    {"CP1250", " windows1250 cp1250 cswindows1250 "},
    {"CP1251", " windows1251 cp1251 cswindows1251 "},
    {"CP1252", " windows1252 cp1252 cswindows1252 "},
    {"CP1253", " windows1253 cp1253 cswindows1253 "},
    {"CP1254", " windows1254 cp1254 cswindows1254 "},
    {"CP1255", " windows1255 cp1255 cswindows1255 "},
    {"CP1256", " windows1256 cp1256 cswindows1256 "},
    {"CP1257", " windows1257 cp1257 cswindows1257 "},
    {"CP1258", " windows1258 cp1258 cswindows1258 "},
    {"CP874", " windows874 cp874 cswindows874 "},
    {"CP437", " ibm437 cp437 437 cspc8codepage437 "},
    {"CP850", " ibm850 cp850 850 cspc850multilingual "},
    {"CP852", " ibm852 cp852 852 cspcp852 "},
    {"CP855", " ibm855 cp855 855 csibm855 "},
    {"CP858",
     " ibm00858 ibm858 cp858 cp00858 ccsid00858 pcmultilingual850+euro "
     "csibm00858 "},
    {"CP860", " ibm860 cp860 860 csibm860 "},
    {"CP862", " ibm862 cp862 862 cspc862latinhebrew "},
    {"CP863", " ibm863 cp863 863 csibm863 "},
    {"CP865", " ibm865 cp865 865 csibm865 "},
    {"CP866", " ibm866 cp866 866 csibm866 "},
    {"KOI8-R", " koi8r cskoi8r "},
    {"KOI8-U", " koi8u cskoi8u "},
    {"MACINTOSH", " macintosh mac csmacintosh "},
    {"GBK", " gbk cp936 ms936 windows936 csgbk "},
    {"GB18030", " gb18030 csgb18030 "},
    {"EUC-CN", " gb2312 euccn csgb2312 "},
    {"BIG5", " big5 csbig5 "},
    {"EUC-JP", " eucjp extendedunixcodepackedformatforjapanese cseucpkdfmtjapanese "},
    {"ISO-2022-JP", " iso2022jp csiso2022jp "},
    {"SHIFT_JIS", " shiftjis sjis xsjis mskanji csshiftjis "},
    {"CP932", " windows31j cp932 cswindows31j "},
    {"EUC-KR", " euckr cseuckr "},
};

/// ASCII is a part of it.
constexpr std::string_view kUtf8 =
    " utf8 csutf8 ascii usascii csascii us iso646us isoir6 ibm367 cp367 ansix3.41968 ansix3.41986 "
    "iso646.irv:1991 ";

}  // namespace

std::optional<Encoding> encoding_from_name(std::string_view name) {
  using Form = Encoding::Form;
  std::string key;
  for (const char c : name)
    if (c != '-' && c != '_') key += base::to_lower(c);
  if (key.find(' ') != key.npos) return std::nullopt;
  const std::string word = " " + key + " ";
  const auto is_one_of = [&](std::string_view names) { return names.find(word) != names.npos; };
  if (key.empty() || is_one_of(kUtf8)) return Encoding{};
  if (is_one_of(" utf16le csutf16le ")) return Encoding{Form::utf16le};
  // RFC 2781: without a byte order mark, UTF-16 is big-endian.
  if (is_one_of(" utf16be csutf16be utf16 csutf16 ")) return Encoding{Form::utf16be};
  for (const Charset& charset : kCharsets)
    if (is_one_of(charset.names)) return Encoding{Form::charset, charset.iconv_name};
  return std::nullopt;
}

}  // namespace components::loki::source_file
