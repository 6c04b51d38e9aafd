#include "base/json.h"

#include <nlohmann/json.hpp>

namespace base {
namespace {

template <class Json>
Json parsed_as(std::string_view text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

template <class Json>
std::string text_of(const Json& value, int indentation) {
  return value.dump(indentation, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace

nlohmann::json parse_json(std::string_view text) {
  return parsed_as<nlohmann::json>(text);
}

nlohmann::ordered_json parse_ordered_json(std::string_view text) {
  return parsed_as<nlohmann::ordered_json>(text);
}

std::string json_text(const nlohmann::json& value, int indentation) {
  return text_of(value, indentation);
}

std::string json_text(const nlohmann::ordered_json& value, int indentation) {
  return text_of(value, indentation);
}

}  // namespace base
