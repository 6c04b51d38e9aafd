#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/report/formats.h"

/// The parts of the HTML report.
namespace compiler::migrate::report {

void put_html_hosts(Lines& page, const streams::State& fleet);
void put_html_findings(Lines& page, const Report& report);

/// <progress>: how many of the services have moved.
std::string html_progress(size_t done, size_t total, std::string_view of);

/// A part of a text; views into what was compared.
struct Piece {
  std::string_view text;
  bool changed = false;

  bool operator==(const Piece&) const = default;
};

/// Two texts with what differs marked, by words and signs. The pieces of each make up its text.
struct MarkedPair {
  std::vector<Piece> before;
  std::vector<Piece> after;
};
MarkedPair marked(std::string_view before, std::string_view after);

// What the page carries inline; nothing is fetched. The page's own policy allows these two texts by
// their digest and no other style or script.

extern const std::string_view kHtmlStyle;
/// The filter box; the page can be read without it.
extern const std::string_view kHtmlScript;

}  // namespace compiler::migrate::report
