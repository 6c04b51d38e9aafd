#include "tests/support/log_store.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "logql/parser.h"

namespace support {
namespace {

using logql::LineOp;
using logql::MatchOp;
using LabelMap = std::map<std::string, std::string>;

base::Result<std::shared_ptr<re2::RE2>> compiled(const std::string& pattern) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_dot_nl(true);
  auto regex = std::make_shared<re2::RE2>(pattern, options);
  if (!regex->ok()) return base::fail("parse error: {}: {}", pattern, regex->error());
  return regex;
}

/// Whether a label's value fits; a label that is not there has the value "".
struct Match {
  std::string name, value;
  MatchOp op = MatchOp::equal;
  std::shared_ptr<re2::RE2> regex;

  bool accepts(const std::string& text) const {
    const bool is_regex = op == MatchOp::regex || op == MatchOp::not_regex;
    const bool fits = is_regex ? re2::RE2::FullMatch(text, *regex) : text == value;
    return fits == (op == MatchOp::equal || op == MatchOp::regex);
  }
};

struct Filter {
  LineOp op = LineOp::contains;
  std::vector<std::string> texts;
  std::vector<std::shared_ptr<re2::RE2>> regexes;

  bool accepts(const std::string& line) const {
    const auto has = [&](const std::string& text) { return line.find(text) != line.npos; };
    const auto fits = [&](const auto& regex) { return re2::RE2::PartialMatch(line, *regex); };
    const bool found = std::any_of(texts.begin(), texts.end(), has) ||
                       std::any_of(regexes.begin(), regexes.end(), fits);
    return found == (op == LineOp::contains || op == LineOp::regex);
  }
};

struct Query {
  std::vector<Match> matches;
  std::vector<Filter> filters;

  bool accepts(const StoredLine& line) const {
    const auto fits = [&](const Match& match) {
      const auto label = line.labels.find(match.name);
      return match.accepts(label == line.labels.end() ? "" : label->second);
    };
    return std::all_of(matches.begin(), matches.end(), fits) &&
           std::all_of(filters.begin(), filters.end(),
                       [&](const Filter& filter) { return filter.accepts(line.text); });
  }
};

base::Result<Filter> filter_of(const logql::Stage& stage) {
  const auto* line = std::get_if<logql::LineFilter>(&stage.what);
  if (line == nullptr) return base::fail("not supported here: a stage that is no line filter");
  if (line->op == LineOp::pattern || line->op == LineOp::not_pattern)
    return base::fail("not supported here: line filters |> and !>");
  Filter filter{line->op, {}, {}};
  for (const auto& choice : line->choices) {
    if (choice.is_ip) return base::fail("not supported here: ip()");
    if (line->op == LineOp::contains || line->op == LineOp::not_contains) {
      filter.texts.push_back(choice.text.value);
      continue;
    }
    auto regex = compiled(choice.text.value);
    if (!regex) return tl::unexpected(regex.error());
    filter.regexes.push_back(std::move(*regex));
  }
  return filter;
}

base::Result<Query> query_of(const logql::LogQuery& from) {
  Query query;
  for (const logql::Matcher& matcher : from.selector.matchers) {
    Match match{matcher.name.value, matcher.value.value, matcher.op, nullptr};
    if (matcher.op == MatchOp::regex || matcher.op == MatchOp::not_regex) {
      auto regex = compiled(match.value);
      if (!regex) return tl::unexpected(regex.error());
      match.regex = std::move(*regex);
    }
    query.matches.push_back(std::move(match));
  }
  if (std::all_of(query.matches.begin(), query.matches.end(),
                  [](const Match& match) { return match.accepts(""); }))
    return base::fail("parse error: a query needs a matcher that an absent label does not pass");
  for (const logql::Stage& stage : from.stages) {
    auto filter = filter_of(stage);
    if (!filter) return tl::unexpected(filter.error());
    query.filters.push_back(std::move(*filter));
  }
  return query;
}

base::Result<logql::ExprPtr> parsed(std::string_view text) {
  logql::Parsed result = logql::parse(text);
  if (!result.ok()) return base::fail("parse error: {}", result.errors.front().message);
  return std::move(result.expr);
}

/// "1h30m" in nanoseconds.
std::optional<int64_t> duration_of(std::string_view text) {
  constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"ms", 1'000'000},        {"s", 1'000'000'000},      {"m", 60'000'000'000},
      {"h", 3'600'000'000'000}, {"d", 86'400'000'000'000}, {"w", 604'800'000'000'000}};
  int64_t total = 0;
  while (!text.empty()) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    const size_t letters = std::min(text.find_first_of("0123456789"), text.size());
    const auto* unit = std::find_if(std::begin(kUnits), std::end(kUnits), [&](const auto& known) {
      return known.first == text.substr(0, letters);
    });
    if (unit == std::end(kUnits) || number > INT64_MAX / 2 / unit->second) return std::nullopt;
    total += number * unit->second;
    text.remove_prefix(letters);
  }
  return total;
}

