#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include "base/files.h"
#include "compiler/checks/checks.h"
#include "compiler/emit/run.h"
#include "components/catalog.h"
#include "river/diag/render.h"
#include "tests/support/golden.h"

namespace {

namespace fs = std::filesystem;
namespace config = river::config;

/// --stability.level of the check.
river::schema::Stability stability_of(const std::string& name) {
  using river::schema::Stability;
  return name.starts_with("experimental_") ? Stability::experimental
                                           : Stability::generally_available;
}

/// A configuration of one file.
struct Checked {
  Checked(const std::string& name, const std::string& source)
      : trees(config::load({{name, source}}, sources, diagnostics)) {
    const river::ast::Tree* files[] = {trees.front().get()};
    program = config::resolve(files, components::catalog(), stability_of(name), diagnostics);
    config::check(program, diagnostics);
  }
  std::string findings() {
    diagnostics.sort();
    return render(diagnostics, sources, river::diag::OutputFormat::text);
  }
  std::string design() {
    compiler::checks::check_design(program, diagnostics);
    const size_t accepted = compiler::emit::remove_accepted(sources, diagnostics);
    return findings() + (accepted > 0 ? fmt::format("{} accepted\n", accepted) : "");
  }

  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  std::vector<std::unique_ptr<river::ast::Tree>> trees;
  config::Program program;
};

}  // namespace

// What cfgc and the agent say. One mistake a file, named after it; clean_* have none.
TEST_CASE("golden: check") {
  golden::run("tests/golden/check", [](const golden::Input& input) {
    return Checked(input.name + ".river", input.source).findings();
  });
}

// What cfgc says of configurations that the agent takes.
TEST_CASE("golden: design") {
  golden::run("tests/golden/design", [](const golden::Input& input) {
    return Checked(input.name + ".river", input.source).design();
  });
}

TEST_CASE("design: nothing is found in configurations that are right") {
  size_t configs = 0;
  const auto check = [&](const fs::path& file) {
    CAPTURE(file.string());
    CHECK(Checked(file.string(), base::read_file(file).value()).design() == "");
    ++configs;
  };
  for (const auto& entry : fs::directory_iterator("tests/golden/check"))
    if (entry.path().extension() == ".river" &&
        entry.path().filename().string().starts_with("clean_"))
      check(entry.path());
  for (const auto& entry : fs::directory_iterator("tests/golden/compile"))
    if (entry.is_directory()) check(entry.path() / "config.river");
  CHECK(configs >= 20);
}

namespace {

constexpr std::string_view kBackend =
    "loki.write \"w\" { endpoint { url = \"https://l/loki/api/v1/push\" } }\n";

/// The rules of a journal, on the way to a backend.
std::string with_rules(std::string_view rules, std::string_view to = "loki.write.w.receiver") {
  return fmt::format(
      "loki.source.journal \"j\" {{\n forward_to = [{}]\n relabel_rules = "
      "loki.relabel.r.rules\n}}\n"
      "loki.relabel \"r\" {{\n forward_to = []\n{}\n}}\n{}",
      to, rules, kBackend);
}

std::string with_containers(std::string_view rules) {
  return fmt::format(
      "discovery.docker \"d\" {{ host = \"unix:///var/run/docker.sock\" }}\n"
      "discovery.relabel \"r\" {{\n targets = discovery.docker.d.targets\n{}\n}}\n"
      "loki.source.docker \"s\" {{\n host = \"unix:///var/run/docker.sock\"\n"
      " targets = discovery.relabel.r.output\n forward_to = [loki.write.w.receiver]\n}}\n{}",
      rules, kBackend);
}

std::string with_stages(std::string_view stages) {
  return fmt::format(
      "loki.source.journal \"j\" {{ forward_to = [loki.process.p.receiver] }}\n"
      "loki.process \"p\" {{\n forward_to = [loki.write.w.receiver]\n{}\n}}\n{}",
      stages, kBackend);
}

std::string with_files(std::string_view targets, std::string_view more = "") {
  return fmt::format(
      "loki.source.file \"f\" {{\n targets = {}\n forward_to = [loki.write.w.receiver]\n}}\n{}{}",
      targets, more, kBackend);
}

std::string rule(std::string_view inner) {
  return fmt::format(" rule {{\n{}\n }}\n", inner);
}

/// The codes of what is said, each once.
std::string codes_of(const std::string& source) {
  Checked checked("experimental_case.river", source);
  if (checked.diagnostics.has_errors()) return checked.findings();
  checked.design();
  std::set<std::string_view> codes;
  for (const auto& one : checked.diagnostics.items()) codes.insert(one.code);
  return fmt::format("{}", fmt::join(codes, " "));
}

struct DesignCase {
  std::string_view what;
  std::string source;
  std::string_view want;
};

void check_design_cases(const std::vector<DesignCase>& cases) {
  for (const DesignCase& c : cases) {
    CAPTURE(c.what);
    CHECK(codes_of(c.source) == c.want);
  }
}

}  // namespace

