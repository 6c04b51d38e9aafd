#include "telemetry/wire/pyroscope_push.h"

#include <doctest/doctest.h>

#include "telemetry/wire/proto.h"

namespace telemetry::wire {
namespace {

Profile profile_of(const Labels& labels, std::string body) {
  Profile profile;
  profile.labels = labels;
  profile.body = std::make_shared<const std::string>(std::move(body));
  return profile;
}

}  // namespace

TEST_CASE("push: profiles come out as they went in, each under its labels") {
  const Labels one{{"__name__", "process_cpu"}, {"service_name", "a"}}, two{{"x", "y"}};
  Profile first = profile_of(one, std::string("\x1f\x8b\0data", 7));
  first.id = "2c8ae08e-9a4c-4c9f-8f6c-6f4b5c2e1d00";
  std::string request;
  append_push_series(request, first.labels, first);
  append_push_series(request, two, profile_of(two, ""));
  const auto profiles = decode_profile_push(request);
  REQUIRE(profiles);
  REQUIRE(profiles->size() == 2);
  CHECK((*profiles)[0].labels == one);
  CHECK(*(*profiles)[0].body == *first.body);
  CHECK((*profiles)[0].id == first.id);
  CHECK((*profiles)[1].labels == two);
  CHECK((*profiles)[1].body->empty());
}

TEST_CASE("push: samples of one series are profiles with the same labels") {
  std::string label, series, request;
  append_bytes(label, 1, "service_name");
  append_bytes(label, 2, "a");
  for (const std::string_view body : {"one", "two"}) {
    std::string sample;
    append_bytes(sample, 1, body);
    append_bytes(series, 2, sample);
  }
  append_bytes(series, 1, label);  // After what it is for, as a writer may.
  append_bytes(request, 1, series);
  const auto profiles = decode_profile_push(request);
  REQUIRE(profiles);
  REQUIRE(profiles->size() == 2);
  CHECK(*(*profiles)[1].body == "two");
  for (const Profile& profile : *profiles) CHECK(profile.labels.get("service_name") == "a");
}

TEST_CASE("push: what a profile was posted with is kept on disk, and not believed from outside") {
  Profile posted = profile_of(Labels{{"service_name", "a"}}, "a;b 1");
  posted.form = std::make_shared<const IngestForm>(
      IngestForm{{{"format", "groups"}, {"from", "1700000000"}}, "text/plain"});
  const std::string record = encode_profile_record({posted, profile_of({}, "x")});
  const auto again = decode_profile_record(record);
  REQUIRE(again);
  REQUIRE(again->size() == 2);
  REQUIRE((*again)[0].form);
  CHECK((*again)[0].form->parameters == posted.form->parameters);
  CHECK((*again)[0].form->content_type == "text/plain");
  CHECK((*again)[1].form == nullptr);
  const auto pushed = decode_profile_push(record);
  REQUIRE(pushed);
  CHECK((*pushed)[0].form == nullptr);
}

TEST_CASE("push: other bytes are an error") {
  std::string unnamed, series, request;
  append_bytes(unnamed, 2, "value");
  append_bytes(series, 1, unnamed);
  append_bytes(request, 1, series);
  for (const std::string_view bytes :
       {std::string_view("\xff"), std::string_view("\x0a\x05x"),
        std::string_view("\x0a\x02\x12\x7f"), std::string_view(request)})
    CHECK_FALSE(decode_profile_push(bytes).has_value());
  CHECK(decode_profile_push("")->empty());
}

}  // namespace telemetry::wire
