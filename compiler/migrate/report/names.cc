#include "compiler/migrate/report/names.h"

#include "base/ensure.h"

namespace migrate {

std::string_view spelled(UseKind kind) {
  switch (kind) {
    case UseKind::query:
      return "query";
    case UseKind::selector:
      return "selector";
    case UseKind::label_name:
      return "label_name";
    case UseKind::label_template:
      return "label_template";
    case UseKind::go_template:
      return "go_template";
    case UseKind::field_reference:
      return "field_reference";
    case UseKind::value:
      return "value";
    case UseKind::value_regex:
      return "value_regex";
    case UseKind::route_matchers:
      return "route_matchers";
  }
  ENSURE(false);
  return {};
}

std::string_view spelled(Language language) {
  switch (language) {
    case Language::none:
      return "none";
    case Language::logql:
      return "logql";
    case Language::promql:
      return "promql";
  }
  ENSURE(false);
  return {};
}

std::string_view spelled(Blocker::Kind kind) {
  switch (kind) {
    case Blocker::Kind::no_docker_blocks:
      return "no_docker_blocks";
    case Blocker::Kind::no_docker_service:
      return "no_docker_service";
    case Blocker::Kind::not_in_compose:
      return "not_in_compose";
    case Blocker::Kind::syslog_driver:
      return "syslog_driver";
    case Blocker::Kind::project_name_differs:
      return "project_name_differs";
    case Blocker::Kind::recreate_container:
      return "recreate_container";
    case Blocker::Kind::agent_without_docker_group:
      return "agent_without_docker_group";
    case Blocker::Kind::dual_labels:
      return "dual_labels";
  }
  ENSURE(false);
  return {};
}

std::string_view spelled(Transition::Kind kind) {
  switch (kind) {
    case Transition::Kind::dual_labels:
      return "dual_labels";
    case Transition::Kind::two_targets:
      return "two_targets";
    case Transition::Kind::or_expression:
      return "or_expression";
  }
  ENSURE(false);
  return {};
}

std::string_view described(Transition::Kind kind) {
  switch (kind) {
    case Transition::Kind::dual_labels:
      return "both labels for some days";
    case Transition::Kind::two_targets:
      return "a second target in the panel";
    case Transition::Kind::or_expression:
      return "old or new in one expression";
  }
  ENSURE(false);
  return {};
}

}  // namespace migrate
