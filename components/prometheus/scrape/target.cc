#include "components/prometheus/scrape/target.h"

#include <fmt/format.h>

#include <cstring>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "components/prometheus/shared/exporter.h"
#include "river/schema/text.h"

namespace components::prometheus::scrape {
namespace {

constexpr std::string_view kParam = "__param_";

std::string_view own(const river::schema::Target& target, std::string_view name,
                     std::string_view otherwise) {
  const auto found = target.find(name);
  return found == target.end() || found->second.empty() ? otherwise
                                                        : std::string_view(found->second);
}

base::Result<std::chrono::nanoseconds> own_duration(const river::schema::Target& target,
                                                    std::string_view name,
                                                    std::chrono::nanoseconds otherwise) {
  const std::string_view text = own(target, name, {});
  if (text.empty()) return otherwise;
  const auto duration = river::schema::parse_duration(text);
  if (!duration || duration->count() <= 0)
    return base::fail("{} = \"{}\" is not a duration above 0", name, text);
  return *duration;
}

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

/// The parameters, by name; a label __param_x of the target is the first value of x.
std::string query_of(const river::schema::Target& target, const TargetDefaults& defaults) {
  auto params = defaults.params;
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

telemetry::Labels labels_of(const river::schema::Target& target, const TargetDefaults& defaults,
                            std::string_view address) {
  std::vector<telemetry::Label> labels = {{"job", defaults.job},
                                          {"instance", std::string(address)}};
  for (const auto& [name, value] : target)  // Of a repeated name the last one wins.
    if (!name.starts_with("__") && !value.empty()) labels.emplace_back(name, value);
  return telemetry::Labels(std::move(labels));
}

}  // namespace

std::string Target::key() const {
  std::string key =
      fmt::format("{}://{}{}", url.scheme == io::http::Url::Scheme::https ? "https" : "http",
                  url.host_header(), url.target);
  for (const auto& [name, value] : labels.all()) key += fmt::format("\n{}={}", name, value);
  return key;
}

base::Result<Target> read_target(const river::schema::Target& discovered,
                                 const TargetDefaults& defaults) {
  const std::string_view address = own(discovered, "__address__", {});
  if (address.empty()) return base::fail("a target has no __address__");
  if (address.find('/') != std::string_view::npos)
    return base::fail("__address__ = \"{}\" holds a /: it is host:port", address);
  const std::string_view scheme = own(discovered, "__scheme__", defaults.scheme);
  if (scheme != "http" && scheme != "https")
    return base::fail("__scheme__ = \"{}\" is neither http nor https", scheme);
  std::string path(own(discovered, "__metrics_path__", defaults.metrics_path));
  if (!path.starts_with('/')) path.insert(0, "/");
  auto url = io::http::parse_url(fmt::format("{}://{}{}", scheme, address, path));
  if (!url) return base::in_context(fmt::format("__address__ = \"{}\"", address), url.error());

  Target target;
  target.url = std::move(*url);
  target.is_own_process = address == kOwnAddress;
  target.url.target += query_of(discovered, defaults);
  target.labels = labels_of(discovered, defaults, address);
  const auto interval = own_duration(discovered, "__scrape_interval__", defaults.interval);
  if (!interval) return tl::unexpected(interval.error());
  const auto timeout = own_duration(discovered, "__scrape_timeout__", defaults.timeout);
  if (!timeout) return tl::unexpected(timeout.error());
  if (*timeout > *interval) return base::fail("the timeout of {} is above its interval", address);
  target.interval = *interval;
  target.timeout = *timeout;
  return target;
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

}  // namespace components::prometheus::scrape