TEST_CASE("design: rules that never match, and those that do") {
  const std::string_view name = R"x(source_labels = ["__meta_docker_container_name"])x";
  const std::string_view both =
      R"x(source_labels = ["__meta_docker_container_name", "__meta_docker_network_name"])x";
  const auto target = [](std::string_view sources, std::string_view regex) {
    return rule(fmt::format("{}\nregex = {}\ntarget_label = \"c\"", sources, regex));
  };
  check_design_cases({
      {"no separator in it", with_containers(target(both, R"x("([a-z]+)@([a-z]+)")x")), "C030"},
      {"a class with the separator", with_containers(target(both, R"x("[^a]+")x")), ""},
      {"an escape that has it", with_containers(target(both, R"x("\\S+\\x3b\\S+")x")), ""},
      {"a slash is missing", with_containers(target(name, R"x("traefik")x")), "C030"},
      {"the slash may be absent", with_containers(target(name, R"x("t?/x")x")), ""},
      {"the slash is there", with_containers(target(name, R"x("/(.*)")x")), ""},
      {"names in a group", with_containers(target(name, R"x("^(alloy|loki)$")x")), "C030"},
      {"names without a group", with_containers(target(name, R"x("alloy|loki")x")), "C030"},
      {"one of the names has it", with_containers(target(name, R"x("alloy|/loki")x")), ""},
      {"the slash before a group", with_containers(target(name, R"x("/(alloy|loki)")x")), ""},
      {"dropped before it is read",
       with_containers(rule("regex = \"__meta_docker_container_name\"\naction = \"labeldrop\"") +
                       target(name, R"x("/(.*)")x")),
       "C030"},
      {"a copy, then one special",
       with_rules(
           rule("source_labels = [\"__journal__systemd_unit\"]\ntarget_label = \"unit\"") +
           rule("source_labels = [\"__journal__systemd_unit\"]\nregex = \"session-.*\\\\.scope\"\n"
                "target_label = \"unit\"\nreplacement = \"session.scope\"")),
       ""},
  });
}

