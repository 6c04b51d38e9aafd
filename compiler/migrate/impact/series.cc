#include "compiler/migrate/impact/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "compiler/migrate/impact/expression.h"
#include "compiler/migrate/impact/line_labels.h"
#include "compiler/migrate/impact/query_parts.h"
#include "compiler/migrate/impact/selection.h"

/// The lines of a service that moves are one unit, and so is each family of streams that stays: in
/// what way a unit's lines are shared out among its own streams is not known. A unit is spread as
/// it was when it was one series and is one, or when the labels that vary within it, and their
/// values, are the same on both sides. Units share a series after the move just where they did
/// before.
namespace compiler::migrate::impact {
namespace {

constexpr size_t kSeriesMax = 20'000;

/// A series, or one for each value of the labels that vary.
struct Series {
  size_t unit = 0;
  SeriesPtr labels;
  bool is_right = false;  ///< of the right side, where two are matched
};

struct Vector {
  std::vector<Series> list;
  std::string_view combined_by;  ///< see combines()
  bool is_literal = false;
};

bool is_one_value(const LabelSource& source) {
  return source.kind == LabelSource::Kind::stream && source.values.open.empty() &&
         source.values.exact.size() == 1;
}

bool keeps_each(std::string_view function) {
  return function == "topk" || function == "bottomk" || function == "approx_topk";
}

/// One side of an expression: the series that its parts have.
class SeriesWalk {
 public:
  SeriesWalk(const FamilyIndex& families, const Bindings& bindings, Side side)
      : families_(families), bindings_(bindings), side_(side) {}

  /// The places where the number of series matters, in the order of the expression; nullopt: it
  /// could not be followed.
  std::optional<std::vector<std::vector<Series>>> places(const logql::Expr& expr) {
    const Vector result = of(expr);
    if (!result.is_literal) note(result);
    if (!is_known_) return std::nullopt;
    return std::move(places_);
  }

  Vector range_series(const logql::RangeAggregation& range) { return (*this)(range); }

  Vector operator()(const logql::LogQuery& query) { return {lines(query), {}, false}; }
  Vector operator()(const logql::Paren& paren) { return of(*paren.inner); }
  Vector operator()(const logql::Number&) { return {{}, {}, true}; }
  Vector operator()(const logql::VectorLiteral&) { return {{}, {}, true}; }
  Vector operator()(const logql::ExprVariable&) { return unknown(); }
  Vector operator()(const logql::Variants&) { return unknown(); }

  Vector operator()(const logql::RangeAggregation& range) {
    if (range.function == "absent_over_time") return {{}, {}, true};
    Vector made{lines(range.query), combines(range.function), false};
    if (range.grouping) group(made, *range.grouping);
    return made;
  }

  Vector operator()(const logql::VectorAggregation& aggregation) {
    Vector operand = of(*aggregation.operand);
    const auto& function = aggregation.function;
    if (function == "sort" || function == "sort_desc" || operand.is_literal) return operand;
    if (function != operand.combined_by) {
      note(operand);
      operand.combined_by = {};
    }
    const auto grouping = aggregation.grouping.value_or(logql::Grouping{});
    if (!keeps_each(function)) {
      group(operand, grouping);
      return operand;
    }
    // The series of a group compete with each other, and keep their labels.
    Vector rivals = operand;
    group(rivals, grouping);
    note(rivals);
    return operand;
  }

  Vector operator()(const logql::LabelReplace& replace) {
    Vector operand = of(*replace.operand);
    const auto from = bindings_.bind(replace.source, side_);
    const auto to = bindings_.bind(replace.destination, side_);
    if (!from || !to) return unknown();
    for (Series& one : operand.list) {
      auto made = std::make_shared<SeriesLabels>(*one.labels);
      const auto source = made->named.find(from->text);
      const bool is_there = source != made->named.end();
      const auto key = is_there     ? key_of(source->second)
                       : made->open ? "line " + from->text
                                    : std::string("absent");
      auto id = fmt::format("{}/{}/{}", key, replace.regex.value, replace.replacement.value);
      LabelSource value{.kind = LabelSource::Kind::made, .values = {}, .id = id};
      // Of one value one is made: which one does not matter.
      if (is_there ? is_one_value(source->second) : !made->open) {
        value = {.kind = LabelSource::Kind::stream, .values = streams::Values::of(id), .id = {}};
      }
      made->named[to->text] = std::move(value);
      one.labels = std::move(made);
    }
    return operand;
  }

