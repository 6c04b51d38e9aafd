#include "compiler/migrate/impact/judge.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

#include "tests/support/golden.h"

/// Case files: blocks between blank lines are documents, their lines are uses:
///   query: ...           alert: ...           record NAME: ...      promql: ...
///   selector: ...        legend: ...          annotation: ...       link: ...
///   label: ...           value LABEL: ...     regex VARIABLE: ...   route: ...
///   variable NAME: type=custom values=a,b all=.* multi label=job selector={...} regex=/.../
///   labels: a=b,c=d      of the rule before       filter: LABEL OP VALUE    ad hoc
/// What reads a result reads that of the query above it. Lines with # are comments.
namespace {

using namespace compiler::migrate;
using namespace compiler::migrate::impact;

streams::StreamFamily family(const std::map<std::string, std::string>& labels) {
  streams::StreamFamily made;
  for (const auto& [name, value] : labels) made.labels[name] = streams::Values::of(value);
  made.labels["environment"] = streams::Values::of("ouranos");
  return made;
}

/// kairos and angelia keep their name as service; angelia has two components; spelunker's project
/// is called otherwise, and what its containers are called is not known.
streams::Mapping sample() {
  streams::Mapping mapping;
  for (const std::string service : {"angelia", "kairos", "spelunker"}) {
    streams::Change change{.host = "puck", .service = service, .before = {}, .after = {}};
    change.before.push_back(family({{"job", service}, {"hostname", "puck"}}));
    std::vector<std::string> components = {"app"};
    if (service == "angelia") components.emplace_back("worker");
    for (const auto& component : components) {
      const auto project = service == "spelunker" ? "cave" : service;
      auto after = family({{"service", project}, {"component", component}, {"hostname", "puck"}});
      const auto container = fmt::format("{}-{}-", project, component);
      after.labels["container"] = service == "spelunker"
                                      ? streams::Values{{}, {streams::OpenValue{{container, ""}}}}
                                      : streams::Values::of(container + "1");
      change.after.push_back(after);
    }
    mapping.changes.push_back(change);
  }
  for (const std::string host : {"puck", "rosalind"}) {
    mapping.unchanged.push_back(family({{"job", "systemd"}, {"hostname", host}}));
    mapping.unchanged.push_back(
        family({{"job", "systemd"}, {"service", "alloy"}, {"hostname", host}}));
  }
  for (const std::string service : {"gitea", "hass"})
    mapping.unchanged.push_back(family({{"job", service}, {"hostname", "rosalind"}}));
  for (const std::string service : {"athena", "mnemosyne"}) {
    mapping.unchanged.push_back(family({{"service", service},
                                        {"component", "app"},
                                        {"container", service + "-app-1"},
                                        {"hostname", "puck"}}));
  }
  auto apache = family({{"job", "apache"}, {"log", "access"}, {"hostname", "rosalind"}});
  apache.labels["filename"] = {{}, {streams::OpenValue{{"/var/log/apache2/", "-access.log"}}}};
  mapping.unchanged.push_back(apache);
  return mapping;
}

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, by);) parts.push_back(part);
  return parts;
}

documents::VariableDef variable(const std::string& name, const std::string& text) {
  documents::VariableDef made{.name = name};
  for (const auto& setting : split(text, ' ')) {
    const auto equals = setting.find('=');
    const auto key = setting.substr(0, equals);
    const auto value = equals == std::string::npos ? "" : setting.substr(equals + 1);
    if (key == "type") made.type = value;
    if (key == "values") made.values = split(value, ',');
    if (key == "all") made.all_value = value;
    if (key == "all" || key == "include_all") made.include_all = true;
    if (key == "multi") made.multi = true;
    if (key == "label") made.label = value;
    if (key == "selector") made.query_selector = value;
    if (key == "regex") made.regex = value;
  }
  made.values_are_all = made.type == "custom" || made.type == "constant";
  return made;
}

struct Kind {
  std::string_view word;
  documents::UseKind kind;
  documents::Language language = documents::Language::logql;
};
constexpr Kind kKinds[] = {
    {"query", documents::UseKind::query},
    {"alert", documents::UseKind::query},
    {"record", documents::UseKind::query},
    {"promql", documents::UseKind::query, documents::Language::promql},
    {"promalert", documents::UseKind::query, documents::Language::promql},
    {"selector", documents::UseKind::selector},
    {"legend", documents::UseKind::label_template, documents::Language::none},
    {"annotation", documents::UseKind::go_template, documents::Language::none},
    {"link", documents::UseKind::field_reference, documents::Language::none},
    {"label", documents::UseKind::label_name},
    {"value", documents::UseKind::value},
    {"regex", documents::UseKind::value_regex},
    {"series", documents::UseKind::series_name, documents::Language::none},
    {"notification", documents::UseKind::go_template, documents::Language::none},
    {"route", documents::UseKind::route_matchers, documents::Language::none},
};

class CaseReader {
 public:
  std::vector<documents::Document> documents;

  void line(const std::string& text) {
    if (text.empty()) {
      is_new_ = true;
      return;
    }
    if (text.starts_with('#')) return;
    if (is_new_) documents.push_back({.path = "case", .scopes = {documents::VariableScope{}}});
    is_new_ = false;
    const auto colon = text.find(": ");
    REQUIRE(colon != std::string::npos);
    const auto head = split(text.substr(0, colon), ' ');
    add(head[0], head.size() > 1 ? head[1] : "", text.substr(colon + 2));
  }

