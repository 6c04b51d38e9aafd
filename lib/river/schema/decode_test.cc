#include "river/schema/decode.h"

#include <doctest/doctest.h>

#include "river/parser.h"

using namespace river;
using namespace river::schema;

namespace {

struct Drop {
  std::string source;
};
struct Keep {
  int64_t count = 1;
};
struct Stage : std::variant<Drop, Keep> {
  using variant::variant;
};

struct Tls {
  std::string cert;
  std::string key;
};

struct Client {
  std::string user;
  std::optional<Tls> tls;
};

struct Listener {
  HostPort address;
  Duration timeout = std::chrono::minutes(2);
};

struct Queue {
  int64_t size = 7;
};

struct Sample {
  std::string name;
  int64_t count = 3;
  std::vector<std::string> tags;
  std::vector<Listener> listener;
  Queue queue{.size = 9};
  std::vector<Stage> stages;
  Client client;
};

void validate_tls(const Tls& tls, schema::Scope& scope) {
  if (scope.known({"cert", "key"}) && tls.cert.empty() != tls.key.empty())
    scope.error("cert", "C044", "cert and key go together");
}

void validate_client(const Client&, schema::Scope& scope) {
  if (scope.given("user") && scope.given("tls"))
    scope.error("user", "C043", "user or tls, not both");
}

void validate_sample(const Sample& sample, schema::Scope& scope) {
  if (scope.known({"name", "count"}) && sample.count < 0)
    scope.error("count", "C040", "count is below 0");
}

constexpr Field kDropFields[] = {attr<&Drop::source>("source", Need::required, "Key.")};
constexpr BlockSchema kDrop = schema_of(kDropFields);
constexpr Field kKeepFields[] = {attr<&Keep::count>("count", Need::optional, "Number.")};
constexpr BlockSchema kKeep = schema_of(kKeepFields);
constexpr Field kTlsFields[] = {attr<&Tls::cert>("cert", Need::optional, "Certificate."),
                                attr<&Tls::key>("key", Need::optional, "Key.")};
constexpr BlockSchema kTls = schema_of<Tls, validate_tls>(kTlsFields);
constexpr Field kClientFields[] = {
    attr<&Client::user>("user", Need::optional, "User."),
    block<&Client::tls>("tls", Need::optional, "TLS.", kTls),
};
constexpr BlockSchema kClient = schema_of<Client, validate_client>(kClientFields);
constexpr Field kListenerFields[] = {
    attr<&Listener::address>("address", Need::required, "Where to listen."),
    attr<&Listener::timeout>("timeout", Need::optional, "How long to wait."),
};
constexpr BlockSchema kListener = schema_of(kListenerFields);
constexpr Field kQueueFields[] = {attr<&Queue::size>("size", Need::optional, "Entries.")};
constexpr BlockSchema kQueue = schema_of(kQueueFields);
constexpr Field kSampleFields[] = {
    attr<&Sample::name>("name", Need::required, "What it is called."),
    attr<&Sample::count>("count", Need::optional, "How many."),
    attr<&Sample::tags>("tags", Need::optional, "Words."),
    block<&Sample::listener>("listener", Need::optional, "An address.", kListener),
    block<&Sample::queue>("queue", Need::optional, "A queue.", kQueue),
    variant_block<&Sample::stages, Drop>("stage.drop", "Drops.", kDrop),
    variant_block<&Sample::stages, Keep>("stage.keep", "Keeps.", kKeep),
    squash<&Sample::client>(kClient),
};
constexpr BlockSchema kSample = schema_of<Sample, validate_sample>(kSampleFields);

struct Outcome {
  bool ok = false;
  Sample sample;
  std::string findings;  ///< "2:1 C001 message [help]", a line each
};

Outcome decode(std::string_view source) {
  static const Value kUnknownText = Value::unknown(&Codec<std::string>::type);
  static const Value kUnknownNothing = Value::unknown();
  static const Value kSecret = Value::secret({.text = base::Secret("pw")});
  const river::Scope names = [](std::string_view name) -> const Value* {
    if (name == "text") return &kUnknownText;
    if (name == "anything") return &kUnknownNothing;
    if (name == "secret") return &kSecret;
    return nullptr;
  };
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  const auto tree = parse(sources.add("t", std::string(source)), diagnostics);
  REQUIRE(diagnostics.empty());
  Outcome outcome;
  outcome.ok = decode_body(tree->body, {1, 2}, kSample, &outcome.sample, names, diagnostics);
  for (const auto& item : diagnostics.items()) {
    const auto at = sources.position(item.span.begin);
    outcome.findings += fmt::format("{}:{} {} {}{}\n", at.line, at.column, item.code, item.message,
                                    item.help.empty() ? "" : " [" + item.help + "]");
  }
  return outcome;
}

}  // namespace

