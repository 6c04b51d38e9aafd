#include "components/pyroscope/scrape/target.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace components::pyroscope::scrape {
namespace {

using namespace std::chrono_literals;
using Labels = river::schema::Target::Labels;

Arguments only(std::string_view kind) {
  Arguments arguments;
  ProfilingArguments& all = arguments.profiling_config;
  const std::pair<std::string_view, ProfileArguments*> kinds[] = {
      {"memory", &all.memory},
      {"block", &all.block},
      {"goroutine", &all.goroutine},
      {"mutex", &all.mutex},
      {"process_cpu", &all.process_cpu},
      {"fgprof", &all.fgprof},
      {"godeltaprof_memory", &all.godeltaprof_memory},
      {"godeltaprof_mutex", &all.godeltaprof_mutex},
      {"godeltaprof_block", &all.godeltaprof_block}};
  for (const auto& [name, profile] : kinds) profile->enabled = name == kind;
  return arguments;
}

Endpoint endpoint_of(const Labels& labels, const Arguments& arguments) {
  const auto endpoints = read_target(river::schema::Target(labels), arguments);
  REQUIRE(endpoints);
  REQUIRE(endpoints->size() == 1);
  return endpoints->front();
}

std::string first_line_of_key(const Endpoint& endpoint) {
  const std::string key = endpoint.key();
  return key.substr(0, key.find('\n'));
}

}  // namespace

TEST_CASE("pyroscope.scrape: kinds by default, with their names, paths and times") {
  struct Case {
    std::string_view kind, url, name;
    std::chrono::seconds timeout = 10s;
    size_t counted = 0;
  };
  const Case cases[] = {
      {"memory", "http://a:1/debug/pprof/allocs", "memory", 10s, 2},
      {"block", "http://a:1/debug/pprof/block", "block", 10s, 2},
      {"goroutine", "http://a:1/debug/pprof/goroutine", "goroutine"},
      {"mutex", "http://a:1/debug/pprof/mutex", "mutex", 10s, 2},
      {"process_cpu", "http://a:1/debug/pprof/profile?seconds=14", "process_cpu", 24s},
      {"fgprof", "http://a:1/debug/fgprof?seconds=14", "fgprof", 24s},
      {"godeltaprof_memory", "http://a:1/debug/pprof/delta_heap", "memory"},
      {"godeltaprof_mutex", "http://a:1/debug/pprof/delta_mutex", "mutex"},
      {"godeltaprof_block", "http://a:1/debug/pprof/delta_block", "block"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.kind);
    const Endpoint endpoint = endpoint_of({{"__address__", "a:1"}}, only(c.kind));
    CHECK(first_line_of_key(endpoint) == c.url);
    CHECK(endpoint.labels.get("__name__") == c.name);
    CHECK(endpoint.labels.get("__delta__") == (c.counted > 0 ? "false" : ""));
    CHECK(endpoint.counted.size() == c.counted);
    CHECK(endpoint.timeout == c.timeout);
  }
  std::string names;
  for (const auto& kind : Arguments().profiling_config.enabled())
    names += std::string(kind.name) + " ";
  CHECK(names == "memory block goroutine mutex process_cpu ");
}

TEST_CASE("pyroscope.scrape: what a target says wins") {
  struct Case {
    Labels labels;
    std::string_view url, name = "goroutine";
  };
  const Case cases[] = {
      {{{"__address__", "a"}}, "http://a/p/debug/pprof/goroutine?x=1&x=2"},
      {{{"__address__", "a"}, {"__scheme__", "https"}},
       "https://a/p/debug/pprof/goroutine?x=1&x=2"},
      {{{"__address__", "[::1]"}}, "http://[::1]/p/debug/pprof/goroutine?x=1&x=2"},
      {{{"__address__", "a:1"}, {"__profile_path__", "own"}, {"__name__", "wall"}},
       "http://a:1/p/own?x=1&x=2",
       "wall"},
      {{{"__address__", "a:1"}, {"__profile_path_prefix__", "/q/"}, {"__param_x", "a b"}},
       "http://a:1/q/debug/pprof/goroutine?x=a+b&x=2"},
  };
  Arguments arguments = only("goroutine");
  arguments.params = {{"x", {"1", "2"}}};
  arguments.profiling_config.path_prefix = "p";
  for (const Case& c : cases) {
    const Endpoint endpoint = endpoint_of(c.labels, arguments);
    CHECK(first_line_of_key(endpoint) == c.url);
    CHECK(endpoint.labels.get("__name__") == c.name);
  }
  const Labels bad[] = {{},
                        {{"__address__", "a/b"}},
                        {{"__address__", "a"}, {"__scheme__", "ftp"}},
                        {{"__address__", "a:x"}}};
  for (const Labels& labels : bad)
    CHECK_FALSE(read_target(river::schema::Target(labels), arguments).has_value());
}

