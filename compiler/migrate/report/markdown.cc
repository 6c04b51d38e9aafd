#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "compiler/migrate/report/escape.h"
#include "compiler/migrate/report/formats.h"

// GitHub's Markdown, as GitLab, Gitea and Jira's importers read it, too.
namespace compiler::migrate::report {
namespace {

constexpr size_t kPageBarColumns = 20;

std::string progress(size_t done, size_t total) {
  const size_t full = std::min(done, total) * kPageBarColumns / total;
  std::string out;
  for (size_t i = 0; i < kPageBarColumns; ++i) out += i < full ? "█" : "░";
  return fmt::format("{} {} of {} moved", out, done, counted(total, "service"));
}

std::string labels(const std::vector<streams::StreamFamily>& families) {
  std::string out;
  for (const streams::StreamFamily& family : families) {
    out += (out.empty() ? "" : "<br>") + markdown_code(family.text());
    if (!family.unsure.empty())
      out += fmt::format("<br>perhaps others: {}", markdown(family.unsure));
  }
  return out;
}

void put_services(Lines& page, const streams::HostState& host) {
  page.blank();
  page.line("| Service | Mechanism | Port | Streams | Labels before | Labels after |");
  page.line("| --- | --- | --- | --- | --- | --- |");
  for (const streams::ServiceState& service : host.services) {
    const std::string port =
        service.port == 0 ? ""
                          : fmt::format("{}{}", service.port,
                                        service.port_is_unused ? ", unused: may be removed" : "");
    const std::string streams =
        service.moves ? fmt::format("{} → {}", service.streams_before, service.streams_after)
                      : fmt::format("{}", service.streams_before);
    page.line("| {} | {} | {} | {} | {} | {} |", markdown(service.service), name(service.mechanism),
              port, streams, service.moves ? labels(service.before) : "",
              service.moves ? labels(service.after) : "");
  }
}

void put_blockers(Lines& page, const streams::HostState& host) {
  bool first = true;
  for (const streams::ServiceState& service : host.services) {
    for (const streams::Blocker& blocker : service.blockers) {
      if (std::exchange(first, false)) page.blank();
      page.line("- {}**{}** {}: {}{}", blocker.is_hint ? "[ ] " : "", markdown(service.service),
                blocker.is_hint ? "to do" : "is blocked", markdown(blocker.message),
                blocker.place.empty() ? "" : fmt::format(" ({})", markdown_code(blocker.place)));
    }
  }
}

void put_host_section(Lines& page, const streams::HostState& host) {
  page.blank();
  page.line("## {}", markdown(host.host));
  page.blank();
  if (host.total > 0) page.line("{}", progress(host.done, host.total));
  if (host.total == 0 && host.services.empty()) page.line("Nothing to move.");
  if (!host.services.empty()) put_services(page, host);
  put_blockers(page, host);
  if (!host.steps.empty()) page.blank();
  for (size_t i = 0; i < host.steps.size(); ++i)
    page.line("{}. {}", i + 1, markdown(host.steps[i]));
}

std::string_view language_of(const documents::Use& use) {
  switch (use.language) {
    case documents::Language::logql:
      return "logql";
    case documents::Language::promql:
      return "promql";
    case documents::Language::none:
      return "text";
  }
  return "text";
}

void put_query(Lines& page, std::string_view what, std::string_view text,
               const documents::Use& use) {
  page.blank();
  page.line("{}", what);
  page.blank();
  page.append(markdown_block(text, language_of(use)));
}

void put_finding_section(Lines& page, const Row& row) {
  const auto& [finding, document, use, comparison] = row;
  page.blank();
  page.line("### {}: {}", name(finding.verdict), markdown(joined(use.title, " › ")));
  page.blank();
  page.line("{}", markdown(finding.reason));
  page.blank();
  page.line("- Place: {} {}", markdown_code(place(document.path, use.line, use.column)),
            markdown_code(use.pointer));
  if (!finding.services.empty())
    page.line("- Because of: {}", markdown(joined(finding.services, ", ")));
  page.line("- Confidence: {}", name(finding.confidence));
  if (comparison != nullptr) page.line("- In Loki: {}", markdown(comparison_text(*comparison)));
  if (finding.proposal && !finding.proposal->blocked.empty())
    page.line("- To be changed by hand: {}", markdown(finding.proposal->blocked));
  put_query(page, "Now:", use.text.text(), use);
  if (finding.proposal) put_query(page, "Proposed:", finding.proposal->text, use);
  for (const impact::Transition& transition : finding.transitions) {
    const std::string title =
        fmt::format("Meanwhile, {} ({}):", described(transition.kind), markdown(transition.cost));
    put_query(page, title, transition.text, use);
  }
}

void put_finding_sections(Lines& page, const Report& report) {
  for (const FindingGroup& group : grouped(report)) {
    page.blank();
    page.line("## {} ({})", group.title, group.findings.size());
    for (const impact::Finding* finding : group.findings)
      put_finding_section(page, row_of(report, *finding));
  }
}

void put_unknown_section(Lines& page, const Report& report) {
  const auto parts = unknown_parts(report);
  if (parts.empty()) return;
  page.blank();
  page.line("## Unknown ({})", parts.size());
  page.blank();
  page.line("| Place | In | What |");
  page.line("| --- | --- | --- |");
  for (const UnknownPart& part : parts) {
    page.line("| {} | {} | {} |", markdown_code(place(part.document->path, part.line, part.column)),
              markdown(joined(*part.title, " › ")), markdown(*part.what));
  }
}

void put_error_section(Lines& page, const Report& report) {
  if (report.io_errors.empty()) return;
  page.blank();
  page.line("## Could not be read ({})", report.io_errors.size());
  page.blank();
  for (const base::Error& error : report.io_errors) page.line("- {}", markdown(error.message));
}

void put_coverage(Lines& page, const Report& report) {
  const Coverage counts = coverage(report);
  page.blank();
  page.line("| Verdict | Count |");
  page.line("| --- | ---: |");
  for (size_t i = std::size(counts.by_verdict); i-- > 0;)
    page.line("| {} | {} |", name(static_cast<impact::Verdict>(i)), counts.by_verdict[i]);
  page.blank();
  page.line("{}", coverage_text(counts));
  for (const auto& [why, count] : passed(report))
    page.line("- not for logs, and not counted: {} {}", count, markdown(why));
}

}  // namespace

std::string render_markdown(const Report& report) {
  Lines page;
  page.line("# Migration report");
  page.blank();
  if (report.fleet.total > 0) page.line("{}", progress(report.fleet.done, report.fleet.total));
  put_coverage(page, report);
  put_error_section(page, report);
  for (const streams::HostState& host : report.fleet.hosts) put_host_section(page, host);
  put_finding_sections(page, report);
  put_unknown_section(page, report);
  return page.take();
}

}  // namespace compiler::migrate::report
