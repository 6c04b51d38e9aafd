#pragma once
#include <string_view>

#include "compiler/migrate/documents/gatherer.h"

namespace compiler::migrate::documents {

// What a panel is made of, alike in classic dashboards and in V2 resources.

/// What the queries of one panel are, for what reads their result.
struct PanelQueries {
  bool has_logql = false;
  bool has_promql = false;

  void note(const Use& query);
  bool any() const { return has_logql || has_promql; }
  /// none when there are both.
  Language language() const;
};

/// A query of a panel: `query` holds expr and legendFormat. The legend belongs to it.
void gather_target(const Value& query, std::string_view ref_id, const QuerySource& source,
                   Gatherer& out, PanelQueries& queries);

/// A transformation by its id. An unknown one is listed.
void gather_transformation(std::string_view id, const Value& transformation, const Value& options,
                           Gatherer& out);

/// fieldConfig: links, display names, overrides by name, value mappings.
void gather_field_config(const Value& config, Gatherer& out);

/// Colours, overrides and value mappings of older panels, by the names that series are shown under.
void gather_series_names(const Value& panel, Gatherer& out);

/// Options that name fields, of all kinds of panels.
void gather_options(const Value& options, Gatherer& out);

/// Adds the names of fields at a path below `options`: keys apart by dots, [] for every item of a
/// list, {} at the end for the keys of a map, ~ at the end for a regular expression over names.
/// "" is the value itself.
void gather_fields(const Value& options, std::string_view path, Gatherer& out);

}  // namespace compiler::migrate::documents