std::vector<FoundStream> found(const Query& query, const std::vector<StoredLine>& lines,
                               int64_t begin_ns, int64_t end_ns) {
  std::map<LabelMap, FoundStream> streams;
  for (const StoredLine& line : lines) {
    if (line.timestamp_ns <= begin_ns || line.timestamp_ns > end_ns || !query.accepts(line))
      continue;
    FoundStream& stream = streams[line.labels];
    stream.labels = line.labels;
    stream.lines.push_back(&line);
  }
  std::vector<FoundStream> out;
  for (auto& [_, stream] : streams) out.push_back(std::move(stream));
  return out;
}

base::Result<std::vector<Sample>> counts(const logql::Expr& expr,
                                         const std::vector<StoredLine>& lines, int64_t time_ns) {
  const auto* range = std::get_if<logql::RangeAggregation>(&expr.what);
  if (range == nullptr || range->function != "count_over_time" || range->offset || range->grouping)
    return base::fail("not supported here: anything but count_over_time, sum of it, and lines");
  const auto query = query_of(range->query);
  if (!query) return tl::unexpected(query.error());
  const auto length = duration_of(range->range.value);
  if (!length) return base::fail("parse error: no duration: {}", range->range.value);
  std::vector<Sample> samples;
  for (const FoundStream& stream : found(*query, lines, time_ns - *length, time_ns))
    samples.push_back({stream.labels, stream.lines.size()});
  return samples;
}

std::vector<Sample> sums(const std::vector<Sample>& samples, const logql::Grouping* grouping) {
  std::map<LabelMap, uint64_t> groups;
  for (const Sample& sample : samples) {
    LabelMap key;
    if (grouping != nullptr)
      for (const logql::Text& label : grouping->labels)
        if (const auto at = sample.labels.find(label.value); at != sample.labels.end())
          key.insert(*at);
    groups[key] += sample.value;
  }
  std::vector<Sample> out;
  for (const auto& [labels, value] : groups) out.push_back({labels, value});
  return out;
}

}  // namespace

base::Result<std::vector<FoundStream>> find_lines(std::string_view text,
                                                  const std::vector<StoredLine>& lines,
                                                  int64_t begin_ns, int64_t end_ns) {
  const auto expr = parsed(text);
  if (!expr) return tl::unexpected(expr.error());
  const auto* log_query = std::get_if<logql::LogQuery>(&(*expr)->what);
  if (log_query == nullptr) return base::fail("not supported here: this is no query for lines");
  const auto query = query_of(*log_query);
  if (!query) return tl::unexpected(query.error());
  return found(*query, lines, begin_ns, end_ns);
}

base::Result<std::vector<Sample>> evaluate(std::string_view text,
                                           const std::vector<StoredLine>& lines, int64_t time_ns) {
  const auto expr = parsed(text);
  if (!expr) return tl::unexpected(expr.error());
  const auto* sum = std::get_if<logql::VectorAggregation>(&(*expr)->what);
  if (sum == nullptr) return counts(**expr, lines, time_ns);
  if (sum->function != "sum" || (sum->grouping && sum->grouping->without))
    return base::fail("not supported here: {}", sum->function);
  const auto samples = counts(*sum->operand, lines, time_ns);
  if (!samples) return samples;
  return sums(*samples, sum->grouping ? &*sum->grouping : nullptr);
}

}  // namespace support
