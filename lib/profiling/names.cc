#include "profiling/names.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/text.h"

namespace profiling {
namespace {

constexpr size_t kNameBytesMax = 4096;
constexpr size_t kDemangledBytesMax = 4096;

/// Old Rust uses C++'s mangling: the last part is a hash, "h" and 16 digits.
bool is_rust_hash(std::string_view part) {
  return part.size() == 17 && part[0] == 'h' &&
         std::all_of(part.begin() + 1, part.end(),
                     [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

/// "_$LT$impl$u20$T$GT$" -> "<impl T>", as old Rust spells what C++ identifiers cannot hold.
std::string rust_escapes(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> kEscapes[] = {
      {"$LT$", "<"},  {"$GT$", ">"},  {"$LP$", "("},  {"$RP$", ")"},  {"$C$", ","},
      {"$RF$", "&"},  {"$BP$", "*"},  {"$SP$", "@"},  {"$u20$", " "}, {"$u27$", "'"},
      {"$u5b$", "["}, {"$u5d$", "]"}, {"$u7b$", "{"}, {"$u7d$", "}"}, {"$u7e$", "~"},
      {"$u3b$", ";"}, {"$u2b$", "+"}, {"..", "::"}};
  std::string plain;
  if (text.starts_with("_$")) text.remove_prefix(1);
  while (!text.empty()) {
    const auto escape = std::find_if(std::begin(kEscapes), std::end(kEscapes),
                                     [&](const auto& one) { return text.starts_with(one.first); });
    plain += escape == std::end(kEscapes) ? text.substr(0, 1) : escape->second;
    text.remove_prefix(escape == std::end(kEscapes) ? 1 : escape->first.size());
  }
  return plain;
}

std::optional<std::string> old_rust(std::string_view demangled) {
  const size_t last = demangled.rfind("::");
  if (last == std::string_view::npos || !is_rust_hash(demangled.substr(last + 2)))
    return std::nullopt;
  std::string plain;
  for (std::string_view rest = demangled.substr(0, last); !rest.empty();) {
    const size_t end = std::min(rest.find("::"), rest.size());
    if (!plain.empty()) plain += "::";
    plain += rust_escapes(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return plain;
}

/// Length of the bracketed text at the front, brackets included; all of it when none closes.
size_t bracketed(std::string_view text) {
  size_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == '<' || c == '[' || c == '{') ++depth;
    // An arrow ends no template.
    const bool closes = c == ')' || c == ']' || c == '}' || (c == '>' && text[i - 1] != '-');
    if (closes && --depth == 0) return i + 1;
  }
  return text.size();
}

/// Length of "operator<<", "operator()" and "operator bool" at the front, less the parameters.
size_t operator_name(std::string_view text) {
  constexpr std::string_view kWord = "operator";
  size_t at = kWord.size();
  if (text.substr(at).starts_with("()") || text.substr(at).starts_with("[]")) return at + 2;
  if (at < text.size() && (base::is_word(text[at]))) return 0;  // A name that begins so.
  while (at < text.size() && text[at] != '(') {
    // Template arguments follow a symbol with a blank between ("operator< <int>"), or a name.
    if (text[at] == '<' && at > kWord.size() &&
        (text[at - 1] == ' ' || base::is_word(text[at - 1])))
      break;
    ++at;
  }
  return at;
}

}  // namespace

std::optional<Demangle> demangle_of(std::string_view name) {
  if (name == "none") return Demangle::none;
  if (name == "simplified") return Demangle::simplified;
  if (name == "templates") return Demangle::templates;
  if (name == "full") return Demangle::full;
  return std::nullopt;
}

std::string demangle(std::string_view name, Demangle how) {
  if (how == Demangle::none || name.size() > kNameBytesMax) return std::string(name);
  if (name.starts_with("_R"))
    if (auto rust = demangle_rust(name)) return std::move(*rust);
  if (!name.starts_with("_Z")) return std::string(name);
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> made(
      abi::__cxa_demangle(std::string(name).c_str(), nullptr, nullptr, &status), std::free);
  if (status != 0 || !made) return std::string(name);
  const std::string_view text(made.get());
  if (auto rust = old_rust(text)) return std::move(*rust);
  if (text.size() > kDemangledBytesMax) return simplify(text, false).substr(0, kDemangledBytesMax);
  if (how == Demangle::full) return std::string(text);
  return simplify(text, how == Demangle::templates);
}

std::string simplify(std::string_view text, bool keep_templates) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)";
  std::string name;
  bool is_start = true;  // Of a part of the name: here "operator" may begin one.
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    size_t size = 1;
    bool keep = true;
    if (rest.starts_with(kAnonymous)) {
      size = kAnonymous.size();
    } else if (is_start && rest.starts_with("operator") && operator_name(rest) > 0) {
      size = operator_name(rest);
    } else if (rest.starts_with('{') || rest.starts_with('[')) {
      size = bracketed(rest);  // {lambda(int)#1}, [clone .cold], [abi:cxx11]
    } else if (rest.starts_with('<')) {
      size = bracketed(rest);
      keep = keep_templates;
    } else if (rest.starts_with('(')) {
      // Parameters; of an outer function when something local to it follows.
      size = bracketed(rest);
      keep = false;
      std::string_view after = rest.substr(size);
      if (after.starts_with(" const")) after.remove_prefix(6);
      if (after.starts_with("::")) {
        at = text.size() - after.size();
        continue;
      }
      const size_t clone = after.find(" [clone");
      if (clone != std::string_view::npos) name += after.substr(clone);
      break;
    } else if (rest.starts_with(' ')) {
      name.clear();  // What was before it is the return type.
      keep = false;
    }
    if (keep) name += rest.substr(0, size);
    is_start = rest[0] == ' ' || rest[0] == ':';
    at += size;
  }
  return name.empty() ? std::string(text) : name;
}

std::string printable(std::string text) {
  const bool is_text = base::is_utf8(text);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == ';' || c == 0x7F ||
        (!is_text && (c & 0x80) != 0))
      c = '?';
  return text;
}

std::string_view without_version(std::string_view symbol) {
  return symbol.substr(0, symbol.find('@'));
}

}  // namespace profiling
