#include "components/prometheus/scrape/formats.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace components::prometheus::scrape {
namespace {

using Format = telemetry::wire::ExpositionReader::Format;

struct Spelling {
  Protocol protocol;
  std::string_view type;
  bool says_escaping;  ///< the version knows names of any characters
};
// In the order in which they are asked for when the configuration names none.
constexpr Spelling kSpellings[] = {
    {Protocol::open_metrics_1_0_0, "application/openmetrics-text;version=1.0.0", true},
    {Protocol::open_metrics_0_0_1, "application/openmetrics-text;version=0.0.1", false},
    {Protocol::text_1_0_0, "text/plain;version=1.0.0", true},
    {Protocol::text_0_0_4, "text/plain;version=0.0.4", false},
};

std::string_view name_of(NameEscaping escaping) {
  switch (escaping) {
    case NameEscaping::allow_utf8:
      return "allow-utf-8";
    case NameEscaping::dots:
      return "dots";
    case NameEscaping::values:
      return "values";
    case NameEscaping::unset:
    case NameEscaping::underscores:
      break;
  }
  return "underscores";
}

void append(std::string& header, const Spelling& spelling, NameEscaping escaping, int weight) {
  header += spelling.type;
  if (spelling.says_escaping) header += fmt::format(";escaping={}", name_of(escaping));
  header += fmt::format(";q=0.{},", weight);
}

std::optional<Format> format_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::proto:
      return std::nullopt;
    case Protocol::text_0_0_4:
    case Protocol::text_1_0_0:
      return Format::text;
    case Protocol::open_metrics_0_0_1:
    case Protocol::open_metrics_1_0_0:
      return Format::open_metrics;
  }
  return std::nullopt;
}

/// RFC 9110: type "/" subtype, then parameters of the form name=value.
bool is_well_formed(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view one = parameters.substr(0, parameters.find(';'));
    parameters.remove_prefix(std::min(one.size() + 1, parameters.size()));
    const bool is_blank = std::all_of(one.begin(), one.end(), base::is_space);
    if (!is_blank && one.find('=') == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

std::string accept_header(const std::vector<Protocol>& protocols, NameEscaping escaping) {
  constexpr int kFirstWeight = 6;
  std::string header;
  int weight = kFirstWeight;
  if (protocols.empty()) {
    for (const Spelling& spelling : kSpellings) append(header, spelling, escaping, weight--);
  } else {
    for (const Protocol protocol : protocols)
      for (const Spelling& spelling : kSpellings)
        if (spelling.protocol == protocol) append(header, spelling, escaping, weight--);
  }
  return header + fmt::format("*/*;q=0.{}", weight);
}

std::optional<Format> format_of(std::string_view content_type, Protocol fallback) {
  const size_t semicolon = std::min(content_type.find(';'), content_type.size());
  std::string type(content_type.substr(0, semicolon));
  while (!type.empty() && base::is_space(type.back())) type.pop_back();
  for (char& c : type)
    if (base::is_letter(c)) c = static_cast<char>(c | 0x20);
  if (is_well_formed(content_type.substr(std::min(semicolon + 1, content_type.size())))) {
    if (type == "application/openmetrics-text") return Format::open_metrics;
    if (type == "text/plain") return Format::text;
    if (type == "application/vnd.google.protobuf") return std::nullopt;
  }
  return format_of(fallback);
}

}  // namespace components::prometheus::scrape