TEST_CASE("design: fields that no source gives") {
  const auto read = [](std::string_view label) {
    return rule(fmt::format("source_labels = [\"{}\"]\ntarget_label = \"x\"", label));
  };
  const auto map = [](std::string_view regex) {
    return rule(fmt::format("action = \"labelmap\"\nregex = \"{}\"", regex));
  };
  const auto syslog = [](std::string_view rules) {
    return fmt::format(
        "loki.source.syslog \"s\" {{\n listener {{ address = \"0.0.0.0:1514\" }}\n"
        " relabel_rules = loki.relabel.r.rules\n forward_to = [loki.write.w.receiver]\n}}\n"
        "loki.relabel \"r\" {{\n forward_to = []\n{}\n}}\n{}",
        rules, kBackend);
  };
  const auto pods = [](std::string_view rules) {
    return fmt::format(
        "discovery.kubernetes \"d\" {{ role = \"pod\" }}\n"
        "discovery.relabel \"r\" {{\n targets = discovery.kubernetes.d.targets\n{}\n}}\n"
        "loki.source.kubernetes \"s\" {{\n targets = discovery.relabel.r.output\n"
        " forward_to = [loki.write.w.receiver]\n}}\n{}",
        rules, kBackend);
  };
  check_design_cases({
      {"of syslog", syslog(read("__syslog_message_app_name")), ""},
      {"of syslog, a slip", syslog(read("__syslog_message_appname")), "C030"},
      {"structured data", syslog(map("__syslog_message_sd_(.+)")), ""},
      {"of the journal, for syslog", syslog(read("__journal__systemd_unit")), "C030"},
      {"of syslog, for the journal", with_rules(read("__syslog_message_hostname")), "C030"},
      {"made by a rule before",
       syslog(rule("target_label = \"__tmp\"\nreplacement = \"a\"") + read("__tmp")), ""},
      {"of pods", pods(read("__meta_kubernetes_pod_label_app")), ""},
      {"of pods, a slip in a label", pods(read("__meta_kubernetes_pod_lable_app")), "C030"},
      {"of pods, by labelmap", pods(map("__meta_kubernetes_pod_label_(.+)")), ""},
      {"of pods, by a wider labelmap", pods(map("__meta_kubernetes_(namespace|pod_name)")), ""},
      {"of pods, by a labelmap with a slip", pods(map("__meta_kubernetes_pod_labels_(.+)")),
       "C030"},
  });
}

TEST_CASE("design: labels without bound, and those that streams do not end up with") {
  const std::string pid = rule("source_labels = [\"__journal__pid\"]\ntarget_label = \"pid\"");
  const auto after = [&](std::string_view stage) {
    return with_rules(pid, "loki.process.d.receiver") +
           fmt::format("loki.process \"d\" {{\n forward_to = [loki.write.w.receiver]\n {}\n}}\n",
                       stage);
  };
  check_design_cases({
      {"pid", with_rules(pid), "C034"},
      {"dropped later", after("stage.label_drop { values = [\"pid\"] }"), ""},
      {"becomes metadata", after("stage.structured_metadata { values = {pid = \"\"} }"), ""},
      {"another one is dropped", after("stage.label_drop { values = [\"unit\"] }"), "C034"},
      {"one value only",
       with_rules(rule("source_labels = [\"__journal__pid\"]\nregex = \"1\"\n"
                       "target_label = \"pid\"\nreplacement = \"init\"")),
       ""},
      {"by labelmap",
       with_containers(
           rule("regex = \"__meta_docker_container_(id|name)\"\naction = \"labelmap\"")),
       "C034"},
      {"by labelmap, of what is bounded",
       with_containers(
           rule("regex = \"__meta_docker_container_label_(.+)\"\naction = \"labelmap\"")),
       ""},
      {"under another name",
       with_stages("stage.json { expressions = {t = \"ctx.traceID\"} }\n"
                   "stage.labels { values = {trace = \"t\"} }"),
       "C034"},
  });
}

TEST_CASE("design: texts that are taken otherwise than they are meant") {
  const auto replaced = [](std::string_view replacement) {
    return with_rules(
        rule(fmt::format("source_labels = [\"__journal__systemd_unit\"]\nregex = "
                         "\"(.+)-(?P<kind>.+)\"\ntarget_label = \"unit\"\nreplacement = \"{}\"",
                         replacement)));
  };
  const auto labelled = [](std::string_view labels) {
    return fmt::format(
        "loki.source.journal \"j\" {{\n forward_to = [loki.write.w.receiver]\n labels = {}\n}}\n{}",
        labels, kBackend);
  };
  check_design_cases({
      {"groups that are there", replaced("$1:${2}:$kind:$$9"), ""},
      {"a group that is not", replaced("$1:$3"), "C067"},
      {"a name that goes on", replaced("$1_x"), "C067"},
      {"a name in braces", replaced("${1}_x"), ""},
      {"a key twice", labelled("{a = \"1\", a = \"2\"}"), "C039"},
      {"one key in two maps", labelled("{a = \"1\", b = \"2\"}"), ""},
      {"a variable of a shell", labelled("{a = \"${HOST_NAME:-x}\"}"), "C066"},
      {"of small letters", labelled("{a = \"${x}\"}"), ""},
  });
}

