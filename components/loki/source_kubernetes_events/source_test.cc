#include "components/loki/source_kubernetes_events/source.h"

#include <doctest/doctest.h>

#include "components/shared/kubernetes/testing.h"
#include "tests/support/folder.h"

namespace components::loki::source_kubernetes_events {
namespace {

using kubernetes::testing::FakeApi;
using support::eventually;
using support::LogSink;

const std::string kEvents = "/api/v1/namespaces/n/events";

std::string event(const std::string& name, int version, const std::string& time,
                  const std::string& more = {}) {
  return kubernetes::testing::object("n/" + name, version,
                                     R"("involvedObject":{"kind":"Pod","namespace":"n","name":")" +
                                         name + R"("},"message":"m","lastTimestamp":)" + time +
                                         more);
}

Event parsed(const std::string& json) {
  Event event;
  kubernetes::JsonCursor in(json);
  const bool is_read = read_event(in, event);
  REQUIRE_MESSAGE(is_read, in.problem());
  return event;
}

class Running {
 public:
  Running(const FakeApi& api, const support::Folder& folder) {
    Arguments arguments;
    arguments.forward_to = {{sink_}};
    arguments.namespaces = {"n"};
    arguments.client = api.client();
    source_.emplace(Context{.id = "loki.source.kubernetes_events.test",
                            .data_dir = folder.path(),
                            .metrics = {registry_, "test"},
                            .log = base::Logger("test"),
                            .publish = [](const river::Value&) {},
                            .loop = &loop_},
                    arguments);
    REQUIRE(source_->start());
  }
  /// The names of the objects, in the order in which events came.
  bool has(const std::string& names) {
    return eventually([&] { return now() == names; });
  }
  std::string now() {
    std::string out;
    for (const auto& line : sink_->lines())
      out += line.text.substr(5, line.text.find(' ') - 5) + " ";
    return out;
  }
  LogSink& sink() { return *sink_; }
  Source& operator*() { return *source_; }

 private:
  base::metrics::Registry registry_;
  io::Loop loop_;
  std::shared_ptr<LogSink> sink_ = std::make_shared<LogSink>();
  std::optional<Source> source_;
};

}  // namespace

TEST_CASE("kubernetes events: both styles as text and as JSON") {
  const Event counted = parsed(
      R"({"metadata":{"name":"e","resourceVersion":"7"},"reason":"Started","type":"Normal",
          "involvedObject":{"kind":"Pod","namespace":"n","name":"p","apiVersion":"v1",
                            "resourceVersion":"3"},
          "source":{"component":"kubelet","host":"n1"},"message":"a \"b\"\n","count":3,
          "firstTimestamp":"2026-11-21T08:22:28Z","lastTimestamp":"2026-11-21T08:22:30Z",
          "eventTime":null})");
  CHECK(counted.time_ns == 1'795'249'350'000'000'000);
  CHECK(text_of(counted, LogFormat::logfmt) ==
        "name=p kind=Pod objectAPIversion=v1 objectRV=3 eventRV=7 sourcecomponent=kubelet "
        "sourcehost=n1 reason=Started type=Normal count=3 msg=\"a \\\"b\\\"\\n\" ");
  CHECK(text_of(counted, LogFormat::json) ==
        R"({"name":"p","kind":"Pod","objectAPIversion":"v1","objectRV":"3","eventRV":"7",)"
        R"("sourcecomponent":"kubelet","sourcehost":"n1","reason":"Started","type":"Normal",)"
        R"("count":3,"msg":"a \"b\"\n"})");
  const Event series = parsed(
      R"({"metadata":{"resourceVersion":"8"},"involvedObject":{"name":"p"},"action":"Binding",
          "reportingComponent":"scheduler","eventTime":"2026-11-21T08:22:28.5Z","count":null,
          "lastTimestamp":null,
          "series":{"count":2,"lastObservedTime":"2026-11-21T08:22:29.25Z"}})");
  CHECK(series.time_ns == 1'795'249'349'250'000'000);
  CHECK(text_of(series, LogFormat::logfmt) ==
        "name=p action=Binding eventRV=8 reportingcontroller=scheduler count=2 msg=\"\" ");
}

TEST_CASE("kubernetes events: the text form of the cursor") {
  EventCursor cursor{7, 9};
  CHECK(cursor.text() == "7 9");
  CHECK(EventCursor::parse("7 9").time_ns == 9);
  for (const char* bad : {"", "7", "7 ", "x 9", "7 9 "})
    CHECK_MESSAGE(EventCursor::parse(bad).version == 0, bad);
}

TEST_CASE("loki.source.kubernetes_events: once each, in order, across a restart and a new list") {
  FakeApi api;
  const support::Folder folder;
  const std::string then = R"("2026-11-21T08:22:28Z")";
  api.set_list(kEvents, {event("b", 3, then), event("a", 2, then)});
  {
    Running running(api, folder);
    CHECK(running.has("a b "));
    CHECK(running.sink().lines()[0].labels ==
          "{instance=\"loki.source.kubernetes_events.test\", "
          "job=\"loki.source.kubernetes_events\", namespace=\"n\"}");
    // All within one second: the reference would leave them out after a restart.
    CHECK(api.event(kEvents, "ADDED", event("c", 4, then)));
    CHECK(api.event(kEvents, "MODIFIED", event("a", 5, then, R"(,"count":2)")));
    CHECK(api.event(kEvents, "DELETED", event("b", 6, then)));
    CHECK(running.has("a b c a "));
    api.set_list(kEvents, {event("a", 5, then), event("c", 4, then), event("d", 8, then)});
    CHECK(api.event(kEvents, "ERROR", R"({"code":410})"));
    CHECK(running.has("a b c a d "));
  }
  api.set_list(kEvents, {event("a", 5, then), event("e", 9, then), event("d", 8, then)});
  Running again(api, folder);
  CHECK(again.has("e "));
  CHECK((*again).health().state == Health::State::healthy);
}

TEST_CASE("loki.source.kubernetes_events: what a sink gives up is sent again") {
  FakeApi api;
  const support::Folder folder;
  api.set_list(kEvents, {event("a", 2, R"("2026-11-21T08:22:28Z")")});
  Running running(api, folder);
  CHECK(running.has("a "));
  running.sink().set(LogSink::Mode::abandon);
  CHECK(api.event(kEvents, "ADDED", event("b", 3, R"("2026-11-21T08:22:29Z")")));
  api.set_list(kEvents, {event("b", 3, R"("2026-11-21T08:22:29Z")")});
  CHECK(eventually([&] { return api.count("limit=") >= 2; }));
  running.sink().set(LogSink::Mode::deliver);
  CHECK(eventually([&] { return running.now().ends_with("b "); }));
}

}  // namespace components::loki::source_kubernetes_events