 private:
  void add(const std::string& word, const std::string& name, const std::string& text) {
    documents::Document& document = documents.back();
    if (word == "variable") {
      document.scopes[0].variables[name] = variable(name, text);
      return;
    }
    if (word == "filter") {
      const auto parts = split(text, ' ');
      REQUIRE(parts.size() == 3);
      document.scopes[0].filters.push_back({parts[0], parts[1], parts[2]});
      return;
    }
    if (word == "labels") {
      for (const auto& one : split(text, ',')) {
        const auto equals = one.find('=');
        document.rules.back().labels[one.substr(0, equals)] = one.substr(equals + 1);
      }
      return;
    }
    if (word == "regex") document.scopes[0].variables[name].regex = text;
    const auto known = std::find_if(std::begin(kKinds), std::end(kKinds),
                                    [&](const Kind& kind) { return kind.word == word; });
    CAPTURE(word);
    REQUIRE(known != std::end(kKinds));
    documents::Use use{.kind = known->kind,
                       .language = known->language,
                       .text = documents::Excerpt::of_file(text)};
    use.scope = 0;
    use.name = name;
    use.label = use.kind == documents::UseKind::value ? name : "";
    use.is_alert = word == "alert" || word == "promalert" || word == "route";
    if (word == "query" || word == "alert" || word == "record" || word == "promql" ||
        word == "promalert") {
      query_ = static_cast<int32_t>(document.uses.size());
    }
    if (word == "alert" || word == "record" || word == "promalert") {
      document.rules.push_back({.name = name,
                                .is_record = word == "record",
                                .labels = {},
                                .expression = document.uses.size()});
    }
    if (word == "notification") {
      document.matchers.push_back({});
      use.matchers = static_cast<int32_t>(document.matchers.size() - 1);
    }
    use.is_regex = (word == "series" || word == "label") && text.starts_with('/');
    const bool reads =
        use.language == documents::Language::none && use.kind != documents::UseKind::route_matchers;
    if (reads || (use.kind == documents::UseKind::label_name && name.empty()))
      use.belongs_to = query_;
    document.uses.push_back(use);
  }

  bool is_new_ = true;
  int32_t query_ = -1;
};

std::string name_of(Transition::Kind kind) {
  constexpr std::string_view kNames[] = {"dual labels", "two targets", "either"};
  return std::string(kNames[static_cast<size_t>(kind)]);
}

std::string render(const documents::Document& document, const Finding& finding) {
  const documents::Use& use = document.uses[finding.use];
  const auto& text = use.text.text();
  std::string out =
      fmt::format("{}\n  {}, {}", text, name(finding.verdict), name(finding.confidence));
  if (!finding.services.empty()) out += fmt::format(": {}", fmt::join(finding.services, ", "));
  out += '\n';
  if (!finding.reason.empty()) out += fmt::format("  {}\n", finding.reason);
  if (finding.proposal && finding.proposal->blocked.empty()) {
    out += fmt::format("  -> {}\n", finding.proposal->text);
    const auto edited = documents::apply(text, finding.proposal->edits);
    CHECK(edited.value_or("edits overlap") == finding.proposal->text);
  } else if (finding.proposal) {
    out += fmt::format("  no edit: {}\n", finding.proposal->blocked);
  }
  for (const auto& transition : finding.transitions) {
    out +=
        fmt::format("  {}: {} ({})\n", name_of(transition.kind), transition.text, transition.cost);
  }
  return out;
}

TEST_CASE("golden: judge") {
  const streams::Mapping mapping = sample();
  golden::run(
      "tests/golden/migrate_judge",
      [&](const golden::Input& input) {
        CaseReader reader;
        for (const auto& line : split(input.source, '\n')) reader.line(line);
        std::string out;
        for (const auto& finding : judge(reader.documents, mapping)) {
          out += render(reader.documents[finding.document], finding) + "\n";
        }
        return out;
      },
      ".case");
}

TEST_CASE("judge: nothing that may depend on a host that is missing is certain") {
  struct Case {
    std::string text;
    bool may_move;
    std::string_view verdict;
  };
  for (const Case& c : {
           Case{"alert A: {job=\"kairos\"}", false, "EMPTY, likely"},
           {"alert A: {job=\"kairos\"}", true, "EMPTY, likely"},
           {"query: {job=\"apache\"}", false, "SAME, certain"},
           {"query: {job=\"apache\"}", true, "UNKNOWN, likely"},
           {"value job: apache", true, "UNKNOWN, likely"},
           {"promql: up{job=\"kairos\"}", true, "SAME, certain"},
       }) {
    CAPTURE(c.text);
    CAPTURE(c.may_move);
    streams::Mapping mapping = sample();
    mapping.missing.push_back({"h2", "errors", c.may_move});
    CaseReader reader;
    reader.line(c.text);
    const auto findings = judge(reader.documents, mapping);
    REQUIRE(findings.size() == 1);
    const Finding& one = findings[0];
    CHECK(fmt::format("{}, {}", name(one.verdict), name(one.confidence)) == c.verdict);
    const bool is_said = one.reason.find("The streams of h2 are missing here") != std::string::npos;
    CHECK(is_said == (one.verdict != Verdict::same));
    CHECK(one.transitions.empty());
    if (one.proposal) {
      CHECK(one.proposal->edits.empty());
      CHECK_FALSE(one.proposal->blocked.empty());
    }
  }
}

TEST_CASE("judge: what reads a result that may be of a missing host is not certain") {
  streams::Mapping mapping = sample();
  mapping.missing.push_back({"h2", "errors"});
  CaseReader reader;
  for (const char* line : {"record job:rate: sum by (job) (rate({job=\"apache\"}[5m]))", "",
                           "promalert A: job:rate > 1"})
    reader.line(line);
  for (const Finding& one : judge(reader.documents, mapping)) {
    CHECK(name(one.verdict) == "UNKNOWN");
    CHECK(name(one.confidence) != "certain");
  }
}

}  // namespace