TEST_CASE("design: what steps use") {
  const std::string_view json = "stage.json { expressions = {a = \"\", b = \"\"} }\n";
  check_design_cases({
      {"one group of a regex",
       with_stages("stage.regex { expression = \"(?P<ip>\\\\S+) (?P<method>\\\\S+)\" }\n"
                   "stage.labels { values = {method = \"\"} }"),
       ""},
      {"no group of a regex",
       with_stages("stage.regex { expression = \"(?P<ip>\\\\S+)\" }\nstage.decolorize { }"),
       "C032"},
      {"all of them as one",
       with_stages(
           fmt::format("{}stage.template {{\n source = \"o\"\n template = \"{{{{ . }}}}\"\n}}\n"
                       "stage.output {{ source = \"o\" }}",
                       json)),
       ""},
      {"a key that is only a label's name",
       with_stages("stage.json { expressions = {level = \"\"} }\n"
                   "stage.labels { values = {level = \"lvl\"} }"),
       "C032 C033"},
      {"of the pipeline before",
       "loki.source.journal \"j\" { forward_to = [loki.process.p.receiver] }\n"
       "loki.process \"p\" {\n forward_to = [loki.process.q.receiver]\n"
       " stage.json { expressions = {level = \"\"} }\n}\n"
       "loki.process \"q\" {\n forward_to = [loki.write.w.receiver]\n"
       " stage.labels { values = {level = \"\"} }\n}\n" +
           std::string(kBackend),
       "C032 C033"},
  });
}

TEST_CASE("design: labels that sources and rules give are read by steps") {
  const auto through = [](std::string_view source, std::string_view stages) {
    return fmt::format(
        "{}\nloki.process \"p\" {{\n forward_to = [loki.write.w.receiver]\n{}\n}}\n{}", source,
        stages, kBackend);
  };
  const std::string_view file =
      "loki.source.file \"f\" {\n targets = [{__path__ = \"/var/log/*.log\"}]\n"
      " forward_to = [loki.process.p.receiver]\n}";
  const std::string containers =
      "discovery.docker \"d\" { host = \"unix:///var/run/docker.sock\" }\n"
      "discovery.relabel \"r\" {\n targets = discovery.docker.d.targets\n" +
      rule("action = \"labelmap\"\nregex = \"__meta_docker_container_label_(.+)\"") +
      "}\nloki.source.docker \"s\" {\n host = \"unix:///var/run/docker.sock\"\n"
      " targets = discovery.relabel.r.output\n forward_to = [loki.process.p.receiver]\n}";
  const std::string_view metadata = "stage.structured_metadata { values = {owner = \"\"} }";
  const std::string_view nothing =
      "stage.match {\n selector = \"{jb=\\\"x\\\"}\"\n stage.decolorize { }\n}";
  check_design_cases({
      {"the name of a file",
       through(file,
               "stage.regex {\n source = \"filename\"\n expression = \"/(?P<a>[^/]+)\"\n}\n"
               "stage.labels { values = {a = \"\"} }"),
       ""},
      {"job of the journal", with_stages("stage.labels { values = {origin = \"job\"} }"), ""},
      {"not of the journal", with_stages("stage.labels { values = {origin = \"filename\"} }"),
       "C033"},
      {"of a labelmap", through(containers, metadata), ""},
      {"of nobody", with_stages(metadata), "C033"},
      {"a selector on a label of nobody", with_stages(nothing), "C033"},
      {"a selector where any may be there", through(containers, nothing), ""},
      {"within stage.match",
       with_stages("stage.match {\n selector = \"{job=~\\\".+\\\"}\"\n"
                   " stage.regex { expression = \"(?P<iface>\\\\w+)\" }\n"
                   " stage.labels { values = {ifac = \"\"} }\n}"),
       "C032 C033"},
      {"the tenant of a label that is dropped",
       with_stages("stage.static_labels { values = {tenant = \"a\"} }\n"
                   "stage.label_drop { values = [\"tenant\"] }\n"
                   "stage.tenant { label = \"tenant\" }"),
       "C033"},
  });
}

