#pragma once
#include <map>
#include <string>
#include <string_view>

#include "compiler/migrate/documents/gatherer.h"

/// Links: what they ask in Explore, which variables of other dashboards they set, which labels of
/// the clicked field they read.
namespace compiler::migrate::documents {

/// One text that is or contains links (a URL, Markdown, a rule's annotation).
void gather_links_in(const Value& value, const Excerpt& text, Gatherer& out);

/// A link of a dashboard, a panel or a field: an object with `url` and `title`.
void gather_link(const Value& link, Gatherer& out);
void gather_links(const Value& list, Gatherer& out);

/// A text in which ${__field.labels.x} may stand.
void gather_field_reference(const Value& value, Gatherer& out);

}  // namespace compiler::migrate::documents
