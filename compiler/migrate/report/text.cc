#include <fmt/format.h>

#include <algorithm>

#include "compiler/migrate/report/escape.h"
#include "compiler/migrate/report/formats.h"

namespace compiler::migrate::report {
namespace {

/// Terminal colours, all empty for plain text.
struct Style {
  std::string_view bad, warning, note, good, strong, faint, off;
};
constexpr Style kPlain{};
constexpr Style kColour{"\x1b[31;1m", "\x1b[33;1m", "\x1b[36;1m", "\x1b[32m",
                        "\x1b[1m",    "\x1b[2m",    "\x1b[0m"};

constexpr size_t kTextBarColumns = 24;
constexpr size_t kNameColumnsMax = 24;  // A longer name moves its line's columns only.

/// A report being written; everything that comes from outside passes visible().
class Page : public Lines {
 public:
  explicit Page(const Style& style) : style_(style) {}

  /// "  old        text", further lines of the text below its first one.
  void field(std::string_view name, std::string_view text, std::string_view colour = "") {
    const std::string clean = visible(text);
    std::string_view rest = clean;
    while (rest.ends_with('\n')) rest.remove_suffix(1);
    for (std::string_view left = name;; left = "") {
      const size_t end = std::min(rest.find('\n'), rest.size());
      line("  {}{:<10}{} {}{}{}", style_.faint, left, style_.off, colour, rest.substr(0, end),
           colour.empty() ? "" : style_.off);
      if (end == rest.size()) return;
      rest.remove_prefix(end + 1);
    }
  }

  void heading(std::string_view text) { line("{}{}{}", style_.strong, text, style_.off); }

  const Style& style() const { return style_; }

