#include "components/shared/kubernetes/json.h"

#include <charconv>

namespace components::kubernetes {
namespace {

struct Owner {
  std::string kind;
  std::string name;
  bool is_controller = false;
};

bool read_owner(JsonCursor& in, Meta& out) {
  Owner owner;
  const bool is_read = read_fields(in, [&](std::string_view field) {
    if (field == "kind") return read_text(in, owner.kind);
    if (field == "name") return read_text(in, owner.name);
    if (field == "controller") return read_flag(in, owner.is_controller);
    return in.skip_value();
  });
  if (owner.is_controller) {
    out.controller_kind = std::move(owner.kind);
    out.controller_name = std::move(owner.name);
  }
  return is_read;
}

}  // namespace

bool read_text(JsonCursor& in, std::string& out) {
  out.clear();
  if (in.take_word("null")) return true;
  std::string buffer;
  std::string_view text;
  if (!in.string(buffer, text)) return false;
  out = text;
  return true;
}

bool read_text(JsonCursor& in, std::optional<std::string>& out) {
  out.reset();
  return in.take_word("null") || read_text(in, out.emplace());
}

bool read_flag(JsonCursor& in, bool& out) {
  out = in.take_word("true");
  return out || in.take_word("false") || in.take_word("null") || in.fail("expected true or false");
}

bool read_flag(JsonCursor& in, std::optional<bool>& out) {
  out.reset();
  return in.take_word("null") || read_flag(in, out.emplace());
}

bool read_number(JsonCursor& in, uint32_t& out) {
  out = 0;
  if (in.take_word("null")) return true;
  std::string_view text;
  if (!in.number(text)) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return (error == std::errc() && end == text.data() + text.size()) ||
         in.fail("a number that the field cannot hold");
}

bool read_number(JsonCursor& in, std::optional<uint32_t>& out) {
  out.reset();
  return in.take_word("null") || read_number(in, out.emplace());
}

bool read_pairs(JsonCursor& in, Pairs& out) {
  out = {};
  std::string value;
  const bool is_read = read_fields(in, [&](std::string_view name) {
    if (!read_text(in, value)) return false;
    out.add(name, value);
    return true;
  });
  out.shrink();
  return is_read;
}

bool read(JsonCursor& in, Meta& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "name") return read_text(in, out.name);
    if (field == "namespace") return read_text(in, out.namespace_);
    if (field == "uid") return read_text(in, out.uid);
    if (field == "resourceVersion") return read_text(in, out.resource_version);
    if (field == "labels") return read_pairs(in, out.labels);
    if (field == "annotations") return read_pairs(in, out.annotations);
    if (field == "ownerReferences") return read_elements(in, [&] { return read_owner(in, out); });
    return in.skip_value();
  });
}

bool read(JsonCursor& in, Namespace& out) {
  return read_fields(in, [&](std::string_view field) {
    return field == "metadata" ? read(in, out.meta) : in.skip_value();
  });
}

bool read(JsonCursor& in, Status& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "message") return read_text(in, out.message);
    if (field == "reason") return read_text(in, out.reason);
    if (field == "code") return read_number(in, out.code);
    return in.skip_value();
  });
}

}  // namespace components::kubernetes