TEST_CASE("pyroscope.scrape: labels of profiles") {
  struct Case {
    Labels labels;
    std::string_view service;
  };
  const std::string annotation = "__meta_kubernetes_pod_annotation_pyroscope_io_service_name";
  const Case cases[] = {
      {{}, "unspecified"},
      {{{"service_name", "own"}, {annotation, "a"}}, "own"},
      {{{annotation, "a"}, {"__meta_kubernetes_namespace", "n"}}, "a"},
      {{{"__meta_kubernetes_namespace", "n"}, {"__meta_kubernetes_pod_container_name", "c"}},
       "n/c"},
      {{{"__meta_docker_container_name", "/web"}, {"__meta_dockerswarm_service_name", "s"}}, "web"},
      {{{"__meta_dockerswarm_service_name", "s"}}, "s"},
  };
  for (const Case& c : cases) {
    Labels labels = c.labels;
    labels["__address__"] = "a";
    labels["env"] = "prod";
    const Endpoint endpoint = endpoint_of(labels, only("goroutine"));
    CHECK(endpoint.labels.get("service_name") == c.service);
    CHECK(endpoint.labels.get("env") == "prod");
    CHECK(endpoint.labels.get("instance") == "a:80");
    CHECK(endpoint.labels.get("job").empty());
    CHECK(endpoint.labels.get("__meta_kubernetes_namespace").empty());
  }
  Arguments arguments = only("goroutine");
  arguments.job_name = "j";
  CHECK(endpoint_of({{"__address__", "a"}}, arguments).labels.get("job") == "j");
  CHECK(endpoint_of({{"__address__", "a"}, {"job", "t"}}, arguments).labels.get("job") == "t");
}

TEST_CASE("pyroscope.scrape: how long a target measures") {
  struct Case {
    std::chrono::seconds interval, duration, want;
  };
  for (const Case& c :
       {Case{15s, 14s, 14s}, Case{60s, 14s, 59s}, Case{60s, 30s, 30s}, Case{2s, 14s, 1s}}) {
    Arguments arguments;
    arguments.scrape_interval.value = c.interval;
    arguments.delta_profiling_duration.value = c.duration;
    CHECK(arguments.measured() == c.want);
  }
}

TEST_CASE("pyroscope.scrape: answers that are no profile") {
  struct Case {
    int status;
    std::string_view type, body, problem;
  };
  constexpr std::string_view kType = "application/octet-stream";
  const Case cases[] = {
      {200, kType, "\x1f\x8b\x08", ""},
      {200, "Application/Octet-Stream; x=y", "\x0a\x02\x08\x01", ""},
      {200, kType, "", "the answer is empty"},
      {200, kType, "\x1f\x8b", "the answer is empty"},
      {200, kType, "<html></html>", "the response is not a profile"},
      {200, "text/html", "\x1f\x8b\x08", "a response of the type \"text/html\" is not a profile"},
      {200, "", "\x1f\x8b\x08", "a response of the type \"\" is not a profile"},
      {404, "text/plain", "404 page not found\nmore", "HTTP 404: 404 page not found"},
      {500, "", "", "HTTP 500"},
  };
  for (const Case& c : cases) {
    const io::http::Response response{
        c.status, {{"Content-Type", std::string(c.type)}}, std::string(c.body)};
    CHECK(problem_with(response) == c.problem);
  }
}

}  // namespace components::pyroscope::scrape
