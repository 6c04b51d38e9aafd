#include "base/base64.h"
#include "base/text.h"
#include "river/stdlib/functions.h"
#include "river/stdlib/json.h"
#include "river/stdlib/yaml.h"

namespace river::stdlib {

namespace {

Answer from_json(const Arguments& args) {
  return read_json(text(args[0]), JsonNumbers::all_floats);
}

Answer from_yaml(const Arguments& args) {
  return read_yaml(text(args[0]));
}

Answer to_json(const Arguments& args) {
  if (args[0].kind() != Kind::object)
    return base::fail("should be object, got {}", kind_name(args[0].kind()));
  auto json = write_json(args[0]);
  if (!json) return tl::unexpected(json.error());
  return Value::string(*std::move(json));
}

template <base::Base64 Alphabet>
Answer from_base64(const Arguments& args) {
  auto bytes = base::base64_decode(text(args[0]), Alphabet);
  if (!bytes) return tl::unexpected(bytes.error());
  return Value::bytes(*std::move(bytes));
}

template <base::Base64 Alphabet>
Answer to_base64(const Arguments& args) {
  return Value::string(base::base64_encode(text(args[0]), Alphabet));
}

bool is_unreserved(char c) {
  return base::is_word(c) || c == '-' || c == '.' || c == '~';
}

Answer url_encode(const Arguments& args) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text(args[0])) {
    if (is_unreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      const auto byte = static_cast<uint8_t>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return Value::string(std::move(out));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Answer url_decode(const Arguments& args) {
  const std::string& in = text(args[0]);
  std::string out;
  for (size_t i = 0; i < in.size(); ++i) {
    if (in[i] != '%') {
      out += in[i] == '+' ? ' ' : in[i];
      continue;
    }
    const int high = i + 1 < in.size() ? hex_digit(in[i + 1]) : -1;
    const int low = i + 2 < in.size() ? hex_digit(in[i + 2]) : -1;
    if (high < 0 || low < 0) return base::fail("invalid URL escape {}", quote(in.substr(i, 3)));
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return Value::string(std::move(out));
}

using Call = Answer (*)(const Arguments&);

constexpr Function of_string(std::string_view name, const Type& result, Call call) {
  return {.name = name,
          .arity_min = 1,
          .arity_max = 1,
          .parameters = kTakesString,
          .result = &result,
          .call = call};
}

constexpr Function kEncodingFunctions[] = {
    of_string("encoding.from_json", kAnyType, from_json),
    of_string("encoding.from_yaml", kAnyType, from_yaml),
    of_string("encoding.from_base64", kBytesType, from_base64<base::Base64::standard>),
    of_string("encoding.from_URLbase64", kBytesType, from_base64<base::Base64::url>),
    of_string("encoding.to_base64", kStringType, to_base64<base::Base64::standard>),
    of_string("encoding.to_URLbase64", kStringType, to_base64<base::Base64::url>),
    {.name = "encoding.to_json",
     .arity_min = 1,
     .arity_max = 1,
     .parameters = kTakesAny,
     .result = &kStringType,
     .call = to_json},
    of_string("encoding.url_encode", kStringType, url_encode),
    of_string("encoding.url_decode", kStringType, url_decode),
};

}  // namespace

std::span<const Function> encoding_functions() {
  return kEncodingFunctions;
}

}  // namespace river::stdlib
