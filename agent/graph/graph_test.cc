#include "agent/graph/graph.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "base/files.h"
#include "river/diag/render.h"
#include "river/parser.h"
#include "river/schema/decode.h"

// Toy components that write down what is done to them.
namespace {

using namespace river::schema;

std::vector<std::string> diary;
std::vector<std::string> values;  // "ID VALUE" of each start and update.
std::map<std::string, std::function<void(std::string)>> publishers;  // By component.
bool port_taken = false;
std::vector<std::string> busy;  // Ids of those that have something left to deliver.
bool notes_drains = false;

struct Arguments {
  std::string value;
  std::vector<std::string> list;
};
struct Exports {
  std::string text;
};
constexpr Field kFields[] = {
    attr<&Arguments::value>("value", Need::optional, "Text to pass on."),
    attr<&Arguments::list>("list", Need::optional, "Texts of others."),
};
constexpr Field kExports[] = {attr<&Exports::text>("text", Need::optional, "The value.")};
constexpr Signature kToy{.name = "test.toy",
                         .doc = "A toy.",
                         .arguments = schema_of(kFields),
                         .exports = kExports,
                         .make_arguments = make_arguments<Arguments>};

/// As one that must first look around: its exports are empty until it was started.
constexpr Signature kLate{.name = "test.late",
                          .doc = "A late toy.",
                          .arguments = schema_of(kFields),
                          .exports = kExports,
                          .make_arguments = make_arguments<Arguments>};

/// As one that searches in the background: its exports are not known until a test publishes them.
constexpr Signature kSearch{.name = "test.search",
                            .doc = "A searching toy.",
                            .arguments = schema_of(kFields),
                            .exports = kExports,
                            .make_arguments = make_arguments<Arguments>};

enum class Kind { toy, late, search };

template <Kind kKind>
class Toy final : public components::ComponentOf<Arguments> {
 public:
  Toy(components::Context context, const Arguments& arguments)
      : context_(std::move(context)), text_(text_of(arguments)) {
    if (kKind != Kind::search) publish(kKind == Kind::late ? "" : text_);
    publishers[context_.id] = [this](std::string text) { publish(std::move(text)); };
  }
  base::Result<void> start() override {
    if (port_taken && context_.id == "test.toy.port") return base::fail("port is taken");
    if (kKind != Kind::search) publish(text_);
    note("start");
    return {};
  }
  void drain(Clock::time_point) override {
    if (notes_drains || !is_drained()) note("drain");
  }
  bool is_drained() const override { return std::ranges::find(busy, context_.id) == busy.end(); }
  void stop() override { note("stop"); }

 protected:
  base::Result<void> update(const Arguments& arguments) override {
    text_ = text_of(arguments);
    if (kKind != Kind::search) publish(text_);
    note("update");
    return {};
  }

 private:
  static std::string text_of(const Arguments& arguments) {
    std::string text = arguments.value;
    for (const auto& item : arguments.list) text += item;
    return text;
  }
  void publish(std::string text) {
    const Exports exports{std::move(text)};
    context_.publish(encode_exports(kExports, &exports));
  }
  void note(std::string_view what) {
    diary.push_back(fmt::format("{} {}", what, context_.id));
    if (what == "start" || what == "update")
      values.push_back(fmt::format("{} {}", context_.id, text_));
  }

  components::Context context_;
  std::string text_;
};

constexpr components::Builder kBuilders[] = {components::builder<Toy<Kind::toy>>(kToy),
                                             components::builder<Toy<Kind::late>>(kLate),
                                             components::builder<Toy<Kind::search>>(kSearch)};
constexpr const Signature* kCatalog[] = {&kLate, &kSearch, &kToy};

/// A graph that is fed with texts.
struct Fixture {
  base::metrics::Registry metrics;
  agent::graph::Graph graph{kBuilders, {"/nonexistent"}, metrics, [] {}};

  Fixture() {
    diary.clear();
    values.clear();
    publishers.clear();
    port_taken = false;
    busy.clear();
    notes_drains = false;
  }

  /// The diary of one load; "refused" when it was.
  std::vector<std::string> load(std::string text) {
    auto next = std::make_unique<agent::graph::Configuration>();
    river::diag::Diagnostics diagnostics;
    next->hash = text;
    const auto& file = next->sources.add("test.river", std::move(text));
    next->trees.push_back(river::parse(file, diagnostics));
    const river::ast::Tree* files[] = {next->trees.back().get()};
    next->program =
        river::config::resolve(files, kCatalog, Stability::generally_available, diagnostics);
    river::config::check(next->program, diagnostics);
    const bool applied = !diagnostics.has_errors() && graph.apply(next, diagnostics);
    auto happened = std::move(diary);
    diary.clear();
    if (!applied) happened.push_back("refused");
    return happened;
  }
};

using Diary = std::vector<std::string>;

}  // namespace