TEST_CASE("design: credentials in plain text") {
  const auto endpoint = [](std::string_view host, std::string_view more) {
    return fmt::format(
        "loki.source.journal \"j\" {{ forward_to = [loki.write.w.receiver] }}\n"
        "loki.write \"w\" {{ endpoint {{\n url = \"{}/loki/api/v1/push\"\n {}\n}} }}\n",
        host, more);
  };
  const auto otlp = [](std::string_view client) {
    return fmt::format(
        "otelcol.receiver.otlp \"r\" {{\n http {{ }}\n output {{ logs = "
        "[otelcol.exporter.otlp.e.input] }}\n}}\n"
        "otelcol.exporter.otlp \"e\" {{ client {{\n{}\n headers = {{authorization = "
        "sys.env(\"X\")}}\n}} }}\n",
        client);
  };
  const auto scrape = [](std::string_view address, std::string_view more) {
    return fmt::format(
        "prometheus.scrape \"s\" {{\n targets = [{{__address__ = \"{}\"}}]\n {}\n basic_auth "
        "{{\n "
        "username = \"a\"\n password = sys.env(\"P\")\n}}\n forward_to = "
        "[prometheus.remote_write.m.receiver]\n}}\n"
        "prometheus.remote_write \"m\" {{ endpoint {{ url = \"https://m/api/v1/write\" }} }}\n",
        address, more);
  };
  check_design_cases({
      {"a header", endpoint("http://l", "headers = {\"Authorization\" = sys.env(\"A\")}"), "C036"},
      {"a header without credentials",
       endpoint("http://l", "headers = {\"X-Scope-OrgID\" = \"a\"}"), ""},
      {"a header over TLS", endpoint("https://l", "headers = {\"Authorization\" = sys.env(\"A\")}"),
       ""},
      {"in the URL", endpoint("http://a:b@l", ""), "C036"},
      {"in a URL of TLS", endpoint("https://a:b@l", ""), ""},
      {"to itself", endpoint("http://localhost:3100", "bearer_token_file = \"/x\""), ""},
      {"to localhost.evil", endpoint("http://localhost.evil", "bearer_token_file = \"/x\""),
       "C036"},
      {"gRPC without TLS", otlp("endpoint = \"m:4317\"\n tls { insecure = true }"), "C036"},
      {"gRPC with TLS", otlp("endpoint = \"m:4317\""), ""},
      {"a target", scrape("app:80", ""), "C036"},
      {"a target over TLS", scrape("app:80", "scheme = \"https\""), ""},
      {"a target here", scrape("127.0.0.1:80", ""), ""},
  });
}

