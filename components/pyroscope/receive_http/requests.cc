#include "components/pyroscope/receive_http/requests.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "io/http/url.h"
#include "telemetry/pprof/reader.h"
#include "telemetry/wire/pyroscope_push.h"

namespace components::pyroscope::receive_http {

namespace wire = telemetry::wire;
using telemetry::Label;
using telemetry::Labels;
using telemetry::Profile;

namespace {

using Json = nlohmann::json;

/// Much smaller than what may come as protobuf: a tree takes twenty times the memory of its text.
constexpr size_t kJsonBytesMax = 4 << 20;
constexpr std::string_view kName = "__name__";
constexpr std::string_view kServiceName = "service_name";

/// A member of an object, or null.
const Json& member(const Json& object, const char* name) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

base::Result<std::string> text_of(const Json& value, std::string_view what) {
  if (value.is_null()) return std::string();
  if (!value.is_string()) return base::fail("{} is not a string", what);
  return value.get<std::string>();
}

/// The members of a list, or of none.
base::Result<const Json*> list_of(const Json& object, const char* name) {
  const Json& list = member(object, name);
  if (!list.is_null() && !list.is_array()) return base::fail("{} is no list", name);
  return &list;
}

base::Result<Label> label_of(const Json& json) {
  auto name = text_of(member(json, "name"), "the name of a label");
  if (!name) return tl::unexpected(name.error());
  auto value = text_of(member(json, "value"), "the value of a label");
  if (!value) return tl::unexpected(value.error());
  if (name->empty()) return base::fail("a label has no name");
  return Label{std::move(*name), std::move(*value)};
}

base::Result<Profile> sample_of(const Json& json) {
  auto text = text_of(member(json, "rawProfile"), "rawProfile");
  if (!text) return tl::unexpected(text.error());
  auto id = text_of(member(json, "ID"), "ID");
  if (!id) return tl::unexpected(id.error());
  auto body = base::base64_decode(*text);
  if (!body) return base::fail("rawProfile: {}", body.error().message);
  Profile profile;
  profile.body = std::make_shared<const std::string>(std::move(*body));
  profile.id = std::move(*id);
  return profile;
}

base::Result<void> read_json_series(const Json& series, std::vector<Profile>& profiles) {
  const auto labels_json = list_of(series, "labels");
  if (!labels_json) return tl::unexpected(labels_json.error());
  if ((*labels_json)->size() > wire::kPushLabelsMax)
    return base::fail("a series has too many labels");
  std::vector<Label> labels;
  for (const Json& json : **labels_json) {
    auto label = label_of(json);
    if (!label) return tl::unexpected(label.error());
    labels.push_back(std::move(*label));
  }
  const Labels frozen(std::move(labels));
  const auto samples = list_of(series, "samples");
  if (!samples) return tl::unexpected(samples.error());
  for (const Json& json : **samples) {
    auto profile = sample_of(json);
    if (!profile) return tl::unexpected(profile.error());
    if (profiles.size() >= wire::kPushProfilesMax) return base::fail("too many profiles");
    profile->labels = frozen;
    profiles.push_back(std::move(*profile));
  }
  return {};
}

/// The JSON form of the message, as protocol buffers define it.
base::Result<std::vector<Profile>> decode_json_push(std::string_view text) {
  if (text.size() > kJsonBytesMax)
    return base::fail("a body in JSON is larger than {} bytes: push protobuf", kJsonBytesMax);
  const Json request = base::parse_json(text);
  if (!request.is_object()) return base::fail("the body is not a JSON object");
  const auto series = list_of(request, "series");
  if (!series) return tl::unexpected(series.error());
  std::vector<Profile> profiles;
  for (const Json& one : **series)
    if (const auto read = read_json_series(one, profiles); !read)
      return tl::unexpected(read.error());
  return profiles;
}

bool is_app_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return base::is_word(c) || c == '.' || c == '/' || c == '-';
  });
}

bool is_ingest_label_name(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return base::is_word(c) || c == '.'; });
}

