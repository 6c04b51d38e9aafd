#include <algorithm>
#include <cstdlib>
#include <optional>

#include "agent/doctor/checks.h"
#include "base/thread.h"
#include "components/shared/docker_api/api.h"
#include "components/shared/http_client/client.h"
#include "io/socket.h"

namespace agent::doctor {
namespace {

constexpr std::string_view kAgent = "tributary";
/// A backend refuses lines from the future; Loki allows ten minutes.
constexpr std::chrono::seconds kSkewGood{60};

std::string describe(const Ports::Holder& holder) {
  std::string who;
  for (const Process& process : holder.processes) {
    const std::string one = fmt::format("{} (pid {})", process.name, process.pid);
    if (who.find(one) == who.npos) who += (who.empty() ? "" : ", ") + one;
  }
  return who.empty() ? "a process of another user (run as root to see which)" : who;
}

bool is_agent(const Ports::Holder& holder) {
  return std::any_of(holder.processes.begin(), holder.processes.end(),
                     [](const Process& process) { return process.name == kAgent; });
}

Check check_port(const ListenNeed& need, const Ports& ports) {
  const std::string what = fmt::format("{} {} ({})", need.protocol, need.address, need.component);
  const auto holders = ports.holders(need.protocol, need.address);
  for (const Ports::Holder& holder : holders)
    if (!is_agent(holder))
      return {"ports", State::fail, fmt::format("{} is taken by {}", what, describe(holder)),
              "stop it, or give the listener another port"};
  if (!holders.empty())
    return {"ports", State::ok,
            fmt::format("{} is held by the running {}", what, describe(holders[0])), ""};
  const auto bound = io::bind_socket(
      need.address, need.protocol == "udp" ? io::Transport::udp : io::Transport::tcp);
  if (bound) return {"ports", State::ok, what + " is free", ""};
  return {"ports", State::fail, fmt::format("{}: {}", what, bound.error().message),
          "listen on an address of this host and a port from 1024 on"};
}

/// Loki answers /ready beside /loki/api/v1/push, behind whatever path a proxy puts in front.
std::string ready_target(const std::string& target) {
  const size_t push = target.find("/loki/api/");
  return (push == target.npos ? "" : target.substr(0, push)) + "/ready";
}

Check check_backend(const ServerNeed& need) {
  const auto url = io::http::parse_url(need.url);
  if (!url)
    return {"endpoints", State::fail, url.error().message, "fix the url in the configuration"};
  const std::string host = fmt::format("{} ({})", url->host_header(), need.component);
  components::HttpClient client(*url, std::make_shared<components::HttpSettings>(need.http_client));
  const auto answer = client.send({"GET", ready_target(url->target), {}, {}}, kServerPatience, {});
  if (!answer && client.lacked_login())
    return {"endpoints", State::fail, fmt::format("{}: {}", host, answer.error().message),
            "let the agent's user read the file, and check oauth2 and the proxy"};
  if (!answer)
    return {
        "endpoints", State::fail, fmt::format("{}: {}", host, answer.error().message),
        "check that it is up and that this host may reach it; --ignore endpoints skips this check"};
  return judge_answer(host, *answer, std::chrono::system_clock::now());
}

std::optional<std::chrono::seconds> skew(const io::http::Response& answer,
                                         std::chrono::system_clock::time_point now) {
  const auto date = io::http::parse_date(io::http::find(answer.headers, "Date"));
  if (!date) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(now - *date);
}

}  // namespace

void check_ports(const Needs& needs, const Ports& ports, Checks& checks) {
  for (const ListenNeed& need : needs.listeners) checks.push_back(check_port(need, ports));
}

void check_dockers(const Needs& needs, Checks& checks) {
  for (const ServerNeed& need : needs.dockers) {
    const auto endpoint =
        components::docker_api::endpoint(need.url, need.http_client, kServerPatience);
    if (!endpoint) {
      checks.push_back(
          {"docker", State::fail, endpoint.error().message, "fix host in the configuration"});
      continue;
    }
    const auto containers =
        components::docker_api::list_containers(*endpoint, {}, /*all=*/false, {});
    const std::string what = fmt::format("{} ({})", need.url, need.component);
    if (containers)
      checks.push_back({"docker", State::ok,
                        fmt::format("{} answers, {} containers run", what, containers->size()),
                        ""});
    else
      checks.push_back({"docker", State::fail,
                        fmt::format("{}: {}", what, containers.error().message),
                        "start Docker, and add the agent's user to the socket's group"});
  }
}

void check_backends(const Needs& needs, Checks& checks) {
  Checks found(needs.backends.size());
  {
    std::vector<base::Thread> asking;
    for (size_t i = 0; i < found.size(); ++i) {
      const auto ask = [&, i] { found[i] = check_backend(needs.backends[i]); };
      if (auto thread = base::Thread::start("doctor", ask))
        asking.push_back(std::move(*thread));
      else
        ask();
    }
  }
  checks.insert(checks.end(), found.begin(), found.end());
}

Check judge_answer(const std::string& host, const io::http::Response& answer,
                   std::chrono::system_clock::time_point now) {
  if (answer.status == 401 || answer.status == 403)
    return {"endpoints", State::warn, fmt::format("{} answers {}", host, answer.status),
            "check user, password and tenant: pushes are refused the same way"};
  if (answer.status >= 500)
    return {"endpoints", State::warn, fmt::format("{} answers {} to /ready", host, answer.status),
            "the backend is not ready; lines wait until it is"};
  if (const auto ahead = skew(answer, now); ahead && std::chrono::abs(*ahead) > kSkewGood)
    return {"endpoints", State::warn,
            fmt::format("this host's clock is {} s {} that of {}", std::abs(ahead->count()),
                        ahead->count() > 0 ? "ahead of" : "behind", host),
            "correct one of the clocks"};
  if (!answer.ok())
    return {"endpoints", State::ok, fmt::format("{} answers ({} to /ready)", host, answer.status),
            ""};
  return {"endpoints", State::ok, fmt::format("{} is ready", host), ""};
}

}  // namespace agent::doctor