TEST_CASE("design: files that are read twice") {
  const std::string other =
      "loki.source.file \"g\" {\n targets = [{__path__ = \"/var/log/a.log\"}]\n"
      " forward_to = [loki.write.v.receiver]\n}\n"
      "loki.write \"v\" { endpoint { url = \"https://v/loki/api/v1/push\" } }\n";
  const auto two = [](std::string_view first, std::string_view second) {
    return with_files(fmt::format("[{{__path__ = \"{}\"}}, {{__path__ = \"{}\"}}]", first, second));
  };
  check_design_cases({
      {"two patterns", two("/var/log/*.log", "/var/log/nginx*.log"), "C037"},
      {"two patterns that never meet", two("/var/log/*.log", "/var/log/*.txt"), ""},
      {"alternatives", two("/var/log/{a,b}.log", "/var/log/b*"), "C037"},
      {"any depth", two("/var/log/**/*.log", "/var/log/a/b/c.log"), "C037"},
      {"another folder", two("/var/log/*.log", "/var/log/nginx/a.log"), ""},
      {"classes", two("/var/log/[a-c].log", "/var/log/[d-f].log"), ""},
      {"a way around", two("/var/log/x/../a.log", "/var//log/a.log"), "C037"},
      {"excluded",
       with_files("[{__path__ = \"/var/log/*.log\", __path_exclude__ = \"/var/log/a.*\"}, "
                  "{__path__ = \"/var/log/a.log\"}]"),
       ""},
      {"a relative path", with_files("[{__path__ = \"var/log/a.log\"}]"), "C038"},
      {"a name that no label may have",
       "local.file_match \"m\" { path_targets = [{__path__ = \"/a\", \"a-b\" = \"x\"}] }\n" +
           with_files("local.file_match.m.targets"),
       "C024"},
      {"to two backends", with_files("[{__path__ = \"/var/log/a.log\"}]", other), ""},
  });
}

TEST_CASE("design: the labels that a source gives itself count") {
  const auto labels = [](size_t count) {
    std::string all;
    for (size_t i = 0; i < count; ++i) all += fmt::format("l{} = \"1\", ", i);
    return fmt::format(
        "loki.source.journal \"j\" {{\n forward_to = [loki.write.w.receiver]\n labels = "
        "{{{}}}\n}}\n{}",
        all, kBackend);
  };
  check_design_cases({{"with job 15", labels(14), ""}, {"with job 16", labels(15), "C035"}});
}

TEST_CASE("design: labels count that streams can have together") {
  const auto labels = [](std::string_view name, size_t count) {
    std::string all;
    for (size_t i = 0; i < count; ++i) all += fmt::format("{}{} = \"1\", ", name, i);
    return fmt::format("stage.static_labels {{ values = {{{}}} }}\n", all);
  };
  const auto match = [&](std::string_view selector, std::string_view name) {
    return fmt::format("stage.match {{\n selector = \"{{{}}}\"\n {}}}\n", selector,
                       labels(name, 8));
  };
  const auto two_ways = [&](std::string_view next_of_a) {
    return fmt::format(
        "loki.source.journal \"j\" {{\n"
        " forward_to = [loki.process.a.receiver, loki.process.b.receiver]\n}}\n"
        "loki.process \"a\" {{\n forward_to = [{}.receiver]\n{}}}\n"
        "loki.process \"b\" {{\n forward_to = [loki.write.w.receiver]\n{}}}\n{}",
        next_of_a, labels("a", 8), labels("b", 8), kBackend);
  };
  const std::string_view one = R"(job=\"one\")", other = R"(job=\"other\")", any = R"(job=~\".+\")";
  check_design_cases({
      {"two ways", two_ways("loki.write.w"), ""},
      {"one after the other", two_ways("loki.process.b"), "C035"},
      {"selectors of which one holds", with_stages(match(one, "a") + match(other, "b")), ""},
      {"selectors that hold together", with_stages(match(one, "a") + match(any, "b")), "C035"},
      {"the same selector", with_stages(match(one, "a") + match(one, "b")), "C035"},
      {"of rules and of stages",
       with_rules(rule("source_labels = [\"__journal__systemd_unit\"]\ntarget_label = \"unit\""),
                  "loki.process.p.receiver") +
           fmt::format("loki.process \"p\" {{\n forward_to = [loki.write.w.receiver]\n{}}}\n",
                       labels("a", 14)),
       "C035"},
  });
}
