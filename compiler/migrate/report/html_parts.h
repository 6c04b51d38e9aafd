#pragma once
#include "compiler/migrate/report/formats.h"
#include "compiler/migrate/report/lines.h"

/// The parts of the HTML report.
namespace compiler::migrate::report {

void put_html_hosts(Lines& page, const streams::State& fleet);
void put_html_findings(Lines& page, const Report& report);

/// <progress>: how many of the services have moved.
std::string html_progress(size_t done, size_t total, std::string_view of);

}  // namespace compiler::migrate::report
