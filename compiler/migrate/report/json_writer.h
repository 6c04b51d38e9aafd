#pragma once
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace compiler::migrate::report {

/// JSON as a stream of tokens: a tree of a large fleet's findings would cost more than judging
/// them. Texts may be any bytes; what is not UTF-8 becomes U+FFFD.
class JsonWriter {
 public:
  /// Room that is reserved and not used costs nothing: its pages are never touched.
  explicit JsonWriter(size_t bytes_expected = 0);
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }
  void key(std::string_view name);
  void null();

  void put(std::string_view text);
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(const char* text) { put(std::string_view(text)); }
  void put(int64_t number);
  void put(bool value);
  template <std::integral Number>
  void put(Number number) {
    put(static_cast<int64_t>(number));
  }
  void put(const std::vector<std::string>& texts) {
    array(texts, [this](const std::string& text) { put(text); });
  }

  template <class Value>
  void member(std::string_view name, const Value& value) {
    key(name);
    put(value);
  }
  /// [one(item), ...]
  template <class Items, class One>
  void array(const Items& items, const One& one) {
    begin_array();
    for (const auto& item : items) one(item);
    end_array();
  }

  /// What was written, safe to show on a terminal; ends with a line break.
  std::string take();

 private:
  void begin(char bracket);
  void end(char bracket);
  void begin_value();
  void break_line();

  std::string text_;
  std::vector<bool> has_members_;  ///< of each object and array that is open
  bool after_key_ = false;
};

}  // namespace compiler::migrate::report
