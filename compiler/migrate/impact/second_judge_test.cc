#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <random>

#include "compiler/migrate/impact/judge.h"
#include "compiler/migrate/impact/testing_series.h"
#include "logql/parser.h"

/// A second judge by brute force: small random fleets, moves and queries; every query is run over
/// concrete lines before and after the move, each as it is and for each value of its variable, and
/// the results are compared with verdicts and proposals that are said to be certain.
///
/// TRIBUTARY_CASES: how many (10,000 take a minute or two); TRIBUTARY_SEED: a seed to repeat.
namespace {

using namespace compiler::migrate;
using namespace compiler::migrate::impact;
using namespace compiler::migrate::impact::testing;

constexpr size_t kWorlds = 6;  ///< ways to share the lines out among streams
constexpr size_t kLinesOfUnit = 8;
constexpr std::string_view kMoving[] = {"kairos", "angelia", "neo"};
constexpr std::string_view kHosts[] = {"puck", "oberon"};

unsigned long setting(const char* name, unsigned long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoul(text, nullptr, 10);
}

streams::OpenValue open(const std::string& before, const std::string& after) {
  return {{before, after}};
}

/// Makes fleets and queries, and shares lines out.
class Dice {
 public:
  explicit Dice(unsigned long seed) : random_(seed) {}

  size_t below(size_t bound) { return random_() % bound; }
  bool one_in(size_t n) { return below(n) == 0; }
  template <typename List>
  std::string pick(const List& list) {
    return std::string(*(std::begin(list) + below(std::size(list))));
  }

  streams::Mapping fleet() {
    streams::Mapping mapping;
    has_levels_ = one_in(2);
    // One job for all, or one each; `service` may have meant something else before.
    const bool shares_job = one_in(5), had_service = one_in(6);
    for (const auto host : kHosts) {
      for (const auto service : kMoving) {
        if (one_in(3)) continue;
        auto before = family(host, {{"job", shares_job ? "docker" : std::string(service)}});
        if (shares_job || had_service) set(before, "service", std::string(service));
        const bool stays = one_in(4);
        if (stays) {
          mapping.unchanged.push_back(before);
          continue;
        }
        streams::Change change{std::string(host), std::string(service), {before}, {}};
        const std::string project = one_in(5) ? "other" : std::string(service);
        const size_t count = 1 + below(2);
        const bool unknown = one_in(3);
        for (size_t i = 0; i < (unknown ? 1 : count); ++i) {
          const std::string component = i == 0 ? "app" : "worker";
          auto after = family(host, {{"service", project}, {"component", component}});
          set(after, "container", project + "-" + component + "-1");
          if (unknown) {
            after.labels["component"] = streams::Values::any();
            after.labels["container"] = {{}, {open(project + "-", "-1")}};
          }
          if (one_in(8)) set(after, "job", project);
          change.after.push_back(after);
        }
        if (one_in(12)) change.after.clear();
        mapping.changes.push_back(std::move(change));
      }
      mapping.unchanged.push_back(family(host, {{"job", "systemd"}}));
      if (one_in(2))
        mapping.unchanged.push_back(family(host, {{"job", "systemd"}, {"service", "alloy"}}));
      if (one_in(2))
        mapping.unchanged.push_back(family(host, {{"service", "athena"}, {"component", "app"}}));
    }
    return mapping;
  }

  std::string query(bool& has_variable) {
    const std::string lines = selector(has_variable) + stages();
    const auto range = fmt::format("({} [5m])", lines);
    static constexpr std::string_view kBy[] = {"",
                                               " by (job)",
                                               " by (service)",
                                               " by (hostname)",
                                               " by (level)",
                                               " by (job, hostname)",
                                               " without (job)",
                                               " without (job, service, component, container)"};
    static constexpr std::string_view kKept[] = {"hostname, job", "hostname, job, service", "job"};
    static constexpr std::string_view kFunctions[] = {"sum", "count", "avg", "max", "min"};
    static constexpr std::string_view kUnwrapping[] = {"sum_over_time", "max_over_time",
                                                       "avg_over_time"};
    const auto bound = one_in(2) ? fmt::format(" > {}", below(6)) : "";
    switch (below(9)) {
      case 0:
      case 1:
        return lines;
      // Which of equals is at the top may change; what they add up to may not.
      case 7:
        return fmt::format("sum(topk{} (1, sum by ({}) (count_over_time{})))", pick(kBy),
                           pick(kKept), range);
      case 2:
        return "count_over_time" + range + bound;
      case 3:
        return fmt::format("{}{} (rate{}){}", pick(kFunctions), pick(kBy), range, bound);
      case 4:
        return fmt::format("{}{} (count_over_time{}){}", pick(kFunctions), pick(kBy), range, bound);
      case 5:
        return fmt::format("{}{} ({}({} | json | unwrap size [5m]))", pick(kFunctions), pick(kBy),
                           pick(kUnwrapping), lines);
      case 6:
        return fmt::format("count(sum{} (count_over_time{})){}", pick(kBy), range, bound);
      default: {
        const auto by = pick(kBy);
        return fmt::format("sum{0} (count_over_time{1}) / sum{0} (count_over_time({2} [5m]))", by,
                           range, "{hostname=~\".+\"}");
      }
    }
  }

