#include "components/otelcol/processor_resourcedetection/resourcedetection.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/files.h"
#include "base/text.h"
#include "telemetry/otlp/json.h"
#include "telemetry/otlp/model.h"

namespace components::otelcol::processor_resourcedetection {
namespace {

namespace otlp = telemetry::otlp;
using otlp::Value;

/// Calls `visit(part)` for the parts of a text between separators.
template <class Visit>
void each_part(std::string_view text, std::string_view separators, Visit visit) {
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(separators), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = otlp::bytes_of_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

/// The file, or nothing.
std::string content_of(const std::filesystem::path& path) {
  return base::read_regular_file(path).value_or("");
}

/// The full name in /etc/hosts of a line that has this one; empty: there is none.
std::string full_name(std::string_view hosts, std::string_view hostname) {
  std::string found;
  each_part(hosts, "\n", [&](std::string_view line) {
    std::vector<std::string_view> words;
    each_part(line.substr(0, line.find('#')), " \t\r", [&](std::string_view word) {
      if (!word.empty()) words.push_back(word);
    });
    if (!found.empty() || words.size() < 2) return;
    if (std::find(words.begin() + 1, words.end(), hostname) == words.end()) return;
    const auto full = std::find_if(words.begin() + 1, words.end(), [&](std::string_view word) {
      return word == hostname || word.starts_with(std::string(hostname) + ".");
    });
    if (full != words.end() && full->find('.') != std::string_view::npos) found = *full;
  });
  return found;
}

/// A line KEY=value or KEY="value" of os-release.
std::string release_value(std::string_view release, std::string_view key) {
  std::string value;
  each_part(release, "\n", [&](std::string_view line) {
    if (!line.starts_with(key) || !line.substr(key.size()).starts_with('=')) return;
    line.remove_prefix(key.size() + 1);
    if (line.size() >= 2 && line.front() == '"' && line.back() == '"')
      line = line.substr(1, line.size() - 2);
    value = line;
  });
  return value;
}

/// The machine as OpenTelemetry calls it.
std::string architecture() {
  utsname name{};
  if (uname(&name) != 0) return {};
  const std::string_view machine = name.machine;
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  return std::string(machine);
}

std::string own_hostname() {
  utsname name{};
  return uname(&name) == 0 ? name.nodename : "";
}

}  // namespace

Detected of_environment(std::string_view text) {
  Detected found;
  bool is_right = true;
  each_part(text, ",", [&](std::string_view pair) {
    const size_t equals = pair.find('=');
    const std::string_view key = base::trimmed(pair.substr(0, equals));
    if (base::trimmed(pair).empty()) return;
    const auto value = equals == std::string_view::npos
                           ? std::nullopt
                           : percent_decoded(base::trimmed(pair.substr(equals + 1)));
    is_right = is_right && value && !key.empty();
    if (is_right) found.emplace_back(key, *value);
  });
  if (!is_right) found.clear();
  return found;
}

Detected of_system(const System& system, const std::filesystem::path& root,
                   const std::string& hostname) {
  Detected found;
  const auto add = [&](const Toggle& toggle, std::string_view key, std::string value) {
    if (toggle.enabled && !value.empty()) found.emplace_back(key, std::move(value));
  };
  std::string name;
  for (const std::string& source : system.hostname_sources)
    if (name.empty())
      name = source == "dns" ? full_name(content_of(root / "etc/hosts"), hostname) : hostname;
  const std::string release = content_of(root / "etc/os-release");
  const SystemAttributes& attributes = system.resource_attributes;
  add(attributes.host_name, "host.name", name);
  add(attributes.os_type, "os.type", "linux");
  add(attributes.host_id, "host.id",
      std::string(base::trimmed(content_of(root / "etc/machine-id"))));
  add(attributes.host_arch, "host.arch", architecture());
  add(attributes.os_name, "os.name", release_value(release, "NAME"));
  add(attributes.os_version, "os.version", release_value(release, "VERSION_ID"));
  add(attributes.os_description, "os.description", release_value(release, "PRETTY_NAME"));
  return found;
}

Work::Work(const Arguments& arguments, const base::Logger& log) : overrides_(arguments.override) {
  for (const std::string& detector : arguments.detectors) {
    const char* text = std::getenv("OTEL_RESOURCE_ATTRIBUTES");
    const Detected all = detector == "env" ? of_environment(text == nullptr ? "" : text)
                                           : of_system(arguments.system, "/", own_hostname());
    if (detector == "env" && text != nullptr && *text != '\0' && all.empty())
      log.warn("OTEL_RESOURCE_ATTRIBUTES is not a comma-separated list of key=value: ignored");
    for (const auto& attribute : all)
      if (std::ranges::find(detected_, attribute.first, &Detected::value_type::first) ==
          detected_.end())
        detected_.push_back(attribute);
  }
}

void Work::apply(telemetry::OtlpBatch& batch) const {
  if (detected_.empty()) return;
  otlp::edit(batch, [&](otlp::Document& document) {
    document.each_resource([&](otlp::Node& resource_data) {
      otlp::Attributes attributes(resource_data.child_or_new(otlp::resource_data::kResource));
      for (const auto& [key, text] : detected_) {
        const Value value = Value::of(std::string_view(text));
        const auto before = attributes.get(key);
        if (!before || (overrides_ && !(*before == value))) attributes.set(key, value);
      }
    });
  });
}

}  // namespace components::otelcol::processor_resourcedetection
