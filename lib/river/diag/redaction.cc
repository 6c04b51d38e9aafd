#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "river/diag/render.h"

namespace river::diag {
namespace {

// A line of a value that spans more lines than this is not traced back to its key.
constexpr size_t kLinesBackMax = 500;

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

// False inside a character of several bytes in UTF-8.
bool begins_character(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) != 0x80;
}

std::string_view without_spaces(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

// The words of loki_password, apiKey or X-Auth-Token, in lower case.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool is_hump =
        i > 0 && std::isupper(c) != 0 && std::islower(static_cast<unsigned char>(name[i - 1])) != 0;
    if ((is_hump || std::isalnum(c) == 0) && !words.back().empty()) words.emplace_back();
    if (std::isalnum(c) != 0) words.back() += static_cast<char>(std::tolower(c));
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

template <size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What says where a secret is.
constexpr std::array<std::string_view, 7> kPlaces = {"env",   "file", "path", "name",
                                                     "files", "url",  "uri"};

// names_secret(), or a slip of such a name: what is misspelt is in a finding, with its value.
bool may_name_secret(std::string_view name) {
  constexpr std::string_view kLong[] = {"password", "passphrase", "credentials", "authorization"};
  constexpr std::string_view kShort[] = {"token", "secret"};
  constexpr size_t kShortMax = 5;  // Of longer words two slips make another one: "secure".
  if (names_secret(name)) return true;
  const std::vector<std::string> words = words_of(name);
  if (words.size() > 1 && is_one_of(words.back(), kPlaces)) return false;
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return !did_you_mean(word, kLong).empty() ||
           (word.size() <= kShortMax && !did_you_mean(word, kShort).empty());
  });
}

// A value that is below a secret's name.
struct Assignment {
  size_t value = 0;  // its first byte, behind spaces
  char separator = ':';
};

// The first assignment to a secret's name in a line; npos as its value: there is none.
Assignment find_assignment(std::string_view line) {
  for (size_t i = 0; i < line.size();) {
    if (!is_name_byte(line[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < line.size() && is_name_byte(line[i])) ++i;
    size_t at = i;
    if (at < line.size() && (line[at] == '"' || line[at] == '\'')) ++at;  // a quoted key
    at = std::min(line.find_first_not_of(" \t", at), line.size());
    if (at == line.size() || (line[at] != ':' && line[at] != '=')) continue;
    if (!may_name_secret(line.substr(begin, i - begin))) continue;
    const size_t value = std::min(line.find_first_not_of(" \t", at + 1), line.size());
    return {value, line[at]};
  }
  return {std::string_view::npos, ':'};
}

// A River expression that is more than a text: what it refers to may be shown.
bool is_reference(std::string_view value) {
  constexpr std::array<std::string_view, 13> kRoots = {
      "sys",      "env",    "local",    "remote",    "host",         "convert", "encoding",
      "coalesce", "string", "argument", "json_path", "nonsensitive", "concat"};
  const size_t end = std::min(value.find_first_of(".( "), value.size());
  return end < value.size() && value[end] != ' ' && is_one_of(value.substr(0, end), kRoots);
}

// Leaves out the texts between quotes, but for names of environment variables.
void redact_literals(std::string_view line, size_t from, Redaction& out) {
  for (size_t i = from; i < line.size(); ++i) {
    const char quote = line[i];
    if (quote != '"' && quote != '\'' && quote != '`') {
      out.line += quote;
      continue;
    }
    size_t end = i + 1;
    while (end < line.size() && line[end] != quote)
      end += line[end] == '\\' && quote == '"' ? 2 : 1;
    end = std::min(end, line.size());
    const bool names_variable = out.line.ends_with("env(");
    if (!names_variable && out.at == std::string::npos) out.at = i + 1;
    out.line += quote;
    out.line += names_variable ? line.substr(i + 1, end - i - 1) : kRedacted;
    if (end < line.size()) out.line += quote;
    i = end;
  }
}

void redact_from(size_t at, Redaction& out) {
  out.line.resize(at);
  out.line += kRedacted;
  out.at = at;
}

void redact_value(std::string_view line, const Assignment& found, Redaction& out) {
  const std::string_view value = line.substr(found.value);
  if (without_spaces(value).empty()) return;
  const bool is_block = value[0] == '|' || value[0] == '>' || value.starts_with("!vault");
  if (is_block && without_spaces(value).size() <= std::string_view("!vault |-").size()) return;
  const bool is_river_text =
      value[0] == '"' || value[0] == '`' || value[0] == '[' || value[0] == '{' || value[0] == '(';
  const bool is_jinja = value.starts_with("{{") || value.starts_with("\"{{");
  if (is_jinja && value.find_first_of("'`", 1) == value.npos) return;
  if (found.separator == '=' && (is_river_text || is_reference(value))) {
    out.line.resize(found.value);
    return redact_literals(line, found.value, out);
  }
  redact_from(found.value, out);
}

constexpr std::string_view kVaultHeader = "$ANSIBLE_VAULT";

// Where a value that is encrypted begins in a line, under whatever name; npos: there is none, or
// only the tag of one that stands below.
size_t find_encrypted(std::string_view line) {
  if (without_spaces(line).starts_with(kVaultHeader)) return line.npos;  // The header alone.
  size_t at = line.size();
  for (const std::string_view mark :
       {std::string_view("!vault"), kVaultHeader, std::string_view("ENC[AES256_GCM,")})
    at = std::min(at, line.find(mark));
  if (at == line.size()) return line.npos;
  const std::string_view value = without_spaces(line.substr(at));
  return value.size() > std::string_view("!vault |-").size() ? at : line.npos;
}

// The last quoted text of a line is not closed in it.
bool leaves_quote_open(std::string_view line) {
  char open = '\0';
  for (const char c : line)
    if (c == '"' || c == '\'') open = open == '\0' ? c : open == c ? '\0' : open;
  return open != '\0';
}

size_t line_before(std::string_view text, size_t line_begin) {
  if (line_begin < 2) return 0;
  const size_t end = text.rfind('\n', line_begin - 2);
  return end == text.npos ? 0 : end + 1;
}

std::string_view line_at(std::string_view text, size_t begin) {
  return text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
}

size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(" \t\r"), line.size());
}

