#include "compiler/migrate/report/json_writer.h"

#include <fmt/format.h>

#include <iterator>

#include "compiler/migrate/report/escape.h"
#include "telemetry/text.h"

namespace compiler::migrate::report {

JsonWriter::JsonWriter(size_t bytes_expected) {
  text_.reserve(bytes_expected);
}

void JsonWriter::begin_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_members_.empty()) return;
  if (has_members_.back()) text_ += ',';
  has_members_.back() = true;
  break_line();
}

void JsonWriter::break_line() {
  text_ += '\n';
  text_.append(2 * has_members_.size(), ' ');
}

void JsonWriter::begin(char bracket) {
  begin_value();
  text_ += bracket;
  has_members_.push_back(false);
}

void JsonWriter::end(char bracket) {
  const bool is_empty = !has_members_.back();
  has_members_.pop_back();
  if (!is_empty) break_line();
  text_ += bracket;
}

void JsonWriter::key(std::string_view name) {
  put(name);
  text_ += ": ";
  after_key_ = true;
}

void JsonWriter::null() {
  begin_value();
  text_ += "null";
}

void JsonWriter::put(std::string_view text) {
  begin_value();
  telemetry::append_json_string(text_, text);
}

void JsonWriter::put(int64_t number) {
  begin_value();
  fmt::format_to(std::back_inserter(text_), "{}", number);
}

void JsonWriter::put(bool value) {
  begin_value();
  text_ += value ? "true" : "false";
}

std::string JsonWriter::take() {
  text_ += '\n';
  return json_for_terminals(std::move(text_));
}

}  // namespace compiler::migrate::report
