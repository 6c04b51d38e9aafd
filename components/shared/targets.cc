#include "components/shared/targets.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <functional>

#include "base/digest.h"
#include "base/text.h"

namespace components {
namespace {

constexpr std::string_view kParam = "__param_";

/// As in the query of a URL.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text)
    if (base::is_letter(c) || base::is_digit(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
}

}  // namespace

std::string_view container_of(const river::schema::Target& target) {
  if (const auto id = own_label(target, kContainerLabel); !id.empty()) return id;
  const std::string_view id = own_label(target, "__meta_kubernetes_pod_container_id");
  if (id.empty()) return own_label(target, "__meta_docker_container_id");
  for (const std::string_view runtime : {"docker://", "containerd://", "cri-o://"})
    if (id.starts_with(runtime)) return id.substr(runtime.size());
  return {};
}

base::Result<Reached> reached_at(const river::schema::Target& target, std::string_view scheme) {
  const Reached at{own_label(target, "__scheme__", scheme), own_label(target, "__address__")};
  if (at.address.empty()) return base::fail("a target has no __address__");
  if (at.address.find('/') != std::string_view::npos)
    return base::fail("__address__ = \"{}\" holds a /: it is host:port", at.address);
  if (at.scheme != "http" && at.scheme != "https")
    return base::fail("__scheme__ = \"{}\" is neither http nor https", at.scheme);
  return at;
}

std::string scrape_key(const io::http::Url& url, const telemetry::Labels& labels) {
  std::string key =
      fmt::format("{}://{}{}", url.scheme == io::http::Url::Scheme::https ? "https" : "http",
                  url.host_header(), url.target);
  for (const auto& [name, value] : labels.all()) key += fmt::format("\n{}={}", name, value);
  return key;
}

std::string query_of(const river::schema::Target& target, ScrapeParams params) {
  for (const auto& [name, value] : target) {
    if (!name.starts_with(kParam)) continue;
    auto& values = params[name.substr(kParam.size())];
    if (values.empty()) values.emplace_back();
    values.front() = value;
  }
  std::string query;
  for (const auto& [name, values] : params)
    for (const std::string& value : values) {
      query += query.empty() ? '?' : '&';
      append_escaped(query, name);
      query += '=';
      append_escaped(query, value);
    }
  return query;
}

std::string instance_name() {
  if (const char* given = std::getenv("HOSTNAME"); given && *given) return given;
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && *name ? name : "unknown";
}

uint64_t seed_of_host() {
  return std::hash<std::string>{}(instance_name());
}

int64_t next_scrape(const std::string& key, uint64_t seed, std::chrono::nanoseconds interval,
                    int64_t now_ns) {
  const int64_t every = interval.count();
  uint64_t hash = 0;  // The same in each process.
  const auto digest = base::md5(key);
  std::memcpy(&hash, digest.data(), sizeof hash);
  const auto offset = static_cast<int64_t>((hash ^ seed) % static_cast<uint64_t>(every));
  const int64_t passed = (now_ns - offset) % every;
  return now_ns - passed + every;
}

}  // namespace components
