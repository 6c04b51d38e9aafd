#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_set>

#include "river/number.h"
#include "river/stdlib/json.h"

namespace river::stdlib {

namespace {

using Selected = std::vector<const Value*>;

// Where a negative position counts from the end; nothing when it lies before the start.
int64_t from_end(int64_t position, int64_t size) {
  return position < 0 ? position + size : position;
}

void select_index(const Value& value, int64_t index, Selected& out) {
  const Array* elements = value.as_array();
  if (elements == nullptr) return;
  const int64_t i = from_end(index, static_cast<int64_t>(elements->size()));
  if (i >= 0 && i < static_cast<int64_t>(elements->size()))
    out.push_back(&(*elements)[static_cast<size_t>(i)]);
}

void select_slice(const Value& value, const PathSlice& slice, Selected& out) {
  const Array* elements = value.as_array();
  if (elements == nullptr || slice.step == 0) return;
  const auto size = static_cast<int64_t>(elements->size());
  const bool forward = slice.step > 0;
  const int64_t low = forward ? 0 : -1;
  const int64_t high = forward ? size : size - 1;
  const auto bound = [&](const std::optional<int64_t>& written, int64_t otherwise) {
    return written ? std::clamp(from_end(*written, size), low, high) : otherwise;
  };
  const int64_t begin = bound(slice.begin, forward ? low : high);
  const int64_t end = bound(slice.end, forward ? high : low);
  for (int64_t i = begin; forward ? i < end : i > end;) {
    out.push_back(&(*elements)[static_cast<size_t>(i)]);
    if (forward ? slice.step >= end - i : slice.step <= end - i) break;
    i += slice.step;
  }
}

void for_each_child(const Value& value, const std::function<void(const Value&)>& visit) {
  if (const Array* elements = value.as_array())
    for (const Value& element : *elements) visit(element);
  if (const Object* fields = value.as_object())
    for (const auto& field : *fields) visit(field.second);
}

void select(const PathSelector& selector, const Value& value, const Value& root, Selected& out) {
  if (const auto* name = std::get_if<std::string>(&selector)) {
    if (const Value* field = value.field(*name)) out.push_back(field);
  } else if (const auto* index = std::get_if<int64_t>(&selector)) {
    select_index(value, *index, out);
  } else if (const auto* slice = std::get_if<PathSlice>(&selector)) {
    select_slice(value, *slice, out);
  } else if (std::holds_alternative<PathWildcard>(selector)) {
    for_each_child(value, [&](const Value& child) { out.push_back(&child); });
  } else {
    const auto& filter = *std::get<std::shared_ptr<const Filter>>(selector);
    for_each_child(value, [&](const Value& child) {
      if (filter_accepts(filter, child, root)) out.push_back(&child);
    });
  }
}

// Each value once, or `..*..*` would take time without bound. JSON nests at most kJsonDepthMax
// deep.
void with_descendants(const Value& value, std::unordered_set<const Value*>& seen, Selected& out) {
  if (!seen.insert(&value).second) return;
  out.push_back(&value);
  for_each_child(value, [&](const Value& child) { with_descendants(child, seen, out); });
}

}  // namespace

Selected follow_path(const Path& path, const Value& start, const Value& root) {
  Selected current{&start};
  for (const PathStep& step : path) {
    Selected places;
    std::unordered_set<const Value*> seen;
    if (step.descend)
      for (const Value* value : current) with_descendants(*value, seen, places);
    Selected next;
    for (const Value* value : step.descend ? places : current)
      for (const PathSelector& selector : step.selectors) select(selector, *value, root, next);
    current = std::move(next);
  }
  return current;
}

base::Result<Value> json_path_select(const Value& document, std::string_view path) {
  const auto parsed = parse_json_path(path);
  if (!parsed) return base::in_context("path", parsed.error());
  Array out;
  for (const Value* value : follow_path(*parsed, document, document)) out.push_back(*value);
  return Value::array(std::move(out));
}

}  // namespace river::stdlib
