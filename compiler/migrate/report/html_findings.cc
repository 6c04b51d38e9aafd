#include <algorithm>

#include "compiler/migrate/report/escape.h"
#include "compiler/migrate/report/html_parts.h"
#include "compiler/migrate/report/names.h"
#include "compiler/migrate/report/query_diff.h"

namespace compiler::migrate::report {
namespace {

std::string with_marks(const std::vector<Piece>& pieces, std::string_view element) {
  std::string out;
  for (const auto& [text, changed] : pieces)
    out += changed ? fmt::format("<{}>{}</{}>", element, html(text), element) : html(text);
  return out;
}

void put_queries(Lines& page, const Row& row) {
  const std::string& old = row.use.text.text();
  if (!row.finding.proposal) {
    page.line("<div class=\"pair\"><div><h4>Now</h4><pre><code>{}</code></pre></div>", html(old));
    page.line("<div><h4>Proposed</h4><p class=\"faint\">Nothing: to be decided by a person.</p>");
    page.line("</div></div>");
    return;
  }
  const impact::Proposal& proposal = *row.finding.proposal;
  const MarkedPair pair = marked(old, proposal.text);
  page.line("<div class=\"pair\"><div><h4>Now</h4><pre><code>{}</code></pre></div>",
            with_marks(pair.before, "del"));
  page.line("<div><h4>Proposed</h4><pre><code>{}</code></pre></div></div>",
            with_marks(pair.after, "ins"));
  if (!proposal.blocked.empty())
    page.line("<p class=\"note\">To be changed by hand: {}</p>", html(proposal.blocked));
}

void put_transitions(Lines& page, const std::vector<impact::Transition>& transitions) {
  if (transitions.empty()) return;
  page.line("<details><summary>While ranges reach over the day of the move</summary>");
  for (const auto& [kind, text, cost] : transitions) {
    page.line("<div class=\"way\"><h4>{}</h4><p class=\"small\">Cost: {}</p>", described(kind),
              html(cost));
    page.line("<pre><code>{}</code></pre></div>", html(text));
  }
  page.line("</details>");
}

void put_finding_details(Lines& page, const Row& row) {
  const auto& [finding, document, use, comparison] = row;
  const std::string_view verdict = name(finding.verdict);
  page.line("<article class=\"card finding {}\" data-verdict=\"{}\"{}>", verdict, verdict,
            use.is_alert ? " data-alert" : "");
  page.line("<header><span class=\"badge\">{}</span>{}<h3>{}</h3></header>", verdict,
            use.is_alert ? "<span class=\"badge alert\">ALERT</span>" : "",
            html(use.title.empty() ? document.kind : joined(use.title, " › ")));
  page.line("<p class=\"where small\"><code>{}</code> <code>{}</code></p>",
            html(place(document.path, use.line, use.column)), html(use.pointer));
  page.line("<p class=\"reason\">{}</p>", html_prose(finding.reason));
  put_queries(page, row);
  page.line("<p class=\"facts small faint\"><span>Confidence: {}</span>", name(finding.confidence));
  if (use.kind != documents::UseKind::query) {
    std::string kind(spelled(use.kind));
    std::replace(kind.begin(), kind.end(), '_', ' ');
    page.line("<span>A {}</span>", kind);
  }
  if (!finding.services.empty())
    page.line("<span>Because of: {}</span>", html(joined(finding.services, ", ")));
  page.line("</p>");
  if (comparison != nullptr)
    page.line("<p class=\"small loki{}\">In Loki: {}</p>", comparison->agrees ? " agrees" : "",
              html(comparison_text(*comparison)));
  put_transitions(page, finding.transitions);
  page.line("</article>");
}

void put_filter(Lines& page) {
  page.line("<form class=\"filter\" id=\"filter\" role=\"search\" hidden>");
  page.line(
      "<label class=\"text\">Filter <input type=\"search\" id=\"filter-text\" "
      "placeholder=\"words of a query, file, dashboard …\" autocomplete=\"off\"></label>");
  page.line("<label>Verdict <select id=\"filter-verdict\"><option value=\"\">all</option>");
  for (const auto verdict :
       {impact::Verdict::empty, impact::Verdict::widens, impact::Verdict::narrows,
        impact::Verdict::value_changed, impact::Verdict::unknown})
    page.line("<option>{}</option>", name(verdict));
  page.line("</select></label>");
  page.line("<label><input type=\"checkbox\" id=\"filter-alerts\"> alerts only</label>");
  page.line("<output id=\"shown\" aria-live=\"polite\"></output></form>");
}

}  // namespace

void put_html_findings(Lines& page, const Report& report) {
  const auto order = in_order(report);
  page.line(
      "<section aria-labelledby=\"findings\"><h2 id=\"findings\">What changes <span "
      "class=\"count\">{}</span></h2>",
      order.size());
  if (order.empty())
    page.line("<p class=\"card\">Every query that was seen keeps its meaning.</p>");
  else
    put_filter(page);
  const auto others = std::find_if(order.begin(), order.end(), [&](const impact::Finding* finding) {
    return !row_of(report, *finding).use.is_alert;
  });
  const auto put = [&](std::string_view what, auto begin, auto end) {
    if (begin == end) return;
    page.line("<div class=\"group\"><h2>{} <span class=\"count\">{}</span></h2>", what,
              end - begin);
    for (auto finding = begin; finding != end; ++finding)
      put_finding_details(page, row_of(report, **finding));
    page.line("</div>");
  };
  put("Alerts", order.begin(), others);
  put("Dashboards and pages", others, order.end());
  page.line("</section>");
}

}  // namespace compiler::migrate::report
