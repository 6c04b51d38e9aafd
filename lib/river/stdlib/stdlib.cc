#include <map>

#include "river/eval.h"
#include "river/stdlib/functions.h"

namespace river::stdlib {

namespace {

using Names = std::map<std::string_view, Value>;

// Fields of a namespace: names without "string." in front.
Value namespace_of(std::span<const Function> functions) {
  Object fields;
  for (const Function& function : functions)
    fields.emplace_back(function.name.substr(function.name.find('.') + 1),
                        Value::function(&function));
  return Value::object(std::move(fields));
}

constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"base64_decode", "encoding.from_base64"},
    {"concat", "array.concat"},
    {"env", "sys.env"},
    {"format", "string.format"},
    {"join", "string.join"},
    {"json_decode", "encoding.from_json"},
    {"nonsensitive", "convert.nonsensitive"},
    {"replace", "string.replace"},
    {"split", "string.split"},
    {"to_lower", "string.to_lower"},
    {"to_upper", "string.to_upper"},
    {"trim", "string.trim"},
    {"trim_prefix", "string.trim_prefix"},
    {"trim_space", "string.trim_space"},
    {"trim_suffix", "string.trim_suffix"},
    {"yaml_decode", "encoding.from_yaml"},
};

Names all_names() {
  Names names = {
      {"array", namespace_of(array_functions())},
      {"constants", constants()},
      {"convert", namespace_of(convert_functions())},
      {"encoding", namespace_of(encoding_functions())},
      {"file", namespace_of(file_functions())},
      {"string", namespace_of(string_functions())},
      {"sys", namespace_of(sys_functions())},
  };
  for (const Function& function : plain_functions())
    names.emplace(function.name, Value::function(&function));
  for (const auto& [alias, dotted] : kAliases) {
    const size_t dot = dotted.find('.');
    names.emplace(alias, *names.at(dotted.substr(0, dot)).field(dotted.substr(dot + 1)));
  }
  return names;
}

// The names whose values belong to the machine that runs the config, all unknown.
Names elsewhere_names() {
  static const Function kEnv{.name = "sys.env",
                             .arity_min = 1,
                             .arity_max = 1,
                             .parameters = kTakesString,
                             .result = &kStringType,
                             .pure = false};
  const Value here = constants();
  Object constants;
  for (const auto& [name, value] : *here.as_object())
    constants.emplace_back(name, Value::unknown(&kStringType));
  return {{"constants", Value::object(std::move(constants))},
          {"env", Value::function(&kEnv)},
          {"sys", Value::object({{"env", Value::function(&kEnv)}})}};
}

const Value* find(const Names& names, std::string_view identifier) {
  const auto found = names.find(identifier);
  return found == names.end() ? nullptr : &found->second;
}

}  // namespace

const Value* lookup(std::string_view identifier) {
  static const Names kNames = all_names();
  return find(kNames, identifier);
}

const Value* lookup_elsewhere(std::string_view identifier) {
  static const Names kNames = elsewhere_names();
  return find(kNames, identifier);
}

std::string_view deprecated_alias(std::string_view identifier) {
  for (const auto& [alias, dotted] : kAliases)
    if (alias == identifier) return dotted;
  return {};
}

}  // namespace river::stdlib
