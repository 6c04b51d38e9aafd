#include <algorithm>
#include <cstdint>
#include <span>

#include "base/text.h"
#include "compiler/migrate/report/escape.h"
#include "compiler/migrate/report/formats.h"
#include "compiler/migrate/report/html.h"

namespace compiler::migrate::report {

namespace {

using Words = std::vector<std::string_view>;
using Middle = std::span<const std::string_view>;

/// Of a longer middle everything counts as changed: the table below would grow with its square.
constexpr size_t kCellsMax = size_t{1} << 20;

bool is_word(char c) {
  return base::is_digit(c) || base::is_letter(c) || c == '_' || static_cast<uint8_t>(c) >= 0x80;
}

/// Names and numbers whole, everything else sign by sign.
Words words_of(std::string_view text) {
  Words words;
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    while (is_word(text[at]) && end < text.size() && is_word(text[end])) ++end;
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

/// Appends a word, joined with the piece before it when both are alike. The words of a text lie
/// one behind the other.
void push(std::vector<Piece>& pieces, std::string_view word, bool changed) {
  if (!pieces.empty() && pieces.back().changed == changed) {
    auto& text = pieces.back().text;
    text = {text.data(), text.size() + word.size()};
  } else {
    pieces.push_back({word, changed});
  }
}

/// The longest common subsequence, from a table of the lengths of all tails'.
void push_middle(MarkedPair& out, Middle a, Middle b) {
  const size_t width = b.size() + 1;
  std::vector<uint32_t> longest((a.size() + 1) * width, 0);
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      longest[i * width + j] =
          a[i] == b[j] ? longest[(i + 1) * width + j + 1] + 1
                       : std::max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i] == b[j]) {
      push(out.before, a[i++], false);
      push(out.after, b[j++], false);
    } else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
      push(out.before, a[i++], true);
    } else {
      push(out.after, b[j++], true);
    }
  }
  while (i < a.size()) push(out.before, a[i++], true);
  while (j < b.size()) push(out.after, b[j++], true);
}

}  // namespace

MarkedPair marked(std::string_view before, std::string_view after) {
  Words a = words_of(before), b = words_of(after);
  const size_t shorter = std::min(a.size(), b.size());
  size_t head = 0, tail = 0;
  while (head < shorter && a[head] == b[head]) ++head;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;

  MarkedPair out;
  for (size_t i = 0; i < head; ++i) push(out.before, a[i], false), push(out.after, b[i], false);
  const auto middle_a = Middle(a).subspan(head, a.size() - head - tail);
  const auto middle_b = Middle(b).subspan(head, b.size() - head - tail);
  if ((middle_a.size() + 1) * (middle_b.size() + 1) <= kCellsMax) {
    push_middle(out, middle_a, middle_b);
  } else {
    for (const auto word : middle_a) push(out.before, word, true);
    for (const auto word : middle_b) push(out.after, word, true);
  }
  for (size_t i = tail; i > 0; --i) {
    push(out.before, a[a.size() - i], false);
    push(out.after, b[b.size() - i], false);
  }
  return out;
}

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
  for (const FindingGroup& group : grouped(report)) {
    page.line("<div class=\"group\"><h2>{} <span class=\"count\">{}</span></h2>", group.title,
              group.findings.size());
    for (const impact::Finding* finding : group.findings)
      put_finding_details(page, row_of(report, *finding));
    page.line("</div>");
  }
  page.line("</section>");
}

}  // namespace compiler::migrate::report
