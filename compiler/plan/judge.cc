#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "compiler/plan/plan.h"

/// What becomes of data when a configuration changes: whether lines are dropped, go elsewhere, are
/// read no longer or come in a form that is not understood.
namespace compiler::plan {

namespace ast = river::ast;

namespace {

template <size_t N>
bool is_one_of(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

const ast::Expr* attribute(const ast::Statement& block, std::string_view name) {
  for (const ast::Statement* one : block.body.statements)
    if (!one->is_block && one->name == name) return one->value;
  return nullptr;
}

std::optional<double> number_of(const ast::Expr* value) {
  if (value == nullptr) return std::nullopt;
  double number = 0;
  const char* end = value->text.data() + value->text.size();
  const auto read = std::from_chars(value->text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

/// A rule that decides which entries or targets there are.
bool is_filter(const ast::Statement& block) {
  constexpr std::string_view kRules[] = {"rule", "write_relabel_config"};
  constexpr std::string_view kFilters[] = {"drop", "keep", "dropequal", "keepequal"};
  return is_one_of(block.name, kRules) &&
         is_one_of(literal_of(attribute(block, "action")).value_or(""), kFilters);
}

/// A step that takes lines away, or gives them to another tenant, or one that holds such a step.
bool decides_on_lines(const ast::Statement& block) {
  constexpr std::string_view kSteps[] = {"stage.drop", "stage.limit", "stage.sampling",
                                         "stage.tenant"};
  if (is_one_of(block.name, kSteps)) return true;
  if (block.name != "stage.match") return false;
  if (literal_of(attribute(block, "action")) == "drop") return true;
  return std::any_of(
      block.body.statements.begin(), block.body.statements.end(),
      [](const ast::Statement* one) { return one->is_block && decides_on_lines(*one); });
}

/// A step of which more lines come through.
bool lets_more_through(const ast::Statement& before, const ast::Statement& after) {
  if (before.name != "stage.sampling") return false;
  const auto old_rate = number_of(attribute(before, "rate"));
  const auto new_rate = number_of(attribute(after, "rate"));
  return old_rate && new_rate && *new_rate >= *old_rate;
}

}  // namespace

std::string host_of(std::string_view url) {
  if (const size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const size_t at = url.rfind('@'); at != url.npos) url.remove_prefix(at + 1);
  const size_t port = url.rfind(':');
  return std::string(port != url.npos && url.find(']', port) == url.npos ? url.substr(0, port)
                                                                         : url);
}

std::optional<Judgement> judge_block(const ast::Statement* before, const ast::Statement* after) {
  constexpr std::string_view kWays[] = {"endpoint", "listener", "http", "grpc"};
  const auto is_any = [&](const auto& is) {
    return (before != nullptr && is(*before)) || (after != nullptr && is(*after));
  };
  if (is_any(decides_on_lines)) {
    const bool is_harmless = after == nullptr
                                 ? before->name != "stage.tenant"
                                 : before != nullptr && lets_more_through(*before, *after);
    return Judgement{Level::delivery, !is_harmless};
  }
  if (is_any(is_filter)) return Judgement{Level::targets, after != nullptr};
  const std::string_view name = before != nullptr ? before->name : after->name;
  if (name == "filter") return Judgement{Level::targets, after != nullptr};
  if (after == nullptr && is_one_of(name, kWays))
    return Judgement{name == "endpoint" ? Level::delivery : Level::targets, true};
  return std::nullopt;
}

namespace {

/// An object that is added or removed as a whole: what its fields are.
std::optional<Judgement> judge_fields(const river::schema::Signature& signature,
                                      const ast::Expr* before, const ast::Expr* after) {
  const ast::Expr* whole = before != nullptr ? before : after;
  for (const ast::Field& field : whole->fields) {
    const auto judged = judge_value(signature, field.key, before != nullptr ? field.value : nullptr,
                                    after != nullptr ? field.value : nullptr);
    if (judged) return judged;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Judgement> judge_value(const river::schema::Signature& signature,
                                     std::string_view name, const ast::Expr* before,
                                     const ast::Expr* after) {
  constexpr std::string_view kSenders[] = {"address", "listen_address", "listen_port",
                                           "syslog_format", "protocol"};
  constexpr std::string_view kDestinations[] = {"url", "endpoint"};
  // Names of headers have no case.
  if (name == "tenant_id" || base::to_lower(name) == "x-scope-orgid")
    return Judgement{Level::delivery, true};
  if (name == "headers" && (before == nullptr || after == nullptr))
    return judge_fields(signature, before, after);
  if (signature.claims != nullptr && is_one_of(name, kSenders))
    return Judgement{Level::targets, true};
  if (name == "matches" || name == "__path_exclude__")
    return Judgement{Level::targets, after != nullptr};
  if (is_one_of(name, kDestinations) && before != nullptr && after != nullptr) {
    const auto old_url = literal_of(before), new_url = literal_of(after);
    return Judgement{Level::delivery,
                     !old_url || !new_url || host_of(*old_url) != host_of(*new_url)};
  }
  return std::nullopt;
}

}  // namespace compiler::plan
