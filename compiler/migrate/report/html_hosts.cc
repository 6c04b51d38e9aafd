#include "compiler/migrate/report/escape.h"
#include "compiler/migrate/report/html.h"

namespace compiler::migrate::report {
namespace {

void put_families(Lines& page, std::string_view title,
                  const std::vector<streams::StreamFamily>& families) {
  page.line("<div><h4>{}</h4><ul class=\"families\">", title);
  if (families.empty()) page.line("<li class=\"faint\">none</li>");
  for (const streams::StreamFamily& family : families) {
    page.line(
        "<li><code>{}</code>{}</li>", html(family.text()),
        family.unsure.empty()
            ? ""
            : fmt::format(" <span class=\"faint\">perhaps others: {}</span>", html(family.unsure)));
  }
  page.line("</ul></div>");
}

std::string streams_cell(const streams::ServiceState& service) {
  if (service.moves) return fmt::format("{} → {}", service.streams_before, service.streams_after);
  return service.streams_before == 0 ? "" : fmt::format("{}", service.streams_before);
}

std::string obstacles_cell(const streams::ServiceState& service) {
  if (service.blockers.empty() && !service.port_is_unused) return "";
  std::string out = "<ul class=\"obstacles\">";
  if (service.port_is_unused) {
    out += fmt::format(
        "<li>The port is unused and may be removed: <code class=\"faint\">{}</code>"
        "</li>",
        html(service.port_place));
  }
  for (const streams::Blocker& blocker : service.blockers) {
    out += fmt::format("<li>{}{}{}</li>", blocker.is_hint ? "To do: " : "<b>Blocked:</b> ",
                       html_prose(blocker.message),
                       blocker.place.empty()
                           ? ""
                           : fmt::format(" <code class=\"faint\">{}</code>", html(blocker.place)));
  }
  return out + "</ul>";
}

void put_service(Lines& page, const streams::ServiceState& service) {
  const std::string_view mechanism = name(service.mechanism);
  page.line("<tr><td class=\"name\">{}</td><td><span class=\"pill {}\">{}</span></td>",
            html(service.service), mechanism, mechanism);
  page.line("<td class=\"number\" data-name=\"Port\">{}</td>",
            service.port == 0 ? "" : fmt::format("{}", service.port));
  page.line("<td class=\"number\" data-name=\"Streams\">{}</td>", streams_cell(service));
  page.line("<td>{}</td></tr>", obstacles_cell(service));
  if (!service.moves) return;
  page.line("<tr class=\"labels\"><td colspan=\"5\"><div class=\"pair\">");
  put_families(page, "Labels before", service.before);
  put_families(page, "Labels after", service.after);
  page.line("</div></td></tr>");
}

void put_host(Lines& page, const streams::HostState& host) {
  page.line("<article class=\"card host\"><header><h3>{}</h3>", html(host.host));
  if (host.total == 0 && host.services.empty())
    page.line("<span class=\"faint\">nothing to move</span>");
  if (host.total > 0)
    page.line("{}<span class=\"number\">{} of {} moved</span>",
              html_progress(host.done, host.total, host.host), host.done, host.total);
  page.line("</header>");
  if (!host.services.empty()) {
    page.line("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Service</th>");
    page.line("<th scope=\"col\">Mechanism</th><th scope=\"col\">Port</th>");
    page.line(
        "<th scope=\"col\">Streams</th><th scope=\"col\">In the way</th></tr></thead><tbody>");
    for (const streams::ServiceState& service : host.services) put_service(page, service);
    page.line("</tbody></table></div>");
  }
  if (!host.steps.empty()) {
    page.line("<p class=\"steps-title\">Steps, in this order</p><ol class=\"steps\">");
    for (const std::string& step : host.steps) page.line("<li>{}</li>", html_prose(step));
    page.line("</ol>");
  }
  page.line("</article>");
}

}  // namespace

std::string html_progress(size_t done, size_t total, std::string_view of) {
  return fmt::format(
      "<progress value=\"{}\" max=\"{}\" aria-label=\"{}: {} of {} moved\">{} of {}"
      "</progress>",
      done, std::max<size_t>(total, 1), html(of), done, total, done, total);
}

void put_html_hosts(Lines& page, const streams::State& fleet) {
  if (fleet.hosts.empty()) return;
  page.line(
      "<section aria-labelledby=\"hosts\"><h2 id=\"hosts\">Hosts <span class=\"count\">{}"
      "</span></h2>",
      fleet.hosts.size());
  for (const streams::HostState& host : fleet.hosts) put_host(page, host);
  page.line("</section>");
}

}  // namespace compiler::migrate::report
