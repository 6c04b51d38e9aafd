#pragma once
#include <string>

#include "river/ast.h"
#include "river/diag/diagnostics.h"
#include "river/eval.h"
#include "river/schema/field.h"

namespace river::schema {

/// Decodes a block's body into `object`: every attribute is evaluated and
/// decoded, every nested block opened and decoded, what is missing or unknown reported, then the
/// schema's rules run. Goes on after an error. True when nothing was reported as an error. With
/// unknown values in `scope` this is the check that cfgc makes; with known ones it is the agent's
/// decoding. There is no other walker.
bool decode_body(const ast::Body& body, diag::Span header, const BlockSchema& schema, void* object,
                 const river::Scope& scope, diag::Diagnostics& diagnostics);

/// An object with one field per attribute and list of objects per block: compares two argument
/// structs, and makes a component's exports out of its exports struct.
Value encode(const BlockSchema& schema, const void* object);
Value encode_exports(std::span<const Field> exports, const void* object);

/// The exports of a component that has not run: each field unknown of its type.
Value unknown_exports(const Signature& signature);

/// "list(map(string))": a type as the manual spells it.
std::string type_name(const Type& type);

}  // namespace river::schema