  /// Concrete lines before and after: each on one of the streams that its family can be.
  std::pair<std::vector<Line>, std::vector<Line>> world(const streams::Mapping& mapping) {
    std::pair<std::vector<Line>, std::vector<Line>> both;
    size_t id = 0;
    const auto add = [&](const std::vector<streams::StreamFamily>& before,
                         const std::vector<streams::StreamFamily>& after) {
      const size_t count = 1 + below(kLinesOfUnit);
      const auto old_streams = concrete(before), new_streams = concrete(after);
      for (size_t i = 0; i < count; ++i, ++id) {
        Line line{id, {}, {{"size", std::to_string(1 + below(9))}}, one_in(2) ? "error" : "fine"};
        if (!one_in(3)) line.fields["level"] = one_in(2) ? "error" : "info";
        if (one_in(4)) line.fields["job"] = "inner";
        const auto put = [&](const std::vector<Labels>& from, std::vector<Line>& to) {
          if (from.empty()) return;
          to.push_back(line);
          to.back().stream = from[below(from.size())];
          if (has_levels_ && line.fields.contains("level"))
            to.back().stream["level"] = line.fields["level"];
        };
        put(old_streams, both.first);
        put(new_streams, both.second);
      }
    };
    for (const auto& change : mapping.changes) add(change.before, change.after);
    for (const auto& family : mapping.unchanged) {
      const size_t first = both.first.size();
      add({family}, {family});
      // What does not move is on the same streams.
      for (size_t i = first, j = both.second.size() - (both.first.size() - first);
           i < both.first.size(); ++i, ++j)
        both.second[j].stream = both.first[i].stream;
    }
    return both;
  }

 private:
  static void set(streams::StreamFamily& family, const std::string& name, std::string value) {
    family.labels[name] = streams::Values::of(std::move(value));
  }

  streams::StreamFamily family(std::string_view host, const Labels& labels) const {
    streams::StreamFamily made;
    for (const auto& [name, value] : labels) set(made, name, value);
    set(made, "hostname", std::string(host));
    if (has_levels_) made.labels["level"] = {{""}, {open("", "")}};
    return made;
  }

  /// Some streams of each family; unknown text becomes one of several texts.
  std::vector<Labels> concrete(const std::vector<streams::StreamFamily>& families) {
    std::vector<Labels> all;
    for (const auto& family : families) {
      const bool is_open =
          family.labels.contains("component") && !family.labels.at("component").open.empty();
      for (size_t copy = 0; copy < (is_open ? 1 + below(3) : 1); ++copy) {
        static constexpr std::string_view kTexts[] = {"app", "worker", "db"};
        const auto text = pick(kTexts);
        Labels& labels = all.emplace_back();
        for (const auto& [name, values] : family.labels) {
          if (name == "level") continue;
          if (values.open.empty()) labels[name] = values.exact.front();
          if (!values.open.empty())
            labels[name] =
                values.open.front().literals.front() + text + values.open.front().literals.back();
        }
      }
    }
    return all;
  }

  std::string matcher(bool& has_variable) {
    static constexpr std::string_view kJobs[] = {"kairos", "angelia", "neo",   "systemd",
                                                 "docker", "athena",  "other", "alloy"};
    static constexpr std::string_view kRegexes[] = {
        ".+",    ".*",         "kairos|systemd", "kairos|angelia",
        "kai.*", "docker|neo", "|systemd",       "athena|other"};
    static constexpr std::string_view kNames[] = {"job", "job", "job", "service", "service"};
    switch (below(9)) {
      case 0:
        return fmt::format("hostname{}\"{}\"", one_in(4) ? "!=" : "=", pick(kHosts));
      case 1:
        return has_levels_ ? fmt::format("level{}\"error\"", one_in(3) ? "!=" : "=")
                           : "hostname=~\".+\"";
      case 2:
        return one_in(2) ? "component=\"app\"" : "container=~\".*app.*\"";
      case 3:
        if (one_in(2)) {
          has_variable = true;
          return fmt::format("{}=~\"$v\"", pick(kNames));
        }
        [[fallthrough]];
      case 4:
      case 5:
        return fmt::format("{}{}\"{}\"", pick(kNames), one_in(3) ? "!~" : "=~", pick(kRegexes));
      default:
        return fmt::format("{}{}\"{}\"", pick(kNames), one_in(4) ? "!=" : "=", pick(kJobs));
    }
  }

