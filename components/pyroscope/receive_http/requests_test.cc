#include "components/pyroscope/receive_http/requests.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "components/pyroscope/receive_http/signature.h"
#include "telemetry/wire/pyroscope_push.h"

namespace components::pyroscope::receive_http {
namespace {

using telemetry::Labels;
using telemetry::Profile;

constexpr std::string_view kGzip = "\x1f\x8b\x08rest";

std::string push_of(const Labels& labels, std::string_view body) {
  Profile profile;
  profile.body = std::make_shared<const std::string>(body);
  std::string request;
  telemetry::wire::append_push_series(request, labels, profile);
  return request;
}

std::string text_of_labels(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels.all()) text += name + "=" + value + " ";
  return text;
}

}  // namespace

TEST_CASE("receive_http: labels of a push") {
  struct Case {
    Labels labels;
    std::string_view want;  ///< "": refused
  };
  const Case cases[] = {
      {{{"__name__", "cpu"}}, "__name__=cpu service_name=cpu "},
      {{{"__name__", "cpu"}, {"service_name", "a"}}, "__name__=cpu app_name=cpu service_name=a "},
      {{{"service_name", "a"}}, "service_name=a "},
      {{{"x", "y"}}, ""},
      {Labels(), ""},
  };
  for (const Case& c : cases) {
    const auto profiles = read_push(Encoding::proto, push_of(c.labels, kGzip));
    CHECK((profiles ? text_of_labels(profiles->front().labels) : "") == c.want);
  }
}

TEST_CASE("receive_http: a push in JSON") {
  const std::string body = base::base64_encode(kGzip);
  const std::string labels = R"("labels":[{"name":"__name__","value":"cpu"}])";
  const auto profiles = read_push(
      Encoding::json, R"({"series":[{)" + labels + R"(,"samples":[{"ID":"u","rawProfile":")" +
                          body + R"("},{"rawProfile":")" + body + R"("}]}]})");
  REQUIRE(profiles);
  REQUIRE(profiles->size() == 2);
  CHECK(*profiles->front().body == kGzip);
  CHECK(profiles->front().id == "u");
  CHECK(profiles->back().labels.get("service_name") == "cpu");
  CHECK(read_push(Encoding::json, "{}")->empty());
  CHECK(read_push(Encoding::json, R"({"series":[{}]})")->empty());
  const std::string bad[] = {
      "",
      "[]",
      "{",
      R"({"series":5})",
      R"({"series":[{"samples":"x"}]})",
      R"({"series":[{"labels":[{"name":"","value":"x"}]}]})",
      R"({"series":[{"labels":[{"name":1,"value":"x"}]}]})",
      R"({"series":[{)" + labels + R"(,"samples":[{"rawProfile":"!"}]}]})",
      R"({"series":[{)" + labels + R"(,"samples":[{"rawProfile":5}]}]})",
      R"({"series":[{)" + labels + R"(,"samples":[{"rawProfile":""}]}]})",
  };
  for (const std::string& text : bad) {
    CAPTURE(text);
    CHECK_FALSE(read_push(Encoding::json, text).has_value());
  }
}

TEST_CASE("receive_http: what is no profile is refused at once") {
  const Labels labels{{"__name__", "cpu"}};
  for (const std::string_view body : {"", "<html>", "{}"})
    CHECK_FALSE(read_push(Encoding::proto, push_of(labels, body)).has_value());
  CHECK_FALSE(read_push(Encoding::proto, "\xff").has_value());
  // Thousands of samples of nothing take next to no bytes.
  std::string samples, request = push_of(labels, kGzip);
  for (size_t i = 0; i <= telemetry::wire::kPushProfilesMax; ++i) samples += push_of(labels, "");
  CHECK_FALSE(read_push(Encoding::proto, samples).has_value());
}

TEST_CASE("receive_http: queries of /ingest") {
  struct Case {
    std::string_view target;
    std::string_view labels;  ///< "": refused
    size_t parameters = 0;
  };
  const Case cases[] = {
      {"/ingest?name=app", "__name__=app service_name=app "},
      {"/ingest?name=app%7B%7D", "__name__=app service_name=app "},
      {"/ingest?from=1&name=my.app-1/x{a=b,c.d=e+f}&until=2&format=pprof",
       "__name__=my.app-1/x a=b c.d=e f service_name=my.app-1/x ", 3},
      {"/ingest?name=app{service_name=s}", "__name__=app app_name=app service_name=s "},
      {"/ingest?name=app&spyName=a%26b&&flag", "__name__=app service_name=app ", 2},
      {"/ingest", ""},
      {"/ingest?x=y", ""},
      {"/ingest?name=", ""},
      {"/ingest?name=a b", ""},
      {"/ingest?name=app{", ""},
      {"/ingest?name=app{a=b}c", ""},
      {"/ingest?name=app{a}", ""},
      {"/ingest?name=app{=b}", ""},
      {"/ingest?name=app{a-b=c}", ""},
      {"/ingest?name=app{a=b,,c=d}", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.target);
    io::http::Request request{"POST", std::string(c.target), {{"Content-Type", "text/x"}}, {}};
    const auto profile = read_ingest(request, "a;b 1");
    CHECK((profile ? text_of_labels(profile->labels) : "") == c.labels);
    if (!profile) continue;
    CHECK(profile->form->parameters.size() == c.parameters);
    CHECK(profile->form->content_type == "text/x");
    CHECK(*profile->body == "a;b 1");
  }
}

TEST_CASE("receive_http: encodings by Content-Type, and answers of Connect") {
  CHECK(encoding_of("application/proto") == Encoding::proto);
  CHECK(encoding_of("Application/JSON; charset=utf-8") == Encoding::json);
  for (const std::string_view type : {"", "application/grpc", "application/connect+proto"})
    CHECK_FALSE(encoding_of(type).has_value());
  const auto answer = error_answer(503, Code::unavailable, "say \"why\"");
  CHECK(answer.body == R"({"code":"unavailable","message":"say \"why\""})");
  CHECK(io::http::find(answer.headers, "Retry-After") == "1");
  CHECK(io::http::find(error_answer(400, Code::invalid_argument, "").headers, "Retry-After") == "");
}

TEST_CASE("receive_http: where it listens") {
  for (const auto& [address, want] : {std::pair<std::string, std::string_view>{"", ":8080"},
                                      {"127.0.0.1", "127.0.0.1:8080"},
                                      {"::1", "[::1]:8080"},
                                      {"[::1]", "[::1]:8080"}})
    CHECK(HttpServerArguments{.listen_address = address, .tls = {}, .http2 = {}}.address() == want);
}

}  // namespace components::pyroscope::receive_http