TEST_CASE("decode: a body with everything") {
  const Outcome outcome = decode(R"(name = "a"
tags = ["x", "y"]
listener {
  address = "127.0.0.1:1"
}
stage.keep { }
listener {
  address = ":2"
  timeout = "5s"
}
stage.drop {
  source = "s"
}
stage.keep {
  count = 2
}
tls {
  cert = "c"
  key  = "k"
}
)");
  CHECK(outcome.findings == "");
  CHECK(outcome.ok);
  const Sample& sample = outcome.sample;
  CHECK(sample.count == 3);
  CHECK(sample.tags == std::vector<std::string>{"x", "y"});
  REQUIRE(sample.listener.size() == 2);
  CHECK(sample.listener[0].timeout == Duration(std::chrono::minutes(2)));
  CHECK(sample.listener[1].timeout == Duration(std::chrono::seconds(5)));
  CHECK(sample.listener[1].address.place.known());
  CHECK(sample.queue.size == 9);
  REQUIRE(sample.stages.size() == 3);
  CHECK(std::get<Keep>(sample.stages[0]).count == 1);
  CHECK(std::get<Drop>(sample.stages[1]).source == "s");
  CHECK(std::get<Keep>(sample.stages[2]).count == 2);
  CHECK(sample.client.tls->cert == "c");
}

TEST_CASE("decode: a block that is written starts from its own defaults") {
  CHECK(decode("name = \"a\"\nqueue { }\n").sample.queue.size == 7);
}

TEST_CASE("decode: null is the zero value, not the default, and satisfies what is required") {
  const Outcome outcome = decode("name = null\ncount = null\n");
  CHECK(outcome.ok);
  CHECK(outcome.sample.count == 0);
}

