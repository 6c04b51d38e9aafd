#include "agent/graph/graph.h"

#include <doctest/doctest.h>

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
bool port_taken = false;

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

class Toy final : public components::ComponentOf<Arguments> {
 public:
  Toy(components::Context context, const Arguments& arguments) : context_(std::move(context)) {
    publish(arguments);
  }
  base::Result<void> start() override {
    if (port_taken && context_.id == "test.toy.port") return base::fail("port is taken");
    note("start");
    return {};
  }
  void stop() override { note("stop"); }

 protected:
  base::Result<void> update(const Arguments& arguments) override {
    publish(arguments);
    note("update");
    return {};
  }

 private:
  void publish(const Arguments& arguments) {
    std::string text = arguments.value;
    for (const auto& item : arguments.list) text += item;
    const Exports exports{text};
    context_.publish(encode_exports(kExports, &exports));
  }
  void note(std::string_view what) { diary.push_back(fmt::format("{} {}", what, context_.id)); }

  components::Context context_;
};

constexpr components::Builder kBuilders[] = {components::builder<Toy, Arguments>(kToy)};
constexpr const Signature* kCatalog[] = {&kToy};

/// A graph that is fed with texts.
struct Fixture {
  base::metrics::Registry metrics;
  agent::Graph graph{kBuilders, "/nonexistent", metrics, [] {}};

  Fixture() {
    diary.clear();
    port_taken = false;
  }

  /// The diary of one load; "refused" when it was.
  std::vector<std::string> load(std::string text) {
    auto next = std::make_unique<agent::Configuration>();
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
  f.graph.stop();
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
