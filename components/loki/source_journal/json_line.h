#pragma once
#include <string>

#include "components/loki/source_journal/labeller.h"

namespace components::loki::source_journal {

/// Appends a JSON object of all fields, sorted by name, values as strings. Bytes that are not UTF-8
/// become U+FFFD, as JSON text cannot hold them.
void append_json_line(std::string& out, const EntryFields& fields);

}  // namespace components::loki::source_journal