TEST_CASE("decode: one mistake, one message, at its place") {
  struct Case {
    std::string_view in, want;
  };
  const Case cases[] = {
      {"nme = \"b\"", "1:1 C001 unrecognized attribute \"nme\" [did you mean \"name\"?]\n"},
      {"nme = \"a\"\nname = \"b\"",
       "1:1 C001 unrecognized attribute \"nme\" [did you mean \"name\"?]\n"},
      {"name = \"a\"\nlisten { }",
       "2:1 C002 unrecognized block \"listen\" [did you mean \"listener\"?]\n"},
      {"name = \"a\"\nstage.dorp { }",
       "2:1 C002 unrecognized block \"stage.dorp\" [did you mean \"stage.drop\"?]\n"},
      {"name = \"a\"\nstage { }", "2:1 C002 unrecognized block \"stage\"\n"},
      {"name = \"a\"\nname = \"b\"", "2:1 C003 attribute \"name\" may only be given once\n"},
      {"name = \"a\"\nqueue { }\nqueue { }", "3:1 C004 block \"queue\" may only be given once\n"},
      {"count = 1",
       "1:1 C005 missing required attribute \"name\" [name (string): What it is called.]\n"},
      {"name = \"a\"\nlistener { }",
       "2:1 C005 missing required attribute \"address\" [address (host:port): Where to listen.]\n"},
      {"name = \"a\"\nqueue = 1",
       "2:1 C007 \"queue\" must be a block, but is used as an attribute [write queue { ... }]\n"},
      {"name { }",
       "1:1 C008 \"name\" must be an attribute, but is used as a block [write name = ...]\n"},
      {"name = \"a\"\nqueue \"q\" { }", "2:7 C009 block \"queue\" takes no label\n"},
      {"name = true", "1:8 C010 \"name\" should be string, got bool [put it in quotes]\n"},
      {"name = \"a\"\ncount = [1]", "2:9 C010 \"count\" should be int, got array\n"},
      {"name = \"a\"\ntags = [\"a\", true]",
       "2:14 C010 \"tags\" should be string, got bool [put it in quotes]\n"},
      {"name = \"a\"\ntags = \"a\"",
       "2:8 C010 \"tags\" should be list(string), got string [a list is written in brackets: "
       "[...]]\n"},
      {"name = secret",
       "1:8 C012 \"name\": a secret may not be converted into a string [convert.nonsensitive(...) "
       "does "
       "it on purpose]\n"},
      {"name = \"a\"\ncount = -1", "2:9 C040 count is below 0\n"},
      {"name = \"a\"\nuser = \"u\"\ntls { }", "2:8 C043 user or tls, not both\n"},
      {"name = \"a\"\ntls {\n  cert = \"c\"\n}", "3:10 C044 cert and key go together\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.in);
    const Outcome outcome = decode(c.in);
    CHECK(outcome.findings == c.want);
    CHECK(!outcome.ok);
  }
}

TEST_CASE("decode: all mistakes are reported") {
  CHECK(decode("count = true\nbad = 1\nlistener {\n  address = 5\n}\n").findings ==
        "1:9 C010 \"count\" should be int, got bool\n"
        "2:1 C001 unrecognized attribute \"bad\"\n"
        "4:13 C023 \"address\": \"5\" is not host:port: it has no port [addresses are written as "
        "\"127.0.0.1:51400\"]\n"
        "1:1 C005 missing required attribute \"name\" [name (string): What it is called.]\n");
}

TEST_CASE("decode: unknown values pass, and rules are not applied to them") {
  for (const std::string_view source :
       {"name = text", "name = anything\ncount = -1", "name = text\ncount = text",
        "name = \"a\"\ntags = [text]", "name = \"a\"\ntls {\n  cert = text\n}"}) {
    CAPTURE(source);
    const Outcome outcome = decode(source);
    CHECK(outcome.findings == "");
    CHECK(outcome.ok);
  }
  CHECK(decode("name = \"a\"\ntags = text").findings ==
        "2:8 C010 \"tags\" should be list(string), got string [a list is written in brackets: "
        "[...]]\n");
}

TEST_CASE("decode: what cannot be evaluated fails without a second message") {
  const Outcome outcome = decode("name = \"a\" + 1\ncount = -1");
  CHECK(!outcome.ok);
  CHECK(std::count(outcome.findings.begin(), outcome.findings.end(), '\n') == 1);
}

TEST_CASE("encode: argument structs compare by what was written, order of stages included") {
  const auto encoded = [](std::string_view source) {
    const Outcome outcome = decode(source);
    return encode(kSample, &outcome.sample);
  };
  const Value one = encoded("name = \"a\"\nstage.keep { }\nstage.drop {\n  source = \"s\"\n}\n");
  CHECK(one == encoded("name = \"a\"\nstage.keep { }\n\nstage.drop {\n  source = \"s\"\n}\n"));
  CHECK(!(one == encoded("name = \"a\"\nstage.drop {\n  source = \"s\"\n}\nstage.keep { }\n")));
  CHECK(!(one == encoded("name = \"b\"\nstage.keep { }\nstage.drop {\n  source = \"s\"\n}\n")));
  REQUIRE(one.field("stage")->as_array()->size() == 2);
  CHECK((*one.field("stage")->as_array())[0].field("stage.keep") != nullptr);
  CHECK(one.field("user")->as_string() != nullptr);
  CHECK(one.field("tls")->as_array()->empty());
}
