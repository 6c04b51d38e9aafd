#pragma once
#include <string>
#include <string_view>

#include "compiler/migrate/documents/gatherer.h"

/// Template variables.
namespace compiler::migrate::documents {

/// A variable in either shape: a classic object, or kind and spec of a V2 resource.
struct VariableParts {
  std::string_view type;  ///< in the classic spelling
  Value fields;           ///< the object that holds name, multi, current, ...
  Value query;            ///< text or object; of V2 the query's spec
  QuerySource source;
};

/// What of a classic variable, or of one in a V2 resource, is asked where.
VariableParts classic_variable(const Value& variable, const Datasources& datasources);
VariableParts v2_variable(const Value& variable, const Datasources& datasources);

/// Adds its definition to the current scope and its uses to the document.
void gather_variable(const VariableParts& variable, Gatherer& out);

/// What a query variable's query is about.
struct VariableQuery {
  std::string label;     ///< whose values it lists; empty: not known
  std::string selector;  ///< the {...} or series it asks them of
  Language language = Language::none;
  bool is_certain = true;
  bool is_passed = false;  ///< of a datasource that has nothing to do with labels
};

/// Adds the uses in a query in any of its shapes: label_values(selector, label),
/// label_values(label), query_result(query), {query: ...}, Loki's {type, label, stream}.
VariableQuery gather_variable_query(const Value& query, const QuerySource& source,
                                    std::string_view name, Gatherer& out);

}  // namespace compiler::migrate::documents
