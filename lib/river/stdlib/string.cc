#include <algorithm>

#include "river/stdlib/format.h"
#include "river/stdlib/functions.h"
#include "river/text.h"

namespace river::stdlib {

namespace {

Answer format_text(const Arguments& args) {
  auto text_or_error = format(text(args[0]), std::span(args).subspan(1));
  if (!text_or_error) return tl::unexpected(text_or_error.error());
  return Value::string(*std::move(text_or_error));
}

Answer join(const Arguments& args) {
  std::string out;
  const Array& elements = *args[0].as_array();
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += text(args[1]);
    out += text(elements[i]);
    if (out.size() > kTextBytesMax) return too_long();
  }
  return Value::string(std::move(out));
}

/// Where the next `separator` starts, or, for an empty one, the next code point.
size_t next_cut(std::string_view rest, std::string_view separator) {
  return separator.empty() ? first_code_point(rest).bytes : rest.find(separator);
}

Answer replace(const Arguments& args) {
  std::string_view rest = text(args[0]);
  const std::string& old_text = text(args[1]);
  const std::string& new_text = text(args[2]);
  std::string out = old_text.empty() ? new_text : "";
  while (!rest.empty()) {
    const size_t cut = next_cut(rest, old_text);
    if (cut == std::string_view::npos) break;
    out.append(rest.substr(0, cut)).append(new_text);
    if (out.size() > kTextBytesMax) return too_long();
    rest.remove_prefix(cut + old_text.size());
  }
  return Value::string(out.append(rest));
}

Answer split(const Arguments& args) {
  std::string_view rest = text(args[0]);
  const std::string& separator = text(args[1]);
  Array out;
  while (!rest.empty()) {
    const size_t cut = next_cut(rest, separator);
    if (cut == std::string_view::npos) break;
    out.push_back(Value::string(std::string(rest.substr(0, cut))));
    if (out.size() > kElementsMax) return too_long();
    rest.remove_prefix(cut + separator.size());
  }
  if (!separator.empty()) out.push_back(Value::string(std::string(rest)));
  return Value::array(std::move(out));
}

template <uint32_t (*Map)(uint32_t)>
Answer map_code_points(const Arguments& args) {
  std::string out;
  for (std::string_view rest = text(args[0]); !rest.empty();) {
    const CodePoint point = first_code_point(rest);
    append_utf8(out, Map(point.value));
    rest.remove_prefix(point.bytes);
  }
  return Value::string(std::move(out));
}

/// The start of the last code point.
size_t last_start(std::string_view text) {
  for (size_t bytes = std::min<size_t>(4, text.size()); bytes > 1; --bytes)
    if (first_code_point(text.substr(text.size() - bytes)).bytes == bytes)
      return text.size() - bytes;
  return text.size() - 1;
}

template <class Test>
Value trim_where(std::string_view rest, Test drop) {
  while (!rest.empty() && drop(first_code_point(rest).value))
    rest.remove_prefix(first_code_point(rest).bytes);
  while (!rest.empty()) {
    const size_t last = last_start(rest);
    if (!drop(first_code_point(rest.substr(last)).value)) break;
    rest = rest.substr(0, last);
  }
  return Value::string(std::string(rest));
}

Answer trim(const Arguments& args) {
  std::vector<uint32_t> cutset;
  for (std::string_view rest = text(args[1]); !rest.empty();) {
    cutset.push_back(first_code_point(rest).value);
    rest.remove_prefix(first_code_point(rest).bytes);
  }
  return trim_where(text(args[0]), [&](uint32_t c) {
    return std::find(cutset.begin(), cutset.end(), c) != cutset.end();
  });
}

Answer trim_space(const Arguments& args) {
  return trim_where(text(args[0]), is_space);
}

Answer trim_prefix(const Arguments& args) {
  const bool has = text(args[0]).starts_with(text(args[1]));
  return has ? Value::string(text(args[0]).substr(text(args[1]).size())) : args[0];
}

Answer trim_suffix(const Arguments& args) {
  const std::string& whole = text(args[0]);
  const bool has = whole.ends_with(text(args[1]));
  return has ? Value::string(whole.substr(0, whole.size() - text(args[1]).size())) : args[0];
}

using Call = Answer (*)(const Arguments&);

constexpr Function of_strings(std::string_view name, int arity, Call call) {
  return {.name = name,
          .arity_min = arity,
          .arity_max = arity,
          .parameters = kTakesString,
          .result = &kStringType,
          .call = call};
}

constexpr const Type* kTakesFormat[] = {&kStringType, &kAnyType};
constexpr const Type* kTakesList[] = {&kStringsType, &kStringType};
constexpr Function kStringFunctions[] = {
    {.name = "string.format",
     .arity_min = 1,
     .arity_max = -1,
     .parameters = kTakesFormat,
     .result = &kStringType,
     .call = format_text},
    {.name = "string.join",
     .arity_min = 2,
     .arity_max = 2,
     .parameters = kTakesList,
     .result = &kStringType,
     .call = join},
    {.name = "string.split",
     .arity_min = 2,
     .arity_max = 2,
     .parameters = kTakesString,
     .result = &kStringsType,
     .call = split},
    of_strings("string.replace", 3, replace),
    of_strings("string.to_lower", 1, map_code_points<base::to_lower_code_point>),
    of_strings("string.to_upper", 1, map_code_points<base::to_upper_code_point>),
    of_strings("string.trim", 2, trim),
    of_strings("string.trim_prefix", 2, trim_prefix),
    of_strings("string.trim_space", 1, trim_space),
    of_strings("string.trim_suffix", 2, trim_suffix)};

}  // namespace

std::span<const Function> string_functions() {
  return kStringFunctions;
}

}  // namespace river::stdlib
