#include <fmt/format.h>

#include <algorithm>

#include "river/schema/decode.h"

namespace river::schema {

namespace {

/// The part that the kinds of one enum block share: "stage" of "stage.drop".
std::string_view group_name(const Field& field) {
  return field.name.substr(0, field.name.find('.'));
}

/// The blocks of all kinds of one enum, in written order: that of their places in one vector.
Value encode_variants(std::span<const Field> kinds, const void* object) {
  struct Variant {
    Occurrence found;
    const Field* kind;
  };
  std::vector<Variant> all;
  for (const Field& kind : kinds)
    for (const Occurrence& found : kind.occurrences(object)) all.push_back({found, &kind});
  std::sort(all.begin(), all.end(), [](const Variant& a, const Variant& b) {
    return std::less<>()(a.found.place, b.found.place);
  });
  Array out;
  for (const auto& [found, kind] : all)
    out.push_back(Value::object({{std::string(kind->name), encode(*kind->schema, found.object)}}));
  return Value::array(std::move(out));
}

void encode_fields(std::span<const Field> fields, const void* object, Object& out) {
  for (size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    if (field.form == Form::attribute) {
      out.emplace_back(field.name, field.encode(object));
    } else if (field.form == Form::squash) {
      for (const Occurrence& inner : field.occurrences(object))
        encode_fields(field.schema->fields, inner.object, out);
    } else if (field.variant) {
      size_t end = i + 1;
      while (end < fields.size() && fields[end].variant &&
             group_name(fields[end]) == group_name(field))
        ++end;
      out.emplace_back(group_name(field), encode_variants(fields.subspan(i, end - i), object));
      i = end - 1;
    } else {
      Array blocks;
      for (const Occurrence& inner : field.occurrences(object))
        blocks.push_back(encode(*field.schema, inner.object));
      out.emplace_back(field.name, Value::array(std::move(blocks)));
    }
  }
}

}  // namespace

Value encode(const BlockSchema& schema, const void* object) {
  return encode_exports(schema.fields, object);
}

Value encode_exports(std::span<const Field> exports, const void* object) {
  Object out;
  encode_fields(exports, object, out);
  return Value::object(std::move(out));
}

Value unknown_exports(const Signature& signature) {
  Object out;
  for (const Field& field : signature.exports)
    out.emplace_back(field.name, Value::unknown(field.type));
  return Value::object(std::move(out));
}

std::string type_name(const Type& type) {
  if (!type.name.empty()) return std::string(type.name);
  const std::string element = type.element ? type_name(*type.element) : "any";
  if (type.kind == Kind::array) return fmt::format("list({})", element);
  if (type.kind == Kind::object) return fmt::format("map({})", element);
  return type.is_any ? "any" : std::string(kind_name(type.kind));
}

}  // namespace river::schema
