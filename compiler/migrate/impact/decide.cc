#include "compiler/migrate/impact/decide.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/ensure.h"
#include "river/value.h"

namespace compiler::migrate::impact {
namespace {

std::string_view symbol(logql::MatchOp op) {
  switch (op) {
    case logql::MatchOp::equal:
      return "=";
    case logql::MatchOp::not_equal:
      return "!=";
    case logql::MatchOp::regex:
      return "=~";
    case logql::MatchOp::not_regex:
      return "!~";
  }
  ENSURE(false);
  return {};
}

bool is_regex(logql::MatchOp op) {
  return op == logql::MatchOp::regex || op == logql::MatchOp::not_regex;
}

bool is_negative(logql::MatchOp op) {
  return op == logql::MatchOp::not_equal || op == logql::MatchOp::not_regex;
}

Fit opposite(Fit fit) {
  if (fit == Fit::never) return Fit::always;
  return fit == Fit::always ? Fit::never : fit;
}

/// All tests against one text of which parts are open. Two tests that each pass sometimes may or
/// may not pass together.
Fit fit_all(std::span<const ValueTest> tests, const streams::OpenValue& value) {
  Fit all = Fit::always;
  size_t uncertain = 0;
  for (const ValueTest& test : tests) {
    const Fit one = test.fit(value);
    if (one == Fit::never) return Fit::never;
    if (one == Fit::always) continue;
    ++uncertain;
    all = uncertain > 1 ? Fit::undecided : one;
  }
  return all;
}

}  // namespace

std::string Condition::text() const {
  return fmt::format("{}{}{}", name, symbol(op), river::quote(value));
}

std::optional<ValueTest> ValueTest::of(logql::MatchOp op, std::string value, std::string* error) {
  ValueTest test;
  test.op_ = op;
  if (is_regex(op)) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_dot_nl(true);
    auto regex = std::make_shared<const re2::RE2>(value, options);
    if (!regex->ok()) {
      *error = regex->error();
      return std::nullopt;
    }
    test.regex_ = std::move(regex);
  }
  test.value_ = std::move(value);
  return test;
}

bool ValueTest::accepts(std::string_view value) const {
  const bool meets =
      regex_ != nullptr ? re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex_)
                        : value == value_;
  return meets != is_negative(op_);
}

Fit ValueTest::fit(const streams::OpenValue& value) const {
  Fit meets = Fit::never;
  if (regex_ != nullptr) {
    meets = impact::fit(value, value_);
  } else if (can_be(value, value_)) {
    meets = value.literals.size() == 1 ? Fit::always : Fit::sometimes;
  }
  return is_negative(op_) ? opposite(meets) : meets;
}

Extent decide(std::span<const ValueTest> tests, const streams::Values& values) {
  const auto passes = [&](const std::string& value) {
    return std::all_of(tests.begin(), tests.end(),
                       [&](const ValueTest& test) { return test.accepts(value); });
  };
  Extent extent{.all = true};
  for (const auto& value : values.exact) {
    const bool passed = passes(value);
    extent.all = extent.all && passed;
    extent.some = extent.some || passed;
  }
  for (const auto& value : values.open) {
    const Fit fit = fit_all(tests, value);
    extent.all = extent.all && fit == Fit::always;
    extent.some = extent.some || fit == Fit::always;
    extent.may = extent.may || fit != Fit::never;
  }
  extent.may = extent.may || extent.some;
  extent.all = extent.all && extent.some;
  return extent;
}

}  // namespace compiler::migrate::impact