  std::string selector(bool& has_variable) {
    // Most ask for one service, or for a host: matchers at random mostly contradict each other.
    static constexpr std::string_view kUsual[] = {
        "job=\"kairos\"",    "job=\"angelia\"",  "job=~\"kairos|angelia\"",           "job=~\".+\"",
        "hostname=\"puck\"", "hostname=~\".+\"", "job!=\"kairos\", hostname=\"puck\""};
    const bool is_usual = !one_in(4);
    std::string text = "{" + (is_usual ? pick(kUsual) : matcher(has_variable));
    while (one_in(is_usual ? 4 : 2)) text += ", " + matcher(has_variable);
    return text + "}";
  }

  std::string stages() {
    static constexpr std::string_view kStages[] = {" |= \"error\"",
                                                   " != \"error\"",
                                                   " | json",
                                                   " | level=\"error\"",
                                                   " | job=\"kairos\"",
                                                   " | job=~\".+\"",
                                                   " | service!=\"kairos\"",
                                                   " | drop job",
                                                   " | json | job=\"inner\"",
                                                   " | label_format job=service",
                                                   " | label_format service=job",
                                                   " | label_format job=level"};
    static constexpr std::string_view kWritten[] = {"{{.job}}", "{{.service}} {{.hostname}}"};
    std::string text;
    while (one_in(3)) text += pick(kStages);
    if (one_in(12)) text += fmt::format(" | line_format \"{}\"", pick(kWritten));
    if (one_in(4)) text += " |= \"kairos\"";
    return text;
  }