TEST_CASE("graph: sinks start first and stop last") {
  Fixture f;
  CHECK(f.load(R"(test.toy "a" { list = [test.toy.b.text] }
test.toy "b" { value = "1" })") == Diary{"start test.toy.b", "start test.toy.a"});
  f.graph.stop(agent::graph::Graph::Clock::now());
  CHECK(diary == Diary{"stop test.toy.a", "stop test.toy.b"});
}

TEST_CASE("graph: a reload touches only what changed") {
  Fixture f;
  f.load(R"(test.toy "a" { value = "1" }
test.toy "b" { value = "2" }
test.toy "c" { list = [test.toy.b.text] })");
  CHECK(f.load(R"(test.toy "a" { value = "1" }
test.toy "b" { value = "3" }
test.toy "c" { list = [test.toy.b.text] })") == Diary{"update test.toy.b", "update test.toy.c"});
  CHECK(f.load(R"(test.toy "a" { value = "1" }
test.toy "b" { value = "3" }
test.toy "c" { list = [test.toy.b.text] })")
            .empty());
}

TEST_CASE("graph: what is gone stops around its successors: sources before, sinks after") {
  Fixture f;
  f.load(R"(test.toy "sink" { }
test.toy "old" { list = [test.toy.sink.text] })");
  CHECK(f.load(R"(test.toy "other" { }
test.toy "new" { list = [test.toy.other.text] })") ==
        Diary{"stop test.toy.old", "start test.toy.other", "start test.toy.new",
              "stop test.toy.sink"});
}

TEST_CASE("graph: what drains is waited for, and by its successor of the same name only") {
  Fixture f;
  f.load(R"(test.toy "sink" { value = "1" }
test.toy "other" { value = "1" }
test.toy "source" { list = [test.toy.sink.text, test.toy.other.text] })");
  busy = {"test.toy.sink", "test.toy.other"};
  CHECK(f.load("") == Diary{"stop test.toy.source", "drain test.toy.other", "drain test.toy.sink"});
  CHECK(f.graph.is_draining());
  values.clear();
  CHECK(f.load(R"(test.toy "sink" { value = "2" }
test.toy "source" { list = [test.toy.sink.text] })") == Diary{"start test.toy.source"});
  CHECK(f.graph.status().at(0).health.state == components::Health::State::unknown);
  CHECK(f.load(R"(test.toy "sink" { value = "3" }
test.toy "source" { list = [test.toy.sink.text] })")
            .empty());
  f.graph.end_drained();
  CHECK(diary.empty());
  busy = {"test.toy.other"};
  f.graph.end_drained();
  CHECK(diary == Diary{"stop test.toy.sink", "start test.toy.sink", "update test.toy.sink"});
  f.graph.propagate();
  CHECK(values ==
        Diary{"test.toy.source 2", "test.toy.sink 2", "test.toy.sink 3", "test.toy.source 3"});
  CHECK(f.graph.is_draining());
  busy.clear();
  f.graph.end_drained();
  CHECK_FALSE(f.graph.is_draining());
  CHECK(diary.back() == "stop test.toy.other");
}

TEST_CASE("graph: what waits for its predecessor delivers what it took, also when it is removed") {
  constexpr std::string_view kText = R"(test.toy "sink" { value = "2" }
test.toy "source" { list = [test.toy.sink.text] })";
  Fixture f;
  f.load(std::string(kText));
  busy = {"test.toy.sink"};
  f.load("");
  CHECK(f.load(std::string(kText)) == Diary{"start test.toy.source"});
  CHECK(f.load("") == Diary{"stop test.toy.source"});
  CHECK(f.load(std::string(kText)) == Diary{"start test.toy.source"});
  diary.clear();
  f.graph.end_drained();
  CHECK(diary.empty());
  busy.clear();
  f.graph.end_drained();
  CHECK(diary == Diary{"stop test.toy.sink", "start test.toy.sink", "stop test.toy.sink",
                       "start test.toy.sink"});
  CHECK_FALSE(f.graph.is_draining());
  SUBCASE("but not beyond the end of the agent") {
    busy = {"test.toy.sink"};
    f.load("");
    f.load(std::string(kText));
    diary.clear();
    f.graph.stop(agent::graph::Graph::Clock::now() - std::chrono::minutes(1));
    f.graph.end_drained();
    CHECK(diary == Diary{"stop test.toy.source", "stop test.toy.sink", "stop test.toy.sink"});
    CHECK_FALSE(f.graph.is_draining());
  }
}

TEST_CASE("graph: sources that go wait side by side, those behind them one after the other") {
  constexpr std::string_view kText = R"(test.toy "sink" { value = "1" }
test.toy "middle" { list = [test.toy.sink.text] }
test.toy "a" { list = [test.toy.middle.text] }
test.toy "b" { list = [test.toy.middle.text] })";
  for (const bool is_reload : {true, false}) {
    Fixture f;
    f.load(std::string(kText));
    notes_drains = true;
    diary.clear();
    if (is_reload)
      diary = f.load("");
    else
      f.graph.stop(agent::graph::Graph::Clock::now());
    CHECK(diary == Diary{"drain test.toy.b", "drain test.toy.a", "stop test.toy.b",
                         "stop test.toy.a", "drain test.toy.middle", "stop test.toy.middle",
                         "drain test.toy.sink", "stop test.toy.sink"});
  }
}

TEST_CASE("graph: what does not drain in time is stopped") {
  using Clock = agent::graph::Graph::Clock;
  Fixture f;
  f.load(R"(test.toy "sink" { })");
  busy = {"test.toy.sink"};
  diary.clear();
  f.graph.stop(Clock::now() - std::chrono::minutes(1));
  CHECK(f.graph.is_draining());
  f.graph.end_drained();
  CHECK_FALSE(f.graph.is_draining());
  CHECK(diary == Diary{"drain test.toy.sink", "stop test.toy.sink"});
}

TEST_CASE("graph: a configuration that cannot be evaluated changes nothing") {
  Fixture f;
  f.load(R"(test.toy "a" { value = "1" })");
  CHECK(f.load(R"(test.toy "a" { value = "2" }
test.toy "b" { value = encoding.from_json("{") })") == Diary{"refused"});
  CHECK(f.graph.hash() == R"(test.toy "a" { value = "1" })");
  CHECK(f.graph.status().size() == 1);
}

TEST_CASE("graph: what cannot start is unhealthy, keeps nobody else, and is tried again") {
  Fixture f;
  port_taken = true;
  CHECK(f.load(R"(test.toy "port" { }
test.toy "other" { list = [test.toy.port.text] })") == Diary{"start test.toy.other"});
  CHECK(f.graph.has_failed());
  CHECK(f.graph.status().at(0).health.message == "port is taken");
  f.graph.retry_failed();
  CHECK(f.graph.has_failed());
  port_taken = false;
  f.graph.retry_failed();
  CHECK(diary == Diary{"start test.toy.port"});
  CHECK_FALSE(f.graph.has_failed());
}

TEST_CASE("graph: each component is evaluated with the exports of now, and touched once") {
  struct Case {
    const char* what;
    std::string before, after;
    Diary happens, sees;
  };
  for (const Case& c : {
           Case{"a fresh upstream that looks around first, a kept downstream",
                R"(test.late "a" { value = "1" }
test.toy "down" { list = [test.late.a.text] })",
                R"(test.late "b" { value = "1" }
test.toy "down" { list = [test.late.b.text] })",
                {"start test.late.b", "stop test.late.a"},
                {"test.late.b 1"}},
           Case{"the same with another value",
                R"(test.late "a" { value = "1" }
test.toy "down" { list = [test.late.a.text] })",
                R"(test.late "b" { value = "2" }
test.toy "down" { list = [test.late.b.text] })",
                {"start test.late.b", "update test.toy.down", "stop test.late.a"},
                {"test.late.b 2", "test.toy.down 2"}},
           Case{"a changed upstream, a fresh downstream",
                R"(test.toy "up" { value = "1" })",
                R"(test.toy "up" { value = "2" }
test.toy "down" { list = [test.toy.up.text] })",
                {"update test.toy.up", "start test.toy.down"},
                {"test.toy.up 2", "test.toy.down 2"}},
           Case{"a changed upstream, a kept one between, a fresh downstream",
                R"(test.toy "up" { value = "1" }
test.toy "mid" { list = [test.toy.up.text] })",
                R"(test.toy "up" { value = "2" }
test.toy "mid" { list = [test.toy.up.text] }
test.toy "down" { list = [test.toy.mid.text] })",
                {"update test.toy.up", "update test.toy.mid", "start test.toy.down"},
                {"test.toy.up 2", "test.toy.mid 2", "test.toy.down 2"}},
           Case{"a fresh upstream, a fresh downstream",
                "",
                R"(test.late "up" { value = "2" }
test.toy "down" { list = [test.late.up.text] })",
                {"start test.late.up", "start test.toy.down"},
                {"test.late.up 2", "test.toy.down 2"}},
           Case{"a value that both change",
                R"(test.toy "up" { value = "1" }
test.toy "down" {
  value = "x"
  list  = [test.toy.up.text]
})",
                R"(test.toy "up" { value = "2" }
