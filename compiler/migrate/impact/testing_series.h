#pragma once
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/migrate/impact/testing_lines.h"
#include "logql/ast.h"

/// For tests of this room: the value of metric queries at one moment, with all lines in range.
namespace compiler::migrate::impact::testing {

using Series = std::map<Labels, double>;

inline double fold(const std::string& function, const std::vector<double>& values) {
  double sum = 0;
  for (const double one : values) sum += one;
  const auto count = static_cast<double>(values.size());
  // A rate is a count of the range: in seconds, sums of the same lines would differ in rounding.
  if (function.starts_with("count") || function == "rate") return count;
  if (function.starts_with("max")) return *std::max_element(values.begin(), values.end());
  if (function.starts_with("min")) return *std::min_element(values.begin(), values.end());
  return function.starts_with("avg") ? sum / count : sum;
}

inline Labels grouped(const Labels& labels, const logql::Grouping& grouping) {
  Labels kept = grouping.without ? labels : Labels{};
  for (const auto& name : grouping.labels) {
    const auto found = labels.find(name.value);
    if (grouping.without) kept.erase(name.value);
    if (!grouping.without && found != labels.end()) kept.insert(*found);
  }
  return kept;
}

/// Evaluates expressions over lines; `seen` collects the lines that any part takes.
class Loki {
 public:
  explicit Loki(const std::vector<Line>& lines) : lines_(lines) {}
  std::set<size_t> seen;

  Series of(const logql::Expr& expr) {
    return std::visit([&](const auto& what) { return (*this)(what); }, expr.what);
  }
  Series operator()(const logql::LogQuery& query) {
    Series streams;
    for (const Passing& one : run(query, lines_)) {
      seen.insert(one.line->id);
      ++streams[one.labels];
    }
    return streams;
  }
  Series operator()(const logql::RangeAggregation& range) {
    std::map<Labels, std::vector<double>> samples;
    for (const Passing& one : run(range.query, lines_)) {
      seen.insert(one.line->id);
      samples[range.grouping ? grouped(one.labels, *range.grouping) : one.labels].push_back(
          one.unwrapped.value_or(1));
    }
    if (range.function == "absent_over_time") return samples.empty() ? Series{{{}, 1}} : Series{};
    return folded(range.function, samples);
  }
  Series operator()(const logql::VectorAggregation& aggregation) {
    const Series operand = of(*aggregation.operand);
    if (aggregation.function == "topk") return top(aggregation, operand);
    std::map<Labels, std::vector<double>> samples;
    for (const auto& [labels, value] : operand)
      samples[grouped(labels, aggregation.grouping.value_or(logql::Grouping{}))].push_back(value);
    return folded(aggregation.function, samples);
  }
  Series operator()(const logql::Paren& paren) { return of(*paren.inner); }
  Series operator()(const logql::Binary& binary) {
    Series left = of(*binary.left);
    if (const auto* literal = std::get_if<logql::Number>(&binary.right->what)) {
      const double bound = number(literal->text.value);
      std::erase_if(left, [&](const auto& one) {
        return binary.op == ">" ? one.second <= bound : one.second >= bound;
      });
      return left;
    }
    const Series right = of(*binary.right);
    if (binary.op == "or") {
      left.insert(right.begin(), right.end());
      return left;
    }
    Series matched;
    const auto matching = binary.matching.value_or(logql::Grouping{.without = true});
    for (const auto& [labels, value] : left) {
      for (const auto& [others, other] : right) {
        if (grouped(labels, matching) != grouped(others, matching)) continue;
        matched[grouped(labels, matching)] = value / other;
      }
    }
    return matched;
  }
  template <typename Other>
  Series operator()(const Other&) {
    return {};
  }

 private:
  /// topk(1, ...): of equals the first.
  static Series top(const logql::VectorAggregation& aggregation, const Series& operand) {
    std::map<Labels, Series::const_iterator> best;
    for (auto one = operand.begin(); one != operand.end(); ++one) {
      const auto key = grouped(one->first, aggregation.grouping.value_or(logql::Grouping{}));
      const auto [known, is_new] = best.emplace(key, one);
      if (!is_new && known->second->second < one->second) known->second = one;
    }
    Series chosen;
    for (const auto& [group, one] : best) chosen.insert(*one);
    return chosen;
  }

  static Series folded(const std::string& function,
                       const std::map<Labels, std::vector<double>>& samples) {
    Series series;
    // Rounded: sums of the same numbers in another order are the same here.
    for (const auto& [labels, values] : samples)
      series[labels] = std::round(fold(function, values) * 1e6) / 1e6;
    return series;
  }

  const std::vector<Line>& lines_;
};

/// The values alone, rounded: labels of a proposal have other names.
inline std::multiset<long> values_of(const Series& series) {
  std::multiset<long> values;
  for (const auto& [labels, value] : series) values.insert(std::lround(value * 1'000'000));
  return values;
}

}  // namespace compiler::migrate::impact::testing
