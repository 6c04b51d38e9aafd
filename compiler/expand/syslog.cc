#include <algorithm>

#include "compiler/expand/expand.h"

/// fleet.syslog: one source with a listener for each service that logs to a port of its own.
namespace compiler::expand {

namespace {

constexpr std::string_view kListenAddress = "127.0.0.1";
constexpr std::string_view kDefaultFormat = "rfc3164";

river::ast::Statement* listener(const Expansion& to, const host::SyslogPort& port) {
  const host::Text& format = to.host.syslog_format;
  const river::Builder at_port = to.build.at(port.port_span);
  river::ast::Statement* block = to.build.at(port.span).block(
      "listener", "",
      {at_port.attribute("address",
                         at_port.string(fmt::format("{}:{}", kListenAddress, port.port))),
       to.build.attribute("protocol", to.build.string("tcp")),
       to.build.attribute("syslog_format",
                          to.text(format.given() ? format : host::Text{kDefaultFormat, {}})),
       to.build.attribute("labels", to.labels({{"job", {port.service, port.span}}}))});
  to.build.comment_above(*block, fmt::format("{}, from {}", port.service, to.place(port.span)));
  return block;
}

}  // namespace

void expand_syslog(const Expansion& to, Statements& out) {
  const auto& ports = to.host.syslog_ports;
  const auto is_live = [](const host::SyslogPort& port) { return !port.migrated; };
  const auto first = std::find_if(ports.begin(), ports.end(), is_live);
  if (first == ports.end()) return;
  Statements source;
  for (const host::SyslogPort& port : ports)
    if (is_live(port)) source.push_back(listener(to, port));
  source.push_back(to.forward_to());
  out.push_back(to.build.block("loki.source.syslog", to.label(), source));
  to.build.comment_above(
      *out.back(),
      "services that log to a port, from " +
          to.place(to.host.services_span.known() ? to.host.services_span : first->span));
}

}  // namespace compiler::expand
