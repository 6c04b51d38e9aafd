#include "river/schema/codec.h"

#include <doctest/doctest.h>

#include "river/schema/decode.h"

enum class Fruit { apple, pear };
struct Engine;

namespace river::schema {
template <>
inline constexpr EnumName<Fruit> kEnumNames<Fruit>[] = {{"apple", Fruit::apple},
                                                        {"pear", Fruit::pear}};
template <>
inline constexpr std::string_view kCapsuleName<Engine> = "Engine";
}  // namespace river::schema

using namespace river;
using namespace river::schema;

namespace {

/// What decoding says and gives: the value encoded again, or "unknown", or the first message.
template <class T>
std::string decoded(const Value& value) {
  diag::Diagnostics diagnostics;
  DecodeContext context{diagnostics, {1, 2}, "x"};
  T out{};
  switch (Codec<T>::decode(value, out, context)) {
    case Decoded::ok:
      CHECK(diagnostics.empty());
      return to_text(Codec<T>::encode(out));
    case Decoded::unknown:
      CHECK(diagnostics.empty());
      return "unknown";
    case Decoded::failed:
      break;
  }
  CHECK(diagnostics.size() >= 1);
  const diag::Diagnostic& first = diagnostics.items().front();
  return fmt::format("{} {}", first.code, first.message);
}

Value text(std::string value) {
  return Value::string(std::move(value));
}
Value number(auto value) {
  return Value::number(value);
}
Value secret(std::string value) {
  return Value::secret({.text = base::Secret(std::move(value))});
}
Value open_text(std::string value) {
  return Value::secret(
      {.text = base::Secret(std::move(value)), .is_secret = false, .optional = true});
}
template <class T>
Value unknown() {
  return Value::unknown(&Codec<T>::type);
}

}  // namespace

TEST_CASE("codec: strings take numbers and public text, no secrets") {
  CHECK(decoded<std::string>(text("a")) == R"("a")");
  CHECK(decoded<std::string>(number(int64_t{3})) == R"("3")");
  CHECK(decoded<std::string>(number(1e21)) == R"("1000000000000000000000")");
  CHECK(decoded<std::string>(Value()) == R"("")");
  CHECK(decoded<std::string>(open_text("a")) == R"("a")");
  CHECK(decoded<std::string>(secret("a")) ==
        R"(C012 "x": a secret may not be converted into a string)");
  CHECK(decoded<std::string>(Value::boolean(true)) == R"(C010 "x" should be string, got bool)");
  CHECK(decoded<std::string>(Value::array({})) == R"(C010 "x" should be string, got array)");
}

TEST_CASE("codec: numbers") {
  CHECK(decoded<int64_t>(text("-2")) == "-2");
  CHECK(decoded<int64_t>(text("1e3")) == "1000");
  CHECK(decoded<int64_t>(number(1.9)) == "1");
  CHECK(decoded<int64_t>(open_text("7")) == "7");
  CHECK(decoded<int64_t>(Value()) == "0");
  CHECK(decoded<int64_t>(text("abc")) == R"(C027 "x": "abc" is not a number)");
  CHECK(decoded<int64_t>(number(1e19)) ==
        R"(C028 "x": 10000000000000000000 is out of range for int)");
  CHECK(decoded<uint64_t>(number(int64_t{-1})) == R"(C028 "x": -1 is out of range for uint)");
  CHECK(decoded<uint64_t>(text("18446744073709551615")) == "18446744073709551615");
  CHECK(decoded<double>(text("1.5")) == "1.5");
  CHECK(decoded<double>(text("-1.5")) == R"(C027 "x": "-1.5" is not a number)");
  CHECK(decoded<double>(secret("1")) == R"(C012 "x": a secret may not be converted into a string)");
  CHECK(decoded<double>(Value::boolean(true)) == R"(C010 "x" should be float, got bool)");
}

TEST_CASE("codec: bools come from bools only") {
  CHECK(decoded<bool>(Value::boolean(true)) == "true");
  CHECK(decoded<bool>(Value()) == "false");
  CHECK(decoded<bool>(text("true")) == R"(C010 "x" should be bool, got string)");
  CHECK(decoded<bool>(number(int64_t{1})) == R"(C010 "x" should be bool, got number)");
}

