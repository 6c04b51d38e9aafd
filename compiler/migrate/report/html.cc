#include "compiler/migrate/report/html.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "compiler/migrate/report/escape.h"

namespace compiler::migrate::report {
namespace {

/// How a Content-Security-Policy names an inline text: 'sha256-...' with its digest in base64.
std::string source_of(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::array<unsigned char, 48> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  return fmt::format("'sha256-{}'", std::string_view(reinterpret_cast<char*>(base64.data()),
                                                     static_cast<size_t>(length)));
}

void put_head(Lines& page) {
  page.line("<!DOCTYPE html>");
  page.line("<html lang=\"en\"><head><meta charset=\"utf-8\">");
  page.line(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "img-src data:; style-src {}; script-src {}; base-uri 'none'; form-action 'none'\">",
      source_of(kHtmlStyle), source_of(kHtmlScript));
  page.line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
  page.line("<meta name=\"color-scheme\" content=\"light dark\">");
  page.line("<meta name=\"referrer\" content=\"no-referrer\">");
  page.line("<link rel=\"icon\" href=\"data:,\"><title>Migration report</title>");
  page.line("<style>{}</style></head>", kHtmlStyle);
}

std::string_view outcome(int exit_code) {
  switch (exit_code) {
    case 0:
      return "Nothing changes.";
    case 1:
      return "Not all could be read: this report is not whole.";
    case 2:
      return "Some queries change; no alert goes silent or mad.";
    default:
      return "An alert would go silent, or fire on everything.";
  }
}

std::string passed_text(const Report& report) {
  std::string out;
  for (const auto& [why, count] : passed(report))
    out += fmt::format("{}{} {}", out.empty() ? ". Not for logs, and not counted: " : ", ", count,
                       html(why));
  return out;
}

void put_summary(Lines& page, const Report& report) {
  const Coverage counts = coverage(report);
  const int code = exit_code(report);
  page.line("<body><a class=\"skip\" href=\"#findings\">To what changes</a>");
  page.line("<header class=\"top\"><div class=\"wrap\"><h1>Migration report</h1>");
  const streams::State& fleet = report.fleet;
  page.line("<p class=\"outcome{}\"><strong>{}</strong>{}</p>",
            code == 1 || code == 3 ? " bad" : "", outcome(code),
            fleet.total == 0
                ? ""
                : fmt::format(" {} of {} moved.", fleet.done, counted(fleet.total, "service")));
  if (fleet.total > 0) page.line("{}", html_progress(fleet.done, fleet.total, "Fleet"));
  page.line("<ul class=\"tiles\">");
  for (size_t i = std::size(counts.by_verdict); i-- > 0;) {
    const std::string_view verdict = name(static_cast<impact::Verdict>(i));
    page.line("<li class=\"{}{}\"><b>{}</b><span>{}</span></li>", verdict,
              counts.by_verdict[i] == 0 ? " none" : "", counts.by_verdict[i], verdict);
  }
  page.line("</ul><p class=\"small faint\">{}{}</p></div></header>", coverage_text(counts),
            passed_text(report));
}

void put_errors(Lines& page, const Report& report) {
  if (report.io_errors.empty()) return;
  page.line(
      "<section aria-labelledby=\"errors\"><h2 id=\"errors\">Could not be read <span "
      "class=\"count\">{}</span></h2>",
      report.io_errors.size());
  for (const base::Error& error : report.io_errors)
    page.line("<p class=\"note\">{}</p>", html(error.message));
  page.line("</section>");
}

void put_unknown(Lines& page, const Report& report) {
  const auto parts = unknown_parts(report);
  if (parts.empty()) return;
  page.line(
      "<section aria-labelledby=\"unknown\"><h2 id=\"unknown\">Unknown <span class=\"count\">"
      "{}</span></h2><div class=\"card\"><div class=\"scroll\"><table><thead><tr>",
      parts.size());
  page.line(
      "<th scope=\"col\">Place</th><th scope=\"col\">In</th><th scope=\"col\">What</th>"
      "</tr></thead><tbody>");
  for (const UnknownPart& part : parts) {
    page.line("<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
              html(place(part.document->path, part.line, part.column)),
              html(joined(*part.title, " › ")), html(*part.what));
  }
  page.line("</tbody></table></div></div></section>");
}

}  // namespace

std::string render_html(const Report& report) {
  Lines page;
  put_head(page);
  put_summary(page, report);
  page.line("<main class=\"wrap\">");
  put_errors(page, report);
  put_html_hosts(page, report.fleet);
  put_html_findings(page, report);
  put_unknown(page, report);
  page.line(
      "</main><footer class=\"wrap small\">Written by cfgc migrate report. Nothing of this "
      "page is fetched from elsewhere.</footer>");
  page.line("<script>{}</script></body></html>", kHtmlScript);
  return page.take();
}

}  // namespace compiler::migrate::report