  Vector operator()(const logql::Binary& binary) {
    Vector left = of(*binary.left), right = of(*binary.right);
    if (left.is_literal && right.is_literal) return left;
    if (binary.op == "or") return either(std::move(left), std::move(right));
    const bool scales = binary.op == "*" || (binary.op == "/" && right.is_literal);
    if (!left.is_literal && !right.is_literal) note_partners(left, right, binary);
    for (Vector* side : {&left, &right}) {
      const bool is_scaled = scales && (left.is_literal || right.is_literal);
      if (side->is_literal || is_scaled) continue;
      note(*side);
      side->combined_by = {};
    }
    return left.is_literal ? right : left;
  }

 private:
  Vector of(const logql::Expr& expr) {
    return std::visit([&](const auto& what) { return (*this)(what); }, expr.what);
  }

  Vector unknown() {
    is_known_ = false;
    return {};
  }

  static Vector either(Vector left, Vector right) {
    if (left.is_literal) return right;
    if (right.is_literal) return left;
    if (left.combined_by != right.combined_by) left.combined_by = {};
    std::move(right.list.begin(), right.list.end(), std::back_inserter(left.list));
    return left;
  }

  void note(const Vector& vector) { places_.push_back(vector.list); }

  /// Series of the two sides are partners where the labels that are matched are the same.
  void note_partners(const Vector& left, Vector right, const logql::Binary& binary) {
    Vector both = left;
    for (Series& one : right.list) one.is_right = true;
    std::move(right.list.begin(), right.list.end(), std::back_inserter(both.list));
    group(both, binary.matching.value_or(logql::Grouping{.without = true}));
    note(both);
  }

  void group(Vector& vector, const logql::Grouping& grouping) {
    std::vector<std::string> names;
    for (const auto& label : grouping.labels) {
      const auto bound = bindings_.bind(label, side_);
      if (!bound) is_known_ = false;
      if (bound) names.push_back(bound->text);
    }
    // Most families share their labels with others: each is grouped once.
    std::map<const SeriesLabels*, SeriesPtr> done;
    for (Series& one : vector.list) {
      SeriesPtr& made = done[one.labels.get()];
      if (made == nullptr)
        made = std::make_shared<SeriesLabels>(
            project(families_, *one.labels, names, grouping.without));
      one.labels = made;
    }
  }

  std::vector<Series> lines(const logql::LogQuery& query) {
    std::vector<Series> list;
    const auto bound = bindings_.bind(query.selector, side_);
    if (!bound) is_known_ = false;
    if (!bound || !bound->possible) return list;
    const Reach reach = families_.reach(bound->list);
    if (!reach.error.empty()) is_known_ = false;
    const size_t changes = families_.mapping().changes.size();
    const auto collect = [&](FamilyIndex::Range range, std::optional<size_t> change) {
      for (size_t i = range.begin; i < range.end; ++i) {
        if (reach.may.test(i)) add(query, i, change.value_or(changes + i), list);
      }
    };
    for (size_t change = 0; change < changes; ++change) {
      collect(side_ == Side::before ? families_.before(change) : families_.after(change), change);
    }
    collect(families_.unchanged(), std::nullopt);
    is_known_ = is_known_ && list.size() <= kSeriesMax;
    return list;
  }