test.toy "down" {
  value = "y"
  list  = [test.toy.up.text]
})",
                {"update test.toy.up", "update test.toy.down"},
                {"test.toy.up 2", "test.toy.down y2"}},
       }) {
    CAPTURE(c.what);
    Fixture f;
    f.load(c.before);
    values.clear();
    CHECK(f.load(c.after) == c.happens);
    CHECK(values == c.sees);
  }
}

TEST_CASE("graph: while exports are not known, those who depend on them keep what they have") {
  Fixture f;
  const auto publish = [&](const char* id, const char* text) {
    publishers.at(id)(text);
    f.graph.propagate();
  };
  f.load(R"(test.search "a" { }
test.toy "mid" { list = [test.search.a.text] }
test.toy "down" { list = [test.toy.mid.text] })");
  publish("test.search.a", "1");
  values.clear();

  // All above it is new, and knows nothing yet.
  const auto renamed = R"(test.search "b" { }
test.toy "other" { list = [test.search.b.text] }
test.toy "down" {
  value = "x"
  list  = [test.toy.other.text]
})";
  f.load(renamed);
  CHECK(values == Diary{"test.search.b ", "test.toy.other "});
  CHECK(f.graph.status().at(2).health.message ==
        "keeps its arguments until the exports of test.toy.other are known");
  f.load(renamed);  // No more with another reload.
  publish("test.search.b", "1");
  CHECK(values ==
        Diary{"test.search.b ", "test.toy.other ", "test.toy.other 1", "test.toy.down x1"});
  CHECK(f.graph.status().at(2).health.message.empty());

  // What is known to be empty is handed on.
  publish("test.search.b", "");
  CHECK(values.back() == "test.toy.down x");
}

