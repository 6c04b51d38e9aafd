#include "river/config/program.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "river/parser.h"
#include "river/schema/decode.h"

using namespace river;
using namespace river::schema;

struct Inlet {};

namespace river::schema {
template <>
inline constexpr std::string_view kCapsuleName<Inlet> = "Receiver";
}  // namespace river::schema

namespace {

struct SinkExports {
  CapsuleRef<Inlet> receiver;
};
struct SinkArguments {
  std::string name;
  std::vector<CapsuleRef<Inlet>> forward_to;
};
struct SourceExports {
  std::vector<std::string> targets;
};
struct SourceMode {
  std::string mode;
  bool raw = false;
};
struct SourceArguments {
  std::vector<CapsuleRef<Inlet>> forward_to;
  HostPort address;
  std::string text;
  SourceMode mode;
};
struct LoggingArguments {
  std::string level;
};

constexpr Field kSinkFields[] = {
    attr<&SinkArguments::name>("name", Need::optional, "A name."),
    attr<&SinkArguments::forward_to>("forward_to", Need::optional, "Where to send."),
};
constexpr Field kSinkExports[] = {
    attr<&SinkExports::receiver>("receiver", Need::optional, "Takes entries."),
};
constexpr Field kModeFields[] = {
    experimental(attr<&SourceMode::mode>("mode", Need::optional, "How it reads."), "\"new\""),
    experimental(attr<&SourceMode::raw>("raw", Need::optional, "Reads bytes.")),
};
constexpr BlockSchema kMode = schema_of(kModeFields);
constexpr Field kSourceFields[] = {
    attr<&SourceArguments::forward_to>("forward_to", Need::required, "Where to send."),
    attr<&SourceArguments::address>("address", Need::optional, "Where to listen."),
    attr<&SourceArguments::text>("text", Need::optional, "Any text."),
    squash<&SourceArguments::mode>(kMode),
    experimental(block<&SourceArguments::mode>("young", Need::optional, "The same.", kMode)),
    block<&SourceArguments::mode>("old", Need::optional, "The same.", kMode),
};
constexpr Field kSourceExports[] = {
    attr<&SourceExports::targets>("targets", Need::optional, "What was found."),
};
constexpr Field kLoggingFields[] = {
    attr<&LoggingArguments::level>("level", Need::optional, "How much."),
};

constexpr Signature kSink{.name = "test.sink",
                          .doc = "Takes.",
                          .arguments = schema_of(kSinkFields),
                          .exports = kSinkExports,
                          .make_arguments = make_arguments<SinkArguments>};
constexpr Signature kSource{
    .name = "test.source",
    .doc = "Gives.",
    .arguments = schema_of(kSourceFields),
    .exports = kSourceExports,
    .make_arguments = make_arguments<SourceArguments>,
    .claims = [](const void* arguments) {
      return std::vector<Claim>{{"tcp", static_cast<const SourceArguments*>(arguments)->address}};
    }};
constexpr Signature kNew{.name = "test.new",
                         .doc = "Young.",
                         .stability = Stability::experimental,
                         .arguments = schema_of(kSinkFields),
                         .make_arguments = make_arguments<SinkArguments>};
constexpr Signature kLogging{.name = "logging",
                             .doc = "Logs.",
                             .takes_label = false,
                             .arguments = schema_of(kLoggingFields),
                             .make_arguments = make_arguments<LoggingArguments>};
constexpr const Signature* kSignatures[] = {&kLogging, &kNew, &kSink, &kSource};
constexpr std::string_view kAlloyNames[] = {"declare", "prometheus.scrape", "tracing"};

/// A configuration of one or more texts, resolved and checked.
struct Checked {
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  std::vector<std::unique_ptr<ast::Tree>> trees;
  config::Program program;

  explicit Checked(std::vector<std::string> texts,
                   Stability floor = Stability::generally_available) {
    std::vector<base::NamedText> named;
    for (size_t i = 0; i < texts.size(); ++i)
      named.push_back({fmt::format("f{}", i), std::move(texts[i])});
    trees = config::load(std::move(named), sources, diagnostics);
    std::vector<const ast::Tree*> files;
    for (const auto& tree : trees) files.push_back(tree.get());
    program = config::resolve(files, {kSignatures, kAlloyNames}, floor, diagnostics);
    config::check(program, diagnostics);
  }

