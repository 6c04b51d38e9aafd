#pragma once
#include "compiler/migrate/documents/gatherer.h"

/// What holds documents of ours within itself: resources of Kubernetes, values of Helm charts,
/// texts that are JSON or YAML again.
namespace compiler::migrate::documents {

/// A resource (apiVersion and kind) whose kind says what is in it. False: search it.
bool gather_resource(const Value& resource, Gatherer& out);

/// Looks for known documents anywhere below a value, also in texts. What looks like a query in an
/// unknown place is listed. False: nothing was found at all.
bool search(const Value& value, Gatherer& out, int depth = 0);

}  // namespace compiler::migrate::documents