  std::mt19937_64 random_;
  bool has_levels_ = false;
};

const std::vector<std::string> kChoices = {"kairos", "systemd", "kairos|systemd"};

std::string with(std::string text, const std::string& value) {
  if (const auto at = text.find("$v"); at != std::string::npos) {
    text.replace(at, 2, value);
    return with(std::move(text), value);
  }
  return text;
}

/// What one query gives before and what one gives after.
struct Outcomes {
  Series before, after;
  std::set<size_t> lines_before, lines_after;
  bool is_refused = false;
  bool is_metric = false;
};

bool refuses(const logql::Expr& expr) {
  const auto* query = std::get_if<logql::LogQuery>(&expr.what);
  if (const auto* range = std::get_if<logql::RangeAggregation>(&expr.what)) query = &range->query;
  if (query != nullptr)
    return std::all_of(
        query->selector.matchers.begin(), query->selector.matchers.end(),
        [](const auto& one) { return meets(static_cast<int>(one.op), one.value.value, ""); });
  if (const auto* vector = std::get_if<logql::VectorAggregation>(&expr.what))
    return refuses(*vector->operand);
  if (const auto* paren = std::get_if<logql::Paren>(&expr.what)) return refuses(*paren->inner);
  if (const auto* binary = std::get_if<logql::Binary>(&expr.what))
    return refuses(*binary->left) || refuses(*binary->right);
  return false;
}

Outcomes outcomes(const std::string& old_text, const std::string& new_text,
                  const std::pair<std::vector<Line>, std::vector<Line>>& world) {
  const auto old_query = logql::parse(old_text), new_query = logql::parse(new_text);
  CAPTURE(old_text);
  CAPTURE(new_text);
  REQUIRE(old_query.ok());
  REQUIRE(new_query.ok());
  Outcomes made;
  made.is_refused = refuses(*old_query.expr) || refuses(*new_query.expr);
  made.is_metric = std::get_if<logql::LogQuery>(&old_query.expr->what) == nullptr;
  Loki before(world.first), after(world.second);
  made.before = before.of(*old_query.expr);
  made.after = after.of(*new_query.expr);
  made.lines_before = std::move(before.seen);
  made.lines_after = std::move(after.seen);
  return made;
}

/// "": the verdict is not contradicted.
std::string contradiction(Verdict verdict, const Outcomes& made, bool is_one_query) {
  const bool same_lines = made.lines_before == made.lines_after;
  if (verdict == Verdict::same && made.is_metric && made.before != made.after)
    return "SAME, but the series differ";
  if (verdict == Verdict::same && !same_lines) return "SAME, but other lines are taken";
  if (!is_one_query) return "";
  if (verdict == Verdict::value_changed && !same_lines)
    return "VALUE-CHANGED, but other lines are taken";
  if (verdict == Verdict::empty && !made.lines_after.empty()) return "EMPTY, but lines are taken";
  const bool is_part = std::includes(made.lines_before.begin(), made.lines_before.end(),
                                     made.lines_after.begin(), made.lines_after.end());
  return verdict == Verdict::narrows && !is_part ? "NARROWS, but other lines come in" : "";
}

std::string wrong_proposal(const Outcomes& made) {
  if (made.is_metric && values_of(made.before) != values_of(made.after))
    return "the proposal gives other values";
  return made.lines_before == made.lines_after ? "" : "the proposal takes other lines";
}

documents::Document document_of(const std::string& text, bool has_variable) {
  documents::Document document{.path = "case", .scopes = {documents::VariableScope{}}};
  documents::Use use{.kind = documents::UseKind::query,
                     .language = documents::Language::logql,
                     .text = documents::Excerpt::of_file(text)};
  use.scope = 0;
  document.uses.push_back(use);
  if (has_variable) {
    document.scopes[0].variables["v"] = {.name = "v",
                                         .type = "custom",
                                         .multi = true,
                                         .include_all = true,
                                         .values = {"kairos", "systemd"},
                                         .values_are_all = true};
  }
  return document;
}

struct Tally {
  size_t certain = 0, proposals = 0, unknown = 0, changes = 0;
};

void check_case(unsigned long seed, Tally& tally) {
  Dice dice(seed);
  const streams::Mapping mapping = dice.fleet();
  bool has_variable = false;
  const std::string text = dice.query(has_variable);
  const auto document = document_of(text, has_variable);
  const auto findings = judge({document}, mapping);
  REQUIRE(findings.size() == 1);
  const Finding& finding = findings[0];
  tally.unknown += finding.verdict == Verdict::unknown ? 1 : 0;
  if (finding.confidence != Confidence::certain || finding.verdict == Verdict::unknown) return;
  ++tally.certain;
  tally.changes += finding.verdict != Verdict::same ? 1 : 0;
  const bool has_proposal = finding.proposal && finding.proposal->blocked.empty();
  tally.proposals += has_proposal ? 1 : 0;
  const bool is_one_query = text.find(" / ") == std::string::npos;
  for (size_t i = 0; i < kWorlds; ++i) {
    const auto world = dice.world(mapping);
    for (const std::string& choice : has_variable ? kChoices : std::vector<std::string>{""}) {
      const auto asked = with(text, choice);
      const Outcomes made = outcomes(asked, asked, world);
      if (made.is_refused) continue;
      // Of several values some may be as before where the verdict on all is that some are not.
      const bool judges_each = !has_variable || finding.verdict == Verdict::same;
      auto wrong = judges_each ? contradiction(finding.verdict, made, is_one_query) : "";
      if (wrong.empty() && has_proposal)
        wrong = wrong_proposal(outcomes(asked, with(finding.proposal->text, choice), world));
      if (wrong.empty()) continue;
      std::string families;
      for (const auto& change : mapping.changes) {
        families += change.host + "/" + change.service + "\n";
        for (const auto& one : change.before) families += "  before " + one.text() + "\n";
        for (const auto& one : change.after) families += "  after  " + one.text() + "\n";
      }
      for (const auto& one : mapping.unchanged) families += "stays " + one.text() + "\n";
      FAIL_CHECK(fmt::format("seed {}: {}\n{}\n{} {}\n{}\n{}", seed, wrong, asked,
                             name(finding.verdict), finding.reason,
                             finding.proposal ? finding.proposal->text : "no proposal", families));
      return;
    }
  }
}

TEST_CASE("second judge: nothing that is certain is contradicted by concrete lines") {
  const auto cases = setting("TRIBUTARY_CASES", 400);
  const auto first = setting("TRIBUTARY_SEED", std::random_device{}());
  Tally tally;
  for (unsigned long i = 0; i < cases; ++i) check_case(first + i, tally);
  MESSAGE("second judge: seeds ", first, " to ", first + cases - 1, ", ", tally.certain,
          " certain, ", tally.changes, " of them with a change, ", tally.proposals,
          " with a proposal, ", tally.unknown, " unknown");
  CHECK((cases < 100 || tally.certain > cases / 4));
  CHECK((cases < 100 || tally.proposals > cases / 20));
}

}  // namespace
