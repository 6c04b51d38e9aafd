#include "compiler/migrate/report/json_writer.h"

#include <rapidjson/prettywriter.h>

#include "compiler/migrate/report/escape.h"

namespace compiler::migrate::report {

namespace {

/// RapidJSON's idea of a stream, so that the text is written once.
struct Text {
  using Ch = char;
  std::string text;
  void Put(char c) { text.push_back(c); }
  void Flush() {}
};

}  // namespace

struct JsonWriter::State {
  Text out;
  rapidjson::PrettyWriter<Text> json{out};
};

JsonWriter::JsonWriter(size_t bytes_expected) : state_(new State) {
  state_->json.SetIndent(' ', 2);
  state_->out.text.reserve(bytes_expected);
}
JsonWriter::~JsonWriter() = default;

void JsonWriter::begin_object() {
  state_->json.StartObject();
}
void JsonWriter::end_object() {
  state_->json.EndObject();
}
void JsonWriter::begin_array() {
  state_->json.StartArray();
}
void JsonWriter::end_array() {
  state_->json.EndArray();
}
void JsonWriter::null() {
  state_->json.Null();
}
void JsonWriter::put(int64_t number) {
  state_->json.Int64(number);
}
void JsonWriter::put(bool value) {
  state_->json.Bool(value);
}

void JsonWriter::key(std::string_view name) {
  const std::string clean = utf8(name);
  state_->json.Key(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
}

void JsonWriter::put(std::string_view text) {
  const std::string clean = utf8(text);
  state_->json.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
}

std::string JsonWriter::take() {
  state_->out.Put('\n');
  return json_for_terminals(std::move(state_->out.text));
}

}  // namespace compiler::migrate::report