 private:
  const Style& style_;
};

/// Empty when there is none to tell of: two states are compared, or nothing was on syslog.
std::string progress(const Style& style, size_t done, size_t total) {
  if (total == 0) return "";
  const size_t full = std::min(done, total) * kTextBarColumns / total;
  return fmt::format("  [{}{}{}{}] {} of {} moved", style.good, std::string(full, '#'), style.off,
                     std::string(kTextBarColumns - full, '.'), done, counted(total, "service"));
}

std::string_view colour_of(impact::Verdict verdict, const Style& style) {
  switch (verdict) {
    case impact::Verdict::empty:
    case impact::Verdict::widens:
      return style.bad;
    case impact::Verdict::narrows:
    case impact::Verdict::value_changed:
      return style.warning;
    case impact::Verdict::unknown:
      return style.note;
    case impact::Verdict::same:
      return style.good;
  }
  return {};
}

void put_families(Page& page, std::string_view name,
                  const std::vector<streams::StreamFamily>& families) {
  for (const streams::StreamFamily& family : families) {
    page.field(name, family.text());
    if (!family.unsure.empty()) page.field("", "perhaps others: " + family.unsure);
    name = "";
  }
}

void put_service(Page& page, const streams::ServiceState& service, size_t width) {
  const Style& style = page.style();
  const std::string port = service.port == 0 ? "" : fmt::format(":{}", service.port);
  std::string streams;
  if (service.moves)
    streams = fmt::format("moves, {} -> {}", service.streams_before,
                          counted(service.streams_after, "stream"));
  else if (service.streams_before > 0)
    streams = counted(service.streams_before, "stream");
  std::string facts = fmt::format("{:<12} {:<7} {}", name(service.mechanism), port, streams);
  facts.erase(facts.find_last_not_of(' ') + 1);
  page.line("  {}{:<{}}{}  {}", style.strong, visible_line(service.service), width, style.off,
            facts);
  if (service.port_is_unused) {
    page.field("  port",
               fmt::format("{} is reserved and unused: it may be removed{}{}", service.port,
                           service.port_place.empty() ? "" : ", ", service.port_place));
  }
  if (service.moves) {
    put_families(page, "  before", service.before);
    put_families(page, "  after", service.after);
  }
  for (const streams::Blocker& blocker : service.blockers) {
    const std::string at = blocker.place.empty() ? "" : blocker.place + ": ";
    page.field(blocker.is_hint ? "  to do" : "  blocked", at + blocker.message,
               blocker.is_hint ? "" : style.warning);
  }
}

void put_host_lines(Page& page, const streams::HostState& host) {
  const Style& style = page.style();
  page.blank();
  page.line("{}{}{}{}", style.strong, visible_line(host.host), style.off,
            host.services.empty() && host.total == 0 ? "  nothing to move"
                                                     : progress(style, host.done, host.total));
  size_t width = 0;
  for (const streams::ServiceState& service : host.services)
    width = std::max(width, std::min(service.service.size(), kNameColumnsMax));
  for (const streams::ServiceState& service : host.services) put_service(page, service, width);
  for (size_t i = 0; i < host.steps.size(); ++i)
    page.field(i == 0 ? "steps" : "", fmt::format("{}. {}", i + 1, host.steps[i]));
}

/// The first services, and how many more there are: a change of a whole fleet names dozens.
std::string few(const std::vector<std::string>& services) {
  constexpr size_t kShown = 6;
  if (services.size() <= kShown + 1) return joined(services, ", ");
  const std::vector<std::string> first(services.begin(), services.begin() + kShown);
  return fmt::format("{} and {} more", joined(first, ", "), services.size() - kShown);
}

void put_one_finding_lines(Page& page, const Row& row) {
  const auto& [finding, document, use, comparison] = row;
  const Style& style = page.style();
  page.blank();
  page.line("{}{}{}{} {}{}{}", colour_of(finding.verdict, style), name(finding.verdict),
            use.is_alert ? " in an alert" : "", style.off, style.strong,
            visible_line(place(document.path, use.line, use.column)), style.off);
  page.field("in", joined(use.title, " > "));
  page.field("at", use.pointer);
  page.field("old", use.text.text());
  page.field("reason", finding.reason);
  if (!finding.services.empty()) page.field("because", few(finding.services));
  if (finding.proposal) {
    page.field("new", finding.proposal->text, style.good);
    if (!finding.proposal->blocked.empty())
      page.field("by hand", finding.proposal->blocked, style.warning);
  }
  page.field("sure", name(finding.confidence));
  if (comparison != nullptr) page.field("in Loki", comparison_text(*comparison));
  for (const impact::Transition& transition : finding.transitions) {
    page.field("meantime", fmt::format("{} ({})", described(transition.kind), transition.cost));
    page.field("", transition.text);
  }
}

void put_finding_lines(Page& page, const Report& report) {
  for (const FindingGroup& group : grouped(report)) {
    page.blank();
    page.heading(fmt::format("{} ({})", group.title, group.findings.size()));
    for (const impact::Finding* finding : group.findings)
      put_one_finding_lines(page, row_of(report, *finding));
  }
}

void put_unknown_lines(Page& page, const Report& report) {
  const auto parts = unknown_parts(report);
  if (parts.empty()) return;
  page.blank();
  page.heading(fmt::format("Unknown ({})", parts.size()));
  for (const UnknownPart& part : parts) {
    page.line("  {}: {}{}{}", visible_line(place(part.document->path, part.line, part.column)),
              visible_line(joined(*part.title, " > ")), part.title->empty() ? "" : ": ",
              visible_line(*part.what));
  }
}

/// What stays as it is, and yet there is something to say of it.
void put_notes(Page& page, const Report& report) {
  const auto is_note = [](const impact::Finding& finding) {
    return finding.verdict == impact::Verdict::same && !finding.reason.empty();
  };
  const auto& all = report.findings;
  const auto count = std::count_if(all.begin(), all.end(), is_note);
  if (count == 0) return;
  page.blank();
  page.heading(fmt::format("Stays as it is, but ({})", count));
  for (const impact::Finding& finding : all) {
    if (!is_note(finding)) continue;
    const documents::Document& document = report.documents[finding.document];
    const documents::Use& use = document.uses[finding.use];
    page.line("  {}: {}: {}", visible_line(place(document.path, use.line, use.column)),
              visible_line(use.text.text()), visible_line(finding.reason));
  }
}

std::string passed_line(const Report& report) {
  std::string out;
  for (const auto& [why, count] : passed(report))
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, visible_line(why));
  return out;
}

void put_coverage(Page& page, const Report& report) {
  const Coverage counts = coverage(report);
  std::string verdicts;
  for (size_t i = std::size(counts.by_verdict); i-- > 0;) {
    if (counts.by_verdict[i] == 0) continue;
    verdicts += fmt::format("{}{} {}", verdicts.empty() ? "" : ", ", counts.by_verdict[i],
                            name(static_cast<impact::Verdict>(i)));
  }
  page.blank();
  page.line("{}{}{}", coverage_text(counts), verdicts.empty() ? "" : ": ", verdicts);
  if (const std::string others = passed_line(report); !others.empty())
    page.line("not for logs, and not counted: {}", others);
}

}  // namespace

std::string render_text(const Report& report, bool colour) {
  Page page(colour ? kColour : kPlain);
  const streams::State& fleet = report.fleet;
  page.line("{}Migration report{}{}", page.style().strong, page.style().off,
            progress(page.style(), fleet.done, fleet.total));
  for (const streams::HostState& host : fleet.hosts) put_host_lines(page, host);
  put_finding_lines(page, report);
  put_unknown_lines(page, report);
  put_notes(page, report);
  if (!report.io_errors.empty()) {
    page.blank();
    page.heading(fmt::format("Could not be read ({})", report.io_errors.size()));
    for (const base::Error& error : report.io_errors)
      page.line("  {}{}{}", page.style().bad, visible_line(error.message), page.style().off);
  }
  put_coverage(page, report);
  return page.take();
}

}  // namespace compiler::migrate::report
