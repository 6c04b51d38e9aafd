#include "components/prometheus/shared/exposition.h"

#include "base/number.h"
#include "base/text.h"

namespace components::prometheus {
namespace {

constexpr std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::untyped:
      break;
  }
  return "untyped";
}

/// Help is escaped as label values are, but keeps its quotes.
void append_escaped(std::string& out, std::string_view text, bool in_quotes) {
  if (text.find_first_of("\\\"\n") == text.npos) {
    out += text;
    return;
  }
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (c == '"' && in_quotes)) out += '\\';
      out += c;
    }
  }
}

void append_label_value(std::string& out, std::string_view text) {
  if (base::is_utf8(text)) return append_escaped(out, text, true);
  while (!text.empty()) {
    const base::Utf8Char next = base::first_utf8(text);
    if (next.valid)
      append_escaped(out, text.substr(0, next.size), true);
    else
      base::append_utf8(out, 0xFFFD);
    text.remove_prefix(next.size);
  }
}

}  // namespace

void append_name(std::string& out, std::string_view text) {
  for (const char c : text) out += base::is_letter(c) || base::is_digit(c) ? c : '_';
}

void Exposition::family(std::string_view prefix, std::string_view name, MetricType type,
                        std::string_view help) {
  name_ = prefix;
  append_name(name_, name);
  help_ = help;
  type_ = type;
  is_begun_ = false;
}

void Exposition::header() {
  is_begun_ = true;
  out_ += "# HELP ";
  out_ += name_;
  out_ += ' ';
  append_escaped(out_, help_, false);
  out_ += "\n# TYPE ";
  out_ += name_;
  out_ += ' ';
  out_ += type_name(type_);
  out_ += '\n';
}

void Exposition::sample(double value, std::span<const Label> labels) {
  if (!is_begun_) header();
  out_ += name_;
  char before = '{';
  for (const Label& label : labels) {
    out_ += before;
    out_ += label.name;
    out_ += "=\"";
    append_label_value(out_, label.value);
    out_ += '"';
    before = ',';
  }
  out_ += labels.empty() ? " " : "} ";
  base::append_float(out_, value);
  out_ += '\n';
}

}  // namespace components::prometheus
