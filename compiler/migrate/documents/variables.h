#pragma once
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

}  // namespace compiler::migrate::documents
