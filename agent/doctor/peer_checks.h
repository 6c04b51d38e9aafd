#pragma once
#include <chrono>

#include "agent/doctor/check.h"
#include "agent/doctor/needs.h"
#include "agent/doctor/ports.h"
#include "io/http/message.h"

/// Checks of what the agent shares with others: ports, daemons, servers. Each adds its lines; they
/// run as the agent's user.
namespace agent::doctor {

/// How long one server may take to answer.
inline constexpr std::chrono::seconds kServerPatience{5};

/// Can each address be listened on? One that the running agent holds already is fine. A free one is
/// bound for a moment, so that addresses and rights are tried, too.
void check_ports(const Needs& needs, const Ports& ports, Checks& checks);

/// Does each Docker daemon answer the agent's user?
void check_dockers(const Needs& needs, Checks& checks);

/// Does each backend answer, over TLS if it is asked for, within kServerPatience? All at once.
void check_backends(const Needs& needs, Checks& checks);

/// What a backend's answer to /ready means. `host` is its name, `now` this host's clock.
Check judge_answer(const std::string& host, const io::http::Response& answer,
                   std::chrono::system_clock::time_point now);

}  // namespace agent::doctor
