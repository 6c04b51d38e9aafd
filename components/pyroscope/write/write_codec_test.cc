#include "components/pyroscope/write/write_codec.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "telemetry/wire/pyroscope_push.h"

namespace components::pyroscope::write {
namespace {

using telemetry::Labels;
using telemetry::Profile;

Profile profile_of(const Labels& labels, std::string body) {
  Profile profile;
  profile.labels = labels;
  profile.body = std::make_shared<const std::string>(std::move(body));
  return profile;
}

Profile posted_profile(const Labels& labels, std::string body) {
  Profile profile = profile_of(labels, std::move(body));
  profile.form = std::make_shared<const telemetry::IngestForm>(
      telemetry::IngestForm{{{"from", "17"}, {"spyName", "a b"}}, "text/plain"});
  return profile;
}

const Labels kCpu{{"__name__", "process_cpu"}, {"service_name", "app"}};

}  // namespace

TEST_CASE("pyroscope.write: labels as they are pushed and posted") {
  struct Case {
    Labels labels;
    std::map<std::string, std::string> external;
    std::string_view pushed, posted;  ///< as `name` says them; "-": not sent
  };
  const Case cases[] = {
      {kCpu, {}, "process_cpu{service_name=app}", "app{service_name=app}"},
      {kCpu,
       {{"env", "prod"}},
       "process_cpu{env=prod,service_name=app}",
       "app{env=prod,service_name=app}"},
      {kCpu,
       {{"service_name", "other"}},
       "process_cpu{service_name=other}",
       "other{service_name=other}"},
      {kCpu, {{"__name__", "wall"}}, "wall{service_name=app}", "app{service_name=app}"},
      {Labels{{"__name__", "cpu"}, {"__meta_x", "y"}, {"__delta__", "false"}},
       {},
       "cpu{__delta__=false}",
       "cpu{}"},
      {Labels{{"__meta_x", "y"}}, {}, "-", "-"},
      {Labels{}, {}, "-", "-"},
      {Labels{{"a", "b"}}, {}, "{a=b}", "-"},
      {Labels{{"__name__", "n"}, {"a.b", "c"}}, {}, "n{a.b=c}", "n{a.b=c}"},
      {Labels{{"__name__", "n"}, {"a", "x,y"}}, {}, "n{a=x,y}", "-"},
      {Labels{{"__name__", "n"}, {"a", "x}"}}, {}, "n{a=x}}", "-"},
      {Labels{{"__name__", "n"}, {"a", "x=y{"}}, {}, "n{a=x=y{}", "n{a=x=y{}"},
      {Labels{{"__name__", "n"}, {"a=b", "x"}}, {}, "n{a=b=x}", "-"},
      {Labels{{"__name__", "n{"}}, {}, "n{{}", "-"},
      {Labels{{"__name__", "n"}, {"a", "\xff"}}, {}, "-", "-"},
      {Labels{{"__name__", "n"}, {"\xff", "a"}}, {}, "-", "-"},
  };
  for (const Case& c : cases) {
    Settings settings;
    settings.external_labels = c.external;
    const auto text = [&](bool is_posted) {
      const auto labels = settings.labels_of(c.labels, is_posted);
      return labels ? ingest_name(*labels) : "-";
    };
    CHECK(text(false) == c.pushed);
    CHECK(text(true) == c.posted);
  }
}

TEST_CASE("pyroscope.write: where a request goes, and what it says of its body") {
  struct Case {
    std::string_view base, pushed, posted;
  };
  const Case cases[] = {
      {"/", "/push.v1.PusherService/Push", "/ingest?name=app%7Ba%3Db%7D&from=17&spyName=a%20b"},
      {"/prefix/", "/prefix/push.v1.PusherService/Push",
       "/prefix/ingest?name=app%7Ba%3Db%7D&from=17&spyName=a%20b"},
      {"/prefix?x=y", "/prefix/push.v1.PusherService/Push",
       "/prefix/ingest?name=app%7Ba%3Db%7D&from=17&spyName=a%20b"},
  };
  const Labels labels{{"__name__", "app"}, {"a", "b"}};
  ProfileRequest pushed, posted;
  pushed.add(profile_of({}, "body"), labels, {1, 4});
  posted.add(posted_profile({}, "a;b 1"), labels, {1, 5});
  for (const Case& c : cases) {
    CHECK(pushed.target(std::string(c.base)) == c.pushed);
    CHECK(posted.target(std::string(c.base)) == c.posted);
  }
  Settings settings;
  CHECK(pushed.is_own);
  CHECK(io::http::find(settings.protocol_headers(""), "Content-Type") == "application/proto");
  CHECK(io::http::find(settings.protocol_headers(""), "Connect-Protocol-Version") == "1");
  CHECK(pushed.body_headers().empty());
  CHECK_FALSE(posted.is_own);
  CHECK(settings.protocol_headers(std::string(kIngestLane)).empty());
  CHECK(io::http::find(posted.body_headers(), "Content-Type") == "text/plain");
  CHECK(posted.body() == "a;b 1");
}

TEST_CASE("pyroscope.write: a profile that the server refuses is found, its neighbours arrive") {
  const std::set<std::string> bad = {"p3", "p4", "p15"};
  ProfileRequest request;
  for (int i = 0; i < 16; ++i) request.add(profile_of({}, "p" + std::to_string(i)), kCpu, {1, 10});
  std::vector<std::string> taken;
  uint64_t dropped = 0;
  while (!request.is_done()) {
    const auto profiles = telemetry::wire::decode_profile_push(request.body());
    REQUIRE(profiles);
    CHECK(request.part().entries == profiles->size());
    if (std::ranges::any_of(*profiles, [&](const Profile& p) { return bad.contains(*p.body); })) {
      for (const auto& lost : request.refuse("", false)) dropped += lost.amount.entries;
      continue;
    }
    for (const Profile& profile : *profiles) {
      CHECK(profile.labels == kCpu);
      taken.push_back(*profile.body);
    }
    request.part_accepted();
  }
  CHECK(dropped == bad.size());
  CHECK(taken.size() == 13);
  CHECK(taken.front() == "p0");
  CHECK(taken.back() == "p14");
}

TEST_CASE("pyroscope.write: a batch knows its lanes, on disk as in memory") {
  const ProfilePayload payload({profile_of(kCpu, "one"), posted_profile(kCpu, "three")});
  sink::PayloadPtr stored;
  payload.encode([&](std::span<const std::string_view> pieces) {
    std::string record;
    for (const std::string_view piece : pieces) record += piece;
    auto decoded = decode_profile_payload(std::move(record));
    REQUIRE(decoded);
    stored = std::move(*decoded);
  });
  CHECK(stored->entries() == 2);
  const WriteCodec codec;
  const auto batch = codec.route(stored, Settings());
  REQUIRE(batch->shares.size() == 2);
  CHECK(batch->shares[0].lane.empty());
  CHECK(batch->shares[0].amount.bytes == kProfileBytes + 3);
  CHECK(batch->shares[1].lane == kIngestLane);
  CHECK(batch->shares[1].amount.entries == 1);
  const auto pushed = codec.without(*batch, {batch->shares[1]});
  REQUIRE(pushed->shares.size() == 1);
  CHECK(pushed->shares[0].lane.empty());
  CHECK(codec.without(*pushed, {batch->shares[0]})->shares.empty());
  CHECK_FALSE(decode_profile_payload("\xff").has_value());
}

}  // namespace components::pyroscope::write
