#include "compiler/migrate/report/formats.h"

#include "base/ensure.h"

namespace compiler::migrate::report {

std::string_view spelled(documents::UseKind kind) {
  switch (kind) {
    case documents::UseKind::query:
      return "query";
    case documents::UseKind::selector:
      return "selector";
    case documents::UseKind::label_name:
      return "label_name";
    case documents::UseKind::label_template:
      return "label_template";
    case documents::UseKind::go_template:
      return "go_template";
    case documents::UseKind::field_reference:
      return "field_reference";
    case documents::UseKind::value:
      return "value";
    case documents::UseKind::value_regex:
      return "value_regex";
    case documents::UseKind::series_name:
      return "series_name";
    case documents::UseKind::route_matchers:
      return "route_matchers";
  }
  ENSURE(false);
  return {};
}

std::string_view spelled(documents::Language language) {
  switch (language) {
    case documents::Language::none:
      return "none";
    case documents::Language::logql:
      return "logql";
    case documents::Language::promql:
      return "promql";
  }
  ENSURE(false);
  return {};
}

std::string_view spelled(streams::Blocker::Kind kind) {
  switch (kind) {
    case streams::Blocker::Kind::no_docker_blocks:
      return "no_docker_blocks";
    case streams::Blocker::Kind::no_docker_service:
      return "no_docker_service";
    case streams::Blocker::Kind::not_in_compose:
      return "not_in_compose";
    case streams::Blocker::Kind::syslog_driver:
      return "syslog_driver";
    case streams::Blocker::Kind::project_name_differs:
      return "project_name_differs";
    case streams::Blocker::Kind::recreate_container:
      return "recreate_container";
    case streams::Blocker::Kind::agent_without_docker_group:
      return "agent_without_docker_group";
    case streams::Blocker::Kind::lines_differ:
      return "lines_differ";
    case streams::Blocker::Kind::dual_labels:
      return "dual_labels";
  }
  ENSURE(false);
  return {};
}

std::string_view spelled(impact::Transition::Kind kind) {
  switch (kind) {
    case impact::Transition::Kind::dual_labels:
      return "dual_labels";
    case impact::Transition::Kind::two_targets:
      return "two_targets";
    case impact::Transition::Kind::or_expression:
      return "or_expression";
  }
  ENSURE(false);
  return {};
}

std::string_view described(impact::Transition::Kind kind) {
  switch (kind) {
    case impact::Transition::Kind::dual_labels:
      return "both labels for some days";
    case impact::Transition::Kind::two_targets:
      return "a second target in the panel";
    case impact::Transition::Kind::or_expression:
      return "old or new in one expression";
  }
  ENSURE(false);
  return {};
}

}  // namespace compiler::migrate::report