TEST_CASE("graph: what is known to be empty ends the waiting, too") {
  Fixture f;
  f.load(R"(test.toy "down" { value = "1" })");
  f.load(R"(test.search "a" { }
test.toy "down" { list = [test.search.a.text] })");
  CHECK(values == Diary{"test.toy.down 1", "test.search.a "});
  publishers.at("test.search.a")("");
  f.graph.propagate();
  CHECK(values.back() == "test.toy.down ");
}

TEST_CASE("graph: an evaluation that fails on the exports of a reload keeps the old arguments") {
  Fixture f;
  f.load(R"(test.late "a" { value = "[\"1\"]" }
test.toy "down" { list = encoding.from_json(coalesce(test.late.a.text, "[]")) })");
  CHECK(f.load(R"(test.late "b" { value = "no JSON" }
test.toy "down" { list = encoding.from_json(coalesce(test.late.b.text, "[]")) })") ==
        Diary{"start test.late.b", "stop test.late.a"});
  CHECK(f.graph.status().at(1).health.state == components::Health::State::unhealthy);
}

TEST_CASE("graph: an evaluation that works again ends the trouble, also with the same arguments") {
  Fixture f;
  f.load(R"(test.toy "up" { value = "[\"1\"]" }
test.toy "down" { list = encoding.from_json(test.toy.up.text) })");
  const auto health = [&] { return f.graph.status().at(1).health.state; };
  publishers["test.toy.up"]("no JSON");
  f.graph.propagate();
  CHECK(health() == components::Health::State::unhealthy);
  publishers["test.toy.up"]("[\"1\"]");
  f.graph.propagate();
  CHECK(health() == components::Health::State::healthy);
  // The same by a reload.
  publishers["test.toy.up"]("no JSON");
  f.graph.propagate();
  CHECK(health() == components::Health::State::unhealthy);
  f.load(R"(test.toy "up" { value = "[\"1\"]" }
test.toy "down" { list = ["1"] })");
  CHECK(health() == components::Health::State::healthy);
}