/// name      = app [ "{" [ label { "," label } ] "}" ] .
/// label     = name "=" value .   Values hold neither "," nor "}".
base::Result<Labels> labels_of_name(std::string_view text) {
  const size_t brace = text.find('{');
  const std::string_view app = base::trimmed(text.substr(0, brace));
  if (!is_app_name(app)) return base::fail("name \"{}\" is not the name of an application", app);
  std::vector<Label> labels{{std::string(kName), std::string(app)}};
  if (brace == std::string_view::npos) return Labels(std::move(labels));
  if (text.find('}') != text.size() - 1)
    return base::fail("name \"{}\" has no closing brace at its end", text);
  std::string_view rest = text.substr(brace + 1, text.size() - brace - 2);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const size_t equals = pair.find('=');
    const std::string_view name = base::trimmed(pair.substr(0, equals));
    if (equals == std::string_view::npos || !is_ingest_label_name(name))
      return base::fail("label \"{}\" is not name=value", pair);
    labels.emplace_back(name, base::trimmed(pair.substr(equals + 1)));
  }
  return Labels(std::move(labels));
}

std::string decoded(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return io::http::percent_decoded(spaced);
}

constexpr std::string_view name_of(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return "invalid_argument";
    case Code::unimplemented:
      return "unimplemented";
    case Code::resource_exhausted:
      return "resource_exhausted";
    case Code::unavailable:
      break;
  }
  return "unavailable";
}

}  // namespace

std::optional<Encoding> encoding_of(std::string_view content_type) {
  const std::string plain = io::http::media_type(content_type);
  if (plain == "application/proto") return Encoding::proto;
  if (plain == "application/json") return Encoding::json;
  return std::nullopt;
}

std::optional<Labels> labelled(const Labels& labels) {
  const std::string_view name = labels.get(kName);
  telemetry::LabelsBuilder builder(labels);
  if (!labels.get(kServiceName).empty()) {
    if (!name.empty()) builder.set("app_name", name);
  } else if (!name.empty()) {
    builder.set(kServiceName, name);
  } else {
    return std::nullopt;
  }
  return builder.build();
}

base::Result<std::vector<Profile>> read_push(Encoding encoding, std::string_view body) {
  auto profiles =
      encoding == Encoding::json ? decode_json_push(body) : wire::decode_profile_push(body);
  if (!profiles) return profiles;
  for (Profile& profile : *profiles) {
    if (!telemetry::pprof::looks_like_profile(*profile.body))
      return base::fail("the raw profile of a sample is not a pprof profile");
    auto labels = labelled(profile.labels);
    if (!labels) return base::fail("a series has neither service_name nor __name__");
    profile.labels = std::move(*labels);
  }
  return profiles;
}

base::Result<Profile> read_ingest(const io::http::Request& request, std::string body) {
  auto form = std::make_shared<telemetry::IngestForm>();
  form->content_type = io::http::find(request.headers, "Content-Type");
  std::optional<std::string> app;
  const std::string_view target = request.target;
  std::string_view rest = target.substr(std::min(target.find('?'), target.size()));
  if (!rest.empty()) rest.remove_prefix(1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    std::string name = decoded(pair.substr(0, equals));
    std::string value = equals < pair.size() ? decoded(pair.substr(equals + 1)) : std::string();
    if (name == "name")
      app = std::move(value);
    else
      form->parameters.emplace_back(std::move(name), std::move(value));
  }
  if (!app) return base::fail("the query has no parameter \"name\"");
  auto labels = labels_of_name(*app);
  if (!labels) return tl::unexpected(labels.error());
  Profile profile;
  profile.labels = labelled(*labels).value_or(Labels());
  profile.body = std::make_shared<const std::string>(std::move(body));
  profile.form = std::move(form);
  return profile;
}

io::http::Response error_answer(int status, Code code, std::string_view message) {
  io::http::Response response{status, {{"Content-Type", "application/json"}}, {}};
  if (status == 429 || status == 503) response.headers.push_back({"Retry-After", "1"});
  response.body = "{\"code\":\"" + std::string(name_of(code)) + "\",\"message\":";
  base::append_json_string(response.body, message);
  response.body += "}";
  return response;
}

}  // namespace components::pyroscope::receive_http
