#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/impact/shape.h"
#include "compiler/migrate/streams/family.h"
#include "logql/ast.h"
#include "logql/log_query.h"

namespace re2 {
class RE2;
}

namespace compiler::migrate::impact {

/// A matcher whose value is known: no variable stands in it. A label that is absent has the value
/// "".
struct Condition {
  std::string name;
  logql::MatchOp op = logql::MatchOp::equal;
  std::string value;

  /// job="kairos"
  std::string text() const;
  bool operator==(const Condition&) const = default;
};

/// The right side of a matcher, ready to be asked. Regular expressions are anchored, as Loki's.
class ValueTest {
 public:
  /// nullopt: the regular expression is not valid; `error` says why.
  static std::optional<ValueTest> of(logql::MatchOp op, std::string value, std::string* error);

  bool accepts(std::string_view value) const;
  Fit fit(const streams::OpenValue& value) const;

 private:
  logql::MatchOp op_ = logql::MatchOp::equal;
  std::string value_;
  std::shared_ptr<const re2::RE2> regex_;
};

/// How much of what a label can be passes. `all` implies `some` implies `may`; `may` without `some`
/// says that it depends on a text which is not known.
struct Extent {
  bool all = false;
  bool some = false;
  bool may = false;

  bool operator==(const Extent&) const = default;
};

/// Whether values pass all of `tests` at once.
Extent decide(std::span<const ValueTest> tests, const streams::Values& values);

/// A condition with the places of its label's name and of its value; an empty span: it cannot be
/// edited.
struct PlacedCondition {
  Condition condition;
  logql::Span name;
  logql::Span value = {};
};

/// Alertmanager's matchers, with or without braces: {service="kairos", severity=~"page|ticket"}.
///
///     matchers = "{" matcher { "," matcher } [ "," ] "}"  |  matcher { "," matcher } [ "," ]
///     matcher  = name ( "=" | "!=" | "=~" | "!~" ) value
///
/// Alertmanager has two readers and prefers what the older one says; the newer one takes names in
/// quotes and names with dots. In a value, quoted or not, the older one knows the escapes \n, \"
/// and
/// \\ and keeps every other backslash, so "a\.b" and "a\\.b" are the same regular expression.
/// nullopt: it is neither.
std::optional<std::vector<PlacedCondition>> read_matchers(std::string_view text);

}  // namespace compiler::migrate::impact