  std::string findings() const {
    std::string out;
    for (const auto& item : diagnostics.items()) {
      const auto at = sources.position(item.span.begin);
      out += fmt::format("{}:{}:{} {} {}", at.file, at.line, at.column, item.code, item.message);
      for (const auto& note : item.notes) {
        const auto where = sources.position(note.span.begin);
        out += fmt::format(" ({}:{} {})", where.file, where.line, note.message);
      }
      out += item.help.empty() ? "\n" : fmt::format(" [{}]\n", item.help);
    }
    return out;
  }

  std::string order() const {
    std::string out;
    for (const auto& node : program.nodes) out += node->id + " ";
    return out;
  }
};

constexpr std::string_view kGood = R"(logging {
  level = "info"
}

test.source "a" {
  forward_to = [test.sink.b.receiver]
}

test.source "c" {
  forward_to = [test.sink.b.receiver, test.sink.d.receiver]
}

test.sink "d" {
  forward_to = [test.sink.b.receiver]
}

test.sink "b" { }
)";

}  // namespace

TEST_CASE("program: what is referred to comes first, otherwise the order of the files") {
  const Checked checked({std::string(kGood)});
  CHECK(checked.findings() == "");
  CHECK(checked.order() == "logging test.sink.b test.source.a test.sink.d test.source.c ");
  REQUIRE(checked.program.find("test.source.c") != nullptr);
  CHECK(checked.program.find("test.source.c")->dependencies.size() == 2);
  CHECK(checked.program.find("test.source") == nullptr);
}

TEST_CASE("program: several files are one configuration") {
  const Checked checked({"test.source \"a\" {\n  forward_to = [test.sink.b.receiver]\n}\n",
                         "test.sink \"b\" { }\n", "test.sink \"b\" { }\n"});
  CHECK(checked.findings() ==
        "f2:1:1 R085 block test.sink.b is declared already (f1:1 it is declared here first)\n");
}

