#pragma once
#include <string_view>

/// What the HTML report carries inline; nothing is fetched. The page's own policy allows these two
/// texts by their digest and no other style or script.
namespace compiler::migrate::report {

extern const std::string_view kHtmlStyle;
/// The filter box; the page can be read without it.
extern const std::string_view kHtmlScript;

}  // namespace compiler::migrate::report