  void add(const logql::LogQuery& query, size_t family, size_t unit, std::vector<Series>& list) {
    if (query.stages.empty()) {
      list.push_back({unit, families_.labels(family)});
      return;
    }
    const auto lines = follow(families_, query, bindings_, side_, families_.family(family));
    is_known_ = is_known_ && lines.unknown.empty();
    if (!lines.passes.may) return;
    list.push_back({unit, std::make_shared<SeriesLabels>(series_labels(lines))});
  }

  const FamilyIndex& families_;
  const Bindings& bindings_;
  Side side_;
  bool is_known_ = true;
  std::vector<std::vector<Series>> places_;
};

std::string key_of(const SeriesLabels& labels, const std::set<std::string>& but) {
  std::string key = labels.open ? "open;" : "";
  for (const auto& [name, source] : labels.named) {
    // A label that is empty is not there.
    const bool is_absent = is_one_value(source) && source.values.exact.front().empty();
    if (!but.contains(name) && !is_absent)
      key += fmt::format("{}={};", name, impact::key_of(source));
  }
  return key;
}

/// How one unit's lines are spread at one place.
struct UnitSpread {
  std::map<std::string, std::string> series;  ///< the labels that vary -> all labels
  bool is_exact = true;                       ///< there are just these
};

UnitSpread spread_of(const std::vector<const SeriesLabels*>& all) {
  std::set<std::string> constant;
  for (const auto& [name, source] : all.front()->named) {
    const bool is_constant =
        is_one_value(source) &&
        std::all_of(all.begin(), all.end(), [&, &n = name, &s = source](const SeriesLabels* one) {
          const auto found = one->named.find(n);
          return found != one->named.end() && found->second == s;
        });
    if (is_constant) constant.insert(name);
  }
  UnitSpread spread;
  for (const SeriesLabels* one : all) {
    spread.series.emplace(key_of(*one, constant), key_of(*one, {}));
    spread.is_exact = spread.is_exact && !one->open &&
                      std::all_of(one->named.begin(), one->named.end(),
                                  [](const auto& label) { return is_one_value(label.second); });
  }
  return spread;
}

/// By unit, and by side where two are matched.
using Spreads = std::map<std::pair<size_t, bool>, UnitSpread>;

Spreads spreads_of(const std::vector<Series>& list) {
  std::map<std::pair<size_t, bool>, std::vector<const SeriesLabels*>> by_unit;
  for (const Series& one : list) by_unit[{one.unit, one.is_right}].push_back(one.labels.get());
  Spreads spreads;
  for (const auto& [unit, all] : by_unit) spreads.emplace(unit, spread_of(all));
  return spreads;
}

bool same_split(const UnitSpread& a, const UnitSpread& b) {
  return std::equal(a.series.begin(), a.series.end(), b.series.begin(), b.series.end(),
                    [](const auto& x, const auto& y) { return x.first == y.first; });
}

std::string name_of_unit(const FamilyIndex& families, size_t unit) {
  const auto& changes = families.mapping().changes;
  return unit < changes.size() ? service_name(changes[unit]) : "";
}

SeriesChange compare_place(const FamilyIndex& families, const std::vector<Series>& before,
                           const std::vector<Series>& after) {
  const Spreads old_spreads = spreads_of(before), new_spreads = spreads_of(after);
  SeriesChange change;
  std::map<std::string, std::string> forth, back;
  for (const auto& [place, old] : old_spreads) {
    const size_t unit = place.first;
    const auto found = new_spreads.find(place);
    if (found == new_spreads.end()) continue;
    const UnitSpread& now = found->second;
    if (!same_split(old, now)) {
      const bool differs = old.is_exact && now.is_exact && old.series.size() != now.series.size();
      if (change.spread == Spread::differs || (change.spread == Spread::unsure && !differs))
        continue;
      const auto name = name_of_unit(families, unit);
      change = {differs ? Spread::differs : Spread::unsure,
                differs
                    ? fmt::format("The lines of {} are in {} series after the move and were in "
                                  "{} before: a value of each is not what it was.",
                                  name, now.series.size(), old.series.size())
                    : fmt::format("The lines of {} may be in another number of series after the "
                                  "move: then a value of each is not what it was.",
                                  name.empty() ? "streams that do not move" : name),
                change.of_moved || !name.empty()};
      continue;
    }
    for (auto a = old.series.begin(), b = now.series.begin(); a != old.series.end(); ++a, ++b) {
      const bool agrees = forth.emplace(a->second, b->second).first->second == b->second &&
                          back.emplace(b->second, a->second).first->second == a->second;
      if (agrees || (change.spread == Spread::differs && change.of_moved)) continue;
      const auto name = name_of_unit(families, unit);
      if (change.spread == Spread::differs && name.empty()) continue;
      change = {Spread::differs,
                fmt::format("The series of {} are not put together with the same others as before.",
                            name.empty() ? "streams that do not move" : name),
                !name.empty()};
    }
  }
  return change;
}

}  // namespace

std::string_view combines(std::string_view function) {
  constexpr std::string_view kAdd[] = {"rate", "count_over_time", "bytes_rate", "bytes_over_time",
                                       "sum_over_time"};
  if (std::find(std::begin(kAdd), std::end(kAdd), function) != std::end(kAdd)) return "sum";
  if (function == "max_over_time") return "max";
  return function == "min_over_time" ? "min" : "";
}

namespace {

/// Whether a query may take something of a service that moves.
bool may_take_moved(const FamilyIndex& families, const logql::Expr& expr, const Bindings& bindings,
                    Side side) {
  const auto queries = parts_of(expr).queries;
  return std::any_of(queries.begin(), queries.end(), [&](const logql::LogQuery* query) {
    const auto bound = bindings.bind(query->selector, side);
    if (!bound) return true;
    const Bits may = families.reach(bound->list).may;
    return may.any(families.unchanged().end, families.size());
  });
}

}  // namespace

SeriesChange compare_series(const FamilyIndex& families, const logql::Expr& before,
                            const logql::Expr& after, const Bindings& bindings) {
  if (!may_take_moved(families, before, bindings, Side::before) &&
      !may_take_moved(families, after, bindings, Side::after)) {
    return {};
  }
  const auto old_places = SeriesWalk(families, bindings, Side::before).places(before);
  const auto new_places = SeriesWalk(families, bindings, Side::after).places(after);
  if (!old_places || !new_places || old_places->size() != new_places->size()) {
    return {Spread::unsure, "Whether it has the same series could not be found out.", true};
  }
  SeriesChange worst;
  for (size_t i = 0; i < old_places->size(); ++i) {
    auto one = compare_place(families, (*old_places)[i], (*new_places)[i]);
    const bool of_moved = worst.of_moved || one.of_moved;
    if (one.spread > worst.spread) worst = std::move(one);
    worst.of_moved = of_moved;
  }
  return worst;
}

std::vector<std::string> common_labels(const FamilyIndex& families,
                                       const logql::RangeAggregation& range,
                                       const Bindings& bindings) {
  const Vector taken = SeriesWalk(families, bindings, Side::after).range_series(range);
  std::map<size_t, std::vector<const SeriesLabels*>> by_unit;
  for (const Series& one : taken.list) by_unit[one.unit].push_back(one.labels.get());
  std::map<std::string, bool> common;  // Whether no unit has several values of it.
  for (const auto& [unit, all] : by_unit) {
    for (const SeriesLabels* one : all) {
      if (one->open) return {};
      for (const auto& [name, source] : one->named) {
        if (source.kind != LabelSource::Kind::stream) return {};
        const auto& first = all.front()->named;
        const auto found = first.find(name);
        const bool is_moved = unit < families.mapping().changes.size();
        const bool is_constant =
            !is_moved || (is_one_value(source) && found != first.end() && found->second == source);
        const auto [known, is_new] = common.emplace(name, is_constant);
        known->second = known->second && is_constant;
      }
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, is_constant] : common) {
    if (is_constant && name != "service_name") names.push_back(name);
  }
  return names;
}

}  // namespace compiler::migrate::impact