// The value of a line goes on in those below it.
bool leaves_open(std::string_view line, bool inside_raw_string) {
  const Assignment found = find_assignment(line);
  if (found.value == std::string_view::npos) return false;
  const std::string_view value = without_spaces(line.substr(found.value));
  if (inside_raw_string) return std::count(value.begin(), value.end(), '`') % 2 == 1;
  return found.separator == ':' || value.empty() || value.ends_with('[') || value.ends_with('{') ||
         value.ends_with('(') || value.ends_with(',');
}

// The line is part of a value that begins above it under a secret's name, or of a private key.
bool goes_on_from_above(std::string_view text, size_t line_begin) {
  size_t indent = indentation(line_at(text, line_begin));
  bool may_be_raw = true;
  bool may_be_quoted = true;
  size_t begin = line_begin;
  for (size_t i = 0; begin > 0 && i < kLinesBackMax; ++i) {
    begin = line_before(text, begin);
    const std::string_view line = line_at(text, begin);
    if (without_spaces(line).starts_with(kVaultHeader) && indentation(line) <= indent) return true;
    if (may_be_quoted && line.find_first_of("\"'") != line.npos) {
      if (find_encrypted(line) != line.npos && leaves_quote_open(line)) return true;
      may_be_quoted = false;
    }
    if (line.find("-----END") != line.npos) return false;
    if (line.find("PRIVATE KEY-----") != line.npos) return true;
    if (may_be_raw && line.find('`') != line.npos) {
      if (leaves_open(line, true)) return true;
      may_be_raw = false;
    }
    if (without_spaces(line).empty() || indentation(line) >= indent) continue;
    if (leaves_open(line, false)) return true;
    indent = indentation(line);
  }
  return false;
}

}  // namespace

bool names_secret(std::string_view name) {
  constexpr std::array<std::string_view, 16> kSecrets = {
      "password",  "passwd",  "passphrase", "pass",        "pwd",    "token",
      "secret",    "secrets", "credential", "credentials", "apikey", "authorization",
      "passwords", "sig",     "signature",  "hmac"};
  const std::vector<std::string> words = words_of(name);
  if (words.empty()) return false;
  // Who has the address may post.
  if (words.back() == "url" && std::find(words.begin(), words.end(), "webhook") != words.end())
    return true;
  if (words.size() > 1 && is_one_of(words.back(), kPlaces)) return false;
  // `key` alone is more often half of a pair than a secret.
  if (words.size() > 1 && words.back() == "key") return true;
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return is_one_of(word, kSecrets) || (word == "key" && words.back() == "pem");
  });
}

Redaction redact(std::string_view text, size_t line_begin) {
  const std::string_view whole = line_at(text, line_begin);
  const size_t encrypted = find_encrypted(whole);
  const std::string_view line = whole.substr(0, encrypted);
  Redaction out{std::string(line)};
  const std::string_view content = without_spaces(line);
  if (without_spaces(whole).empty()) return out;
  if (content.starts_with("-----BEGIN") || goes_on_from_above(text, line_begin)) {
    redact_from(indentation(line), out);
    return out;
  }
  if (const Assignment found = find_assignment(line); found.value != std::string_view::npos)
    redact_value(line, found, out);
  if (encrypted != whole.npos && !out.line.ends_with(kRedacted)) {
    const size_t before = out.at;
    redact_from(out.line.size(), out);
    out.at = std::min(out.at, before);
  }
  return out;
}

namespace {

// Hosts whose URLs hold what lets post.
bool is_webhook_host(std::string_view host) {
  constexpr std::array<std::string_view, 6> kHosts = {"hooks.slack.com",  "discord.com",
                                                      "discordapp.com",   "webhook.office.com",
                                                      "api.telegram.org", "hooks.zapier.com"};
  return std::any_of(kHosts.begin(), kHosts.end(), [&](std::string_view known) {
    return host.ends_with(known) &&
           (host.size() == known.size() || host[host.size() - known.size() - 1] == '.');
  });
}

// A star for each character from `begin` on; NUL for the rest of its bytes.
void hide(std::string& text, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i)
    if (text[i] != '/') text[i] = begins_character(text[i]) ? '*' : '\0';
}

}  // namespace

std::string without_passwords(std::string_view text) {
  constexpr std::string_view kScheme = "://";
  constexpr size_t kTokenMin = 16;  // A user that long, without a password, is a token.
  std::string out(text);
  for (size_t at = text.find(kScheme); at != text.npos; at = text.find(kScheme, at)) {
    at += kScheme.size();
    const std::string_view authority = text.substr(at, text.find_first_of("/?#\"' \t", at) - at);
    const size_t colon = authority.find(':'), user_end = authority.rfind('@');
    const bool has_user = user_end != authority.npos;
    const bool has_password = has_user && colon < user_end;
    if (has_password || (has_user && user_end >= kTokenMin))
      hide(out, has_password ? at + colon + 1 : at, at + user_end);
    const std::string_view host = authority.substr(has_user ? user_end + 1 : 0);
    const size_t end = std::min(text.find_first_of("\"' \t\n,)", at), text.size());
    if (is_webhook_host(host.substr(0, host.find(':')))) hide(out, at + authority.size(), end);
  }
  std::erase(out, '\0');
  return out;
}

}  // namespace river::diag