TEST_CASE("codec: secrets take text and never print") {
  CHECK(decoded<base::Secret>(text("pw")) == "(secret)");
  CHECK(decoded<base::Secret>(open_text("pw")) == "(secret)");
  CHECK(decoded<base::Secret>(number(int64_t{1})) == R"(C010 "x" should be secret, got number)");
  OptionalSecret out;
  diag::Diagnostics diagnostics;
  DecodeContext context{diagnostics, {}, {}};
  CHECK(Codec<OptionalSecret>::decode(text("a"), out, context) == Decoded::ok);
  CHECK(!out.is_secret);
  CHECK(Codec<OptionalSecret>::decode(secret("a"), out, context) == Decoded::ok);
  CHECK(out.is_secret);
}

TEST_CASE("codec: types that read themselves from text") {
  CHECK(decoded<Duration>(text("90m")) == R"("1h30m")");
  CHECK(decoded<Duration>(number(int64_t{0})) == R"("0s")");
  CHECK(decoded<Duration>(Value()) == R"("0s")");
  CHECK(decoded<Duration>(number(int64_t{5})) == R"(C021 "x": duration 5 has no unit)");
  CHECK(decoded<Duration>(text("soon")) == R"(C021 "x": "soon" is not a duration)");
  CHECK(decoded<ByteSize>(text("1024KiB")) == R"("1MiB")");
  CHECK(decoded<ByteSize>(number(int64_t{1024})) == R"("1KiB")");
  CHECK(decoded<ByteSize>(text("big")) == R"(C026 "x": "big" is not a size)");
  CHECK(decoded<Regex>(text("a|b")) == R"("a|b")");
  CHECK(decoded<Regex>(text("(")) == R"(C020 "x": bad regex: missing ): ()");
  CHECK(decoded<AnchoredRegex>(text("a|b")) == R"("a|b")");
  CHECK(decoded<AnchoredRegex>(text("[a")) == R"(C020 "x": bad regex: missing ]: [a)");
  CHECK(decoded<AnchoredRegex>(text("a)(b")) == R"(C020 "x": bad regex: unexpected ): a)(b)");
  CHECK(decoded<Url>(text("http://h:1/p")) == R"("http://h:1/p")");
  CHECK(decoded<Url>(text("")) == R"("")");
  CHECK(decoded<Url>(text("h:1")) == R"(C022 "x": "h:1" is not a URL: it has no scheme)");
  CHECK(decoded<HostPort>(text(":514")) == R"(":514")");
  CHECK(decoded<HostPort>(text("a:b")) ==
        R"(C023 "x": "a:b" is not host:port: "b" is not a port number)");
  CHECK(decoded<LabelName>(text("job")) == R"("job")");
  CHECK(decoded<LabelName>(text("a-b")) == R"(C024 "x": "a-b" is not a label name)");
  CHECK(decoded<LabelName>(text("1a")) == R"(C024 "x": "1a" is not a label name)");
  CHECK(decoded<LabelMap>(Value::object({{"a-b", text("v")}})) ==
        R"(C024 "x": "a-b" is not a label name)");
}

TEST_CASE("codec: an anchored regex matches whole texts, across lines") {
  diag::Diagnostics diagnostics;
  DecodeContext context{diagnostics, {}, {}};
  AnchoredRegex regex;
  REQUIRE(Codec<AnchoredRegex>::decode(text("a|b.c"), regex, context) == Decoded::ok);
  REQUIRE(regex.compiled);
  REQUIRE(Codec<AnchoredRegex>::decode(text(""), regex, context) == Decoded::ok);
  CHECK(regex.compiled);  // Matches the empty text, which is not the same as no regex.
}

TEST_CASE("codec: enums") {
  CHECK(decoded<Fruit>(text("pear")) == R"("pear")");
  CHECK(decoded<Fruit>(text("paer")) == R"(C025 "x": "paer" is not one of "apple", "pear")");
  CHECK(decoded<Fruit>(Value::boolean(true)) == R"(C010 "x" should be string, got bool)");
  CHECK(Codec<Fruit>::type.names.size() == 2);
}

TEST_CASE("codec: lists, maps and capsules") {
  using Strings = std::vector<std::string>;
  using Map = std::map<std::string, int64_t>;
  CHECK(decoded<Strings>(Value::array({text("a"), number(int64_t{1})})) == R"(["a", "1"])");
  CHECK(decoded<Strings>(Value()) == "[]");
  CHECK(decoded<Strings>(text("a")) == R"(C010 "x" should be list(string), got string)");
  CHECK(decoded<Strings>(Value::array({Value::boolean(true)})) ==
        R"(C010 "x" should be string, got bool)");
  CHECK(decoded<Map>(Value::object({{"a", text("2")}})) == "{\n\ta = 2,\n}");
  CHECK(decoded<Map>(Value::array({})) == R"(C010 "x" should be map(int), got array)");
  CHECK(decoded<std::optional<int64_t>>(Value()) == "null");
  CHECK(decoded<CapsuleRef<Engine>>(Value::capsule({"Engine", nullptr})) == R"(capsule("Engine"))");
  CHECK(decoded<CapsuleRef<Engine>>(Value::capsule({"Other", nullptr})) ==
        R"(C010 "x" should be Engine, got Other)");
  CHECK(decoded<CapsuleRef<Engine>>(text("a")) == R"(C010 "x" should be Engine, got string)");
}

TEST_CASE("codec: unknown values are judged by their type") {
  using Strings = std::vector<std::string>;
  CHECK(decoded<std::string>(Value::unknown()) == "unknown");
  CHECK(decoded<std::string>(unknown<std::string>()) == "unknown");
  CHECK(decoded<std::string>(unknown<int64_t>()) == "unknown");
  CHECK(decoded<int64_t>(unknown<std::string>()) == "unknown");
  CHECK(decoded<Duration>(unknown<int64_t>()) == "unknown");
  CHECK(decoded<std::string>(unknown<OptionalSecret>()) == "unknown");
  CHECK(decoded<base::Secret>(unknown<std::string>()) == "unknown");
  CHECK(decoded<Value>(unknown<Strings>()) == "unknown");
  CHECK(decoded<bool>(unknown<Value>()) == "unknown");
  CHECK(decoded<Strings>(unknown<std::vector<int64_t>>()) == "unknown");
  CHECK(decoded<Strings>(Value::array({text("a"), unknown<std::string>()})) == "unknown");
  CHECK(decoded<std::string>(unknown<bool>()) == R"(C010 "x" should be string, got bool)");
  CHECK(decoded<std::string>(unknown<base::Secret>()) ==
        R"(C010 "x" should be string, got secret)");
  CHECK(decoded<std::string>(unknown<Strings>()) ==
        R"(C010 "x" should be string, got list(string))");
  CHECK(decoded<Strings>(unknown<std::string>()) ==
        R"(C010 "x" should be list(string), got string)");
  CHECK(decoded<Strings>(unknown<std::vector<bool>>()) ==
        R"(C010 "x" should be list(string), got list(bool))");
  CHECK(decoded<bool>(unknown<OptionalSecret>()) ==
        R"(C010 "x" should be bool, got optional_secret)");
  CHECK(decoded<CapsuleRef<Engine>>(unknown<CapsuleRef<Engine>>()) == "unknown");
  CHECK(decoded<CapsuleRef<Engine>>(unknown<base::Secret>()) ==
        R"(C010 "x" should be Engine, got secret)");
}

TEST_CASE("codec: one list reports all its mistakes, and points at the elements") {
  diag::Diagnostics diagnostics;
  DecodeContext context{diagnostics, {1, 9}, "x"};
  Value second = Value::boolean(true);
  second.origin = {5, 9};
  std::vector<std::string> out;
  CHECK(Codec<std::vector<std::string>>::decode(
            Value::array({Value::boolean(true), second, text("a")}), out, context) ==
        Decoded::failed);
  REQUIRE(diagnostics.size() == 2);
  CHECK(diagnostics.items()[0].span == diag::Span{1, 9});
  CHECK(diagnostics.items()[1].span == diag::Span{5, 9});
}