TEST_CASE("program: binding mistakes") {
  struct Case {
    std::string in, want;
  };
  const Case cases[] = {
      {"x = 1",
       "f0:1:1 R080 unrecognized attribute \"x\" [only blocks are allowed at the top level of a "
       "file]\n"},
      {"test.snk \"a\" { }",
       "f0:1:1 R081 unknown component \"test.snk\" [did you mean \"test.sink\"?]\n"},
      {"prometheus.scrape \"a\" { }",
       "f0:1:1 R082 tributary does not have \"prometheus.scrape\", which Grafana Alloy has\n"},
      {"tracing { }", "f0:1:1 R082 tributary does not have \"tracing\", which Grafana Alloy has\n"},
      {"declare \"mod\" { }\nmod \"x\" {\n  a = mod.x.y\n}\n",
       "f0:1:1 R082 tributary does not have \"declare\", which Grafana Alloy has [write the "
       "components "
       "of the module out]\n"},
      {"test.new { }\ntest.sink { }",
       "f0:1:1 R083 component \"test.new\" must have a label [write test.new \"default\" { ... }]\n"
       "f0:1:1 R086 component \"test.new\" is experimental, but only generally-available ones are "
       "allowed [allow it with --stability.level=experimental]\n"
       "f0:2:1 R083 component \"test.sink\" must have a label [write test.sink \"default\" { ... "
       "}]\n"},
      {"logging \"x\" { }", "f0:1:9 R084 block \"logging\" takes no label\n"},
      {"logging { }\nlogging { }",
       "f0:2:1 R085 block logging is declared already (f0:1 it is declared here first)\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.in);
    CHECK(Checked({c.in}).findings() == c.want);
  }
}

TEST_CASE("program: stability of attributes and blocks") {
  struct Case {
    std::string in, want;
  };
  const auto refused = [](std::string_view what) {
    return fmt::format(
        "{} is experimental, but only generally-available ones are allowed "
        "[allow it with --stability.level=experimental]\n",
        what);
  };
  const Case cases[] = {
      {"mode = \"old\"", ""},
      {"raw = false", ""},
      {"raw = true", refused("f0:3:1 R086 attribute \"raw\"")},
      {"mode = \"new\"", refused("f0:3:1 R086 attribute \"mode\"")},
      {"young { }", refused("f0:3:1 R086 block \"young\"")},
      {"old {\n raw = true\n}", refused("f0:4:2 R086 attribute \"raw\"")},
      {"old {\n raw = false\n}", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.in);
    const std::string text = "test.source \"s\" {\nforward_to = []\n" + c.in + "\n}";
    CHECK(Checked({text}).findings() == c.want);
    CHECK(Checked({text}, Stability::public_preview).findings().empty() == c.want.empty());
    CHECK(Checked({text}, Stability::experimental).findings() == "");
  }
}

TEST_CASE("program: references") {
  struct Case {
    std::string_view forward_to, text, want;
  };
  // In front of a sink "b" and a sink "long_name".
  const Case cases[] = {
      {"[test.sink.b.receiver]", "\"x\"", ""},
      {"[test.sink.c.receiver]", "\"x\"",
       "2:17 R087 component \"test.sink.c.receiver\" does not exist [did you mean test.sink.b?]"},
      {"[test.sink.longname.receiver]", "\"x\"",
       "2:17 R087 component \"test.sink.longname.receiver\" does not exist [did you mean "
       "test.sink.long_name?]"},
      {"[test.sink.elsewhere.receiver]", "\"x\"",
       "2:17 R087 component \"test.sink.elsewhere.receiver\" does not exist [there is "
       "test.sink.b]"},
      {"[test.sink]", "\"x\"",
       "2:17 R087 component \"test.sink\" does not exist [there is test.sink.b]"},
      {"[nowhere]", "\"x\"", "2:17 R087 component \"nowhere\" does not exist"},
      {"[test.sink.b.receiver]", "test.source.s.targets[0]",
       "3:16 R088 test.source.s refers to itself"},
      {"[test.sink.b.receiver]", "env(\"HOME\")",
       "3:16 R090 \"env\" is a deprecated name [write sys.env]"},
      {"[test.sink.b.receiver]", "string.format(\"%v\", array.group_by([], \"a\", false))",
       "3:36 R091 function array.group_by is experimental, but only generally-available ones are "
       "allowed [allow it with --stability.level=experimental]"},
      {"[test.sink.b.receiver]", "test.sink.long_name.receiver",
       "3:16 C010 \"text\" should be string, got Receiver"},
      {"test.sink.b.receiver", "\"x\"",
       "2:16 C010 \"forward_to\" should be list(Receiver), got Receiver [a list is written in "
       "brackets: [...]]"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.forward_to);
    CAPTURE(c.text);
    const Checked checked(
        {fmt::format("test.source \"s\" {{\n  forward_to = {}\n  text       = {}\n}}\n"
                     "test.sink \"b\" {{ }}\n"
                     "test.source \"t\" {{\n"
                     "  forward_to = [test.sink.b.receiver, "
                     "test.sink.long_name.receiver]\n}}\n"
                     "test.sink \"long_name\" {{ }}\n",
                     c.forward_to, c.text)});
    CHECK(checked.findings() == (c.want.empty() ? "" : fmt::format("f0:{}\n", c.want)));
  }
}

TEST_CASE("program: a field that an export lacks is reported once") {
  const Checked checked(
      {"test.source \"s\" {\n  forward_to = [test.sink.b.reciever]\n}\n"
       "test.sink \"b\" { }\n"});
  CHECK(checked.diagnostics.size() == 1);
}

TEST_CASE("program: cycles name all members") {
  const auto sink = [](std::string_view from, std::string_view to) {
    return fmt::format("test.sink \"{}\" {{\n  forward_to = [test.sink.{}.receiver]\n}}\n", from,
                       to);
  };
  CHECK(Checked({sink("a", "b") + sink("b", "c") + sink("c", "a")}).findings() ==
        "f0:1:1 R089 cycle: test.sink.a, test.sink.b, test.sink.c (f0:4 this block is part of the "
        "cycle) (f0:7 this block is part of the cycle)\n");
  CHECK(Checked({sink("a", "a")}).findings() == "f0:2:17 R088 test.sink.a refers to itself\n");
}

TEST_CASE("program: addresses taken twice") {
  struct Case {
    std::string_view first, second;
    bool clash;
  };
  const Case cases[] = {
      {"127.0.0.1:514", "127.0.0.1:514", true}, {"127.0.0.1:514", "127.0.0.1:515", false},
      {"127.0.0.1:514", "10.0.0.1:514", false}, {"0.0.0.0:514", "10.0.0.1:514", true},
      {"10.0.0.1:514", ":514", true},           {"localhost:514", "127.0.0.1:514", true},
      {"0.0.0.0:514", "[::1]:514", false},      {"[::]:514", "127.0.0.1:514", true},
      {"127.0.0.1:0", "127.0.0.1:0", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.first);
    CAPTURE(c.second);
    const auto source = [](std::string_view label, std::string_view address) {
      return fmt::format(
          "test.source \"{}\" {{\n  forward_to = [test.sink.b.receiver]\n  address    = "
          "\"{}\"\n}}\n",
          label, address);
    };
    const Checked checked({source("x", c.first) + source("y", c.second) + "test.sink \"b\" { }\n"});
    CHECK(checked.findings() ==
          (c.clash
               ? fmt::format("f0:7:16 R092 tcp {} is taken already by test.source.x (f0:3 it is "
                             "taken here)\n",
                             c.second)
               : ""));
  }
}

TEST_CASE("program: a check does not ask the environment of the machine it is made on") {
  REQUIRE(setenv("RIVER_CHECK_TEST", "no address", 1) == 0);
  const Checked checked(
      {"test.source \"s\" {\n  forward_to = [test.sink.b.receiver]\n"
       "  address    = sys.env(\"RIVER_CHECK_TEST\")\n}\ntest.sink \"b\" { }\n"});
  CHECK(checked.findings() == "");
}

TEST_CASE("program: a receiver that nothing sends to") {
  CHECK(Checked({"test.sink \"b\" { }\n"}).findings() ==
        "f0:1:1 R093 nothing sends to test.sink.b [refer to it: forward_to = "
        "[test.sink.b.receiver]]\n");
}

TEST_CASE("program: decoding with the exports of others") {
  const Checked checked(
      {"test.source \"s\" {\n  forward_to = [test.sink.b.receiver]\n"
       "  text = test.source.t.targets[1]\n}\n"
       "test.sink \"b\" { }\n"
       "test.source \"t\" {\n  forward_to = [test.sink.b.receiver]\n}\n"});
  REQUIRE(checked.findings() == "");
  const auto inlet = std::make_shared<Inlet>();
  const SinkExports sink{.receiver = {inlet}};
  const SourceExports source{.targets = {"one", "two"}};
  const Value sink_value = encode_exports(kSinkExports, &sink);
  const Value source_value = encode_exports(kSourceExports, &source);
  const config::ExportsOf exports = [&](std::string_view id) {
    return id == "test.sink.b" ? &sink_value : &source_value;
  };
  diag::Diagnostics diagnostics;
  const auto decoded =
      config::decode(checked.program, *checked.program.find("test.source.s"), exports, diagnostics);
  REQUIRE(decoded);
  const auto& arguments = *static_cast<const SourceArguments*>(decoded.get());
  CHECK(arguments.text == "two");
  REQUIRE(arguments.forward_to.size() == 1);
  CHECK(arguments.forward_to[0].pointer == inlet);
}

TEST_CASE("program: decoding reports values that do not fit and gives nothing") {
  const Checked checked(
      {"test.source \"s\" {\n  forward_to = []\n  text = test.source.t.targets\n}\n"
       "test.source \"t\" {\n  forward_to = []\n}\n"});
  CHECK(checked.diagnostics.size() == 1);
  diag::Diagnostics diagnostics;
  const Value targets = Value::object({{"targets", Value::array({})}});
  const config::ExportsOf exports = [&](std::string_view) { return &targets; };
  CHECK(!config::decode(checked.program, *checked.program.find("test.source.s"), exports,
                        diagnostics));
  CHECK(diagnostics.has_errors());
}
