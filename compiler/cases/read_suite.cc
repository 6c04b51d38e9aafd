#include <fmt/format.h>

#include "base/rfc3339.h"
#include "compiler/cases/suite.h"
#include "compiler/yaml/fields.h"

namespace compiler::cases {

using river::diag::Diagnostics;
using yaml::Fields;

namespace {

constexpr Fields::Wording kWording{.code = "F115"};

std::optional<int64_t> read_time(Fields& fields, std::string_view key) {
  const auto given = fields.text(key);
  const auto time = given ? base::parse_rfc3339(*given) : std::nullopt;
  if (given && !time)
    fields.error(*fields.value(key), fmt::format("{} must be a time as 2026-01-31T12:00:00Z", key));
  return time;
}

/// Who forgets a value has written something that is not compared.
void refuse_empty_keys(const yaml::Node& map, Diagnostics& diagnostics) {
  for (const yaml::Pair& pair : map.pairs)
    if (yaml::is_null(*pair.value))
      diagnostics.error("F115", pair.key_span, "{} has no value", pair.key)
          .with_help("give it one, or leave the key out; \"\" is the empty text");
}

TextMap map_of(Fields& fields, const yaml::Node& node, std::string_view key) {
  TextMap out;
  if (node.kind != yaml::Kind::map) fields.error(node, fmt::format("{} must be a map", key));
  for (const yaml::Pair& pair : node.pairs)
    out[std::string(pair.key)] = fields.text_of(*pair.value, pair.key).value_or("");
  return out;
}

std::optional<TextMap> read_map(Fields& fields, std::string_view key) {
  const yaml::Node* node = fields.value(key);
  return node == nullptr ? std::nullopt : std::optional(map_of(fields, *node, key));
}

constexpr std::string_view kKinds[] = {"syslog", "journal", "docker", "file", "into"};

/// docker: {name: athena-app-1, labels: {...}, stream: stderr, meta: {...}}
void read_container(const yaml::Node& node, Input& input, Diagnostics& diagnostics) {
  Fields fields(node, "docker", kWording, diagnostics);
  refuse_empty_keys(node, diagnostics);
  input.name = fields.text("name").value_or("");
  input.fields = read_map(fields, "labels").value_or(TextMap());
  input.meta = read_map(fields, "meta").value_or(TextMap());
  if (const auto stream = fields.text("stream")) {
    input.is_stderr = *stream == "stderr";
    if (*stream != "stderr" && *stream != "stdout")
      fields.error(*node.find("stream")->value, "stream is stdout or stderr");
  }
}

/// What the key of the kind of input holds.
void read_kind(std::string_view key, const yaml::Node& node, Fields& fields, Input& input,
               Diagnostics& diagnostics) {
  if (key == "syslog") {
    input.kind = Input::Kind::syslog;
    input.lines = fields.texts_of(node, key);
    input.listener = fields.text("listener").value_or("");
    input.sender = fields.text("sender").value_or("");
  } else if (key == "journal") {
    input.kind = Input::Kind::journal;
    input.fields = map_of(fields, node, key);
    input.lines.emplace_back();  // Its text is a field.
  } else if (key == "docker") {
    input.kind = Input::Kind::docker;
    read_container(node, input, diagnostics);
  } else {
    input.kind = key == "file" ? Input::Kind::file : Input::Kind::component;
    (key == "file" ? input.name : input.component) = fields.text(key).value_or("");
    if (key == "into") input.fields = read_map(fields, "labels").value_or(TextMap());
  }
}

void read_input(const yaml::Node& node, Fields& fields, Input& input, Diagnostics& diagnostics) {
  const yaml::Pair* kind = nullptr;
  for (const std::string_view key : kKinds) {
    const yaml::Pair* found = fields.find(key);
    if (found == nullptr) continue;
    if (kind != nullptr)
      diagnostics.error("F115", found->key_span, "a case has one input: {} or {}", kind->key, key);
    else
      kind = found;
  }
  if (kind == nullptr) {
    diagnostics.error("F115", node.span, "a case needs one of {}", fmt::join(kKinds, ", "));
    return;
  }
  input.span = kind->key_span;
  input.time_ns = read_time(fields, "at").value_or(kArrivalNs);
  if (const auto source = fields.text("source")) input.component = *source;
  read_kind(kind->key, *kind->value, fields, input, diagnostics);
  if (input.kind == Input::Kind::syslog && input.lines.empty())
    diagnostics.error("F115", input.span, "syslog lists no message: nothing arrives");
  if (input.kind == Input::Kind::syslog || input.kind == Input::Kind::journal) return;
  const yaml::Pair* lines = nullptr;
  for (const std::string_view key : {"line", "lines"}) {
    const yaml::Pair* found = fields.find(key);
    if (found != nullptr && lines != nullptr)
      diagnostics.error("F115", found->key_span, "a case has line or lines, not both");
    if (found != nullptr) lines = found;
    for (std::string& line : fields.texts(key)) input.lines.push_back(std::move(line));
  }
  if (input.lines.empty() && (lines == nullptr || !yaml::is_null(*lines->value)))
    diagnostics.error("F115", input.span, "{} needs a line or lines", kind->key);
}

Expected read_entry(const yaml::Node& node, Diagnostics& diagnostics) {
  Fields fields(node, "an expected entry", kWording, diagnostics);
  Expected out;
  refuse_empty_keys(node, diagnostics);
  out.span = node.span;
  out.labels = read_map(fields, "labels");
  out.has_labels = read_map(fields, "has_labels");
  out.metadata = read_map(fields, "metadata");
  out.line = fields.text("line");
  out.timestamp_ns = read_time(fields, "timestamp");
  out.tenant = fields.text("tenant");
  out.to = fields.text("to").value_or("");
  return out;
}

/// `dropped`, {dropped: why}, an entry, or a list of entries.
void read_expected(const yaml::Node& node, Case& one, Diagnostics& diagnostics) {
  if (node.kind == yaml::Kind::scalar && node.text == "dropped") {
    one.dropped = "";
  } else if (node.kind == yaml::Kind::map && node.find("dropped") != nullptr) {
    Fields fields(node, "expect", kWording, diagnostics);
    refuse_empty_keys(node, diagnostics);
    one.dropped = fields.text("dropped");
  } else if (node.kind == yaml::Kind::list) {
    for (const yaml::Node* item : node.items) one.entries.push_back(read_entry(*item, diagnostics));
    if (node.items.empty())
      diagnostics.error("F115", node.span, "expect lists no entry: write expect: dropped");
  } else {
    one.entries.push_back(read_entry(node, diagnostics));
  }
}

Case read_case(const yaml::Node& node, Diagnostics& diagnostics) {
  Case one;
  one.span = node.span;
  Fields fields(node, "a case", kWording, diagnostics);
  if (node.kind != yaml::Kind::map) return one;
  refuse_empty_keys(node, diagnostics);
  if (auto name = fields.text("name"))
    one.name = std::move(*name);
  else if (fields.find("name") == nullptr)
    diagnostics.error("F115", node.span, "a case needs a name");
  const yaml::Pair* name = node.find("name");
  if (name != nullptr && name->value->kind == yaml::Kind::scalar &&
      one.name.find_first_not_of(" \t\n") == std::string::npos && !yaml::is_null(*name->value))
    diagnostics.error("F115", name->key_span, "a case needs a name, this one is empty");
  read_input(node, fields, one.input, diagnostics);
  if (const yaml::Pair* expect = fields.find("expect"); expect == nullptr)
    diagnostics.error("F115", node.span, "a case needs expect: nothing can fail without it");
  else if (!yaml::is_null(*expect->value))
    read_expected(*expect->value, one, diagnostics);
  return one;
}

void read_cases(const yaml::Pair* cases, Suite& suite, Diagnostics& diagnostics) {
  if (cases == nullptr || cases->value->kind != yaml::Kind::list) {
    diagnostics.error("F115", suite.span, "a file of cases needs a list of cases");
    return;
  }
  if (cases->value->items.empty())
    diagnostics.error("F115", cases->key_span, "cases lists no case: nothing can fail");
  std::map<std::string, Span, std::less<>> names;
  for (const yaml::Node* item : cases->value->items) {
    suite.cases.push_back(read_case(*item, diagnostics));
    const Case& one = suite.cases.back();
    if (one.name.empty()) continue;
    if (const auto [first, is_new] = names.emplace(one.name, one.span); !is_new)
      diagnostics.error("F115", one.span, "another case is called \"{}\", too", one.name)
          .note(first->second, "it is here")
          .with_help("give each a name of its own: reports tell them apart by it");
  }
}

}  // namespace

Suite read_suite(const river::diag::SourceFile& file, Diagnostics& diagnostics) {
  Suite suite;
  suite.file = file.name;
  suite.span = {file.base, file.base + 1};
  const auto document = yaml::parse(file, diagnostics);
  if (document->root == nullptr) {
    if (!diagnostics.has_errors())
      diagnostics.error("F115", suite.span, "there are no cases in it");
    return suite;
  }
  Fields fields(*document->root, "a file of cases", kWording, diagnostics);
  for (const std::string_view key : {"host", "hosts"}) {
    if (const yaml::Pair* given = fields.find(key)) suite.span = given->key_span;
    const yaml::Node* node = fields.value(key);
    if (node == nullptr) continue;
    const auto add = [&](const yaml::Node& one) {
      auto host = fields.text_of(one, key);
      if (!host) return;
      suite.hosts.push_back(std::move(*host));
      suite.host_spans.push_back(one.span);
    };
    if (node->kind != yaml::Kind::list) add(*node);
    for (const yaml::Node* item : node->items) add(*item);
  }
  if (const auto config = fields.text("config")) {
    suite.span = document->root->find("config")->key_span;
    suite.config = *config;
  }
  if (suite.config.empty() == suite.hosts.empty())
    diagnostics.error("F115", suite.span,
                      "a file of cases needs either host, hosts or config to run them on");
  read_cases(fields.find("cases"), suite, diagnostics);
  return suite;
}

}  // namespace compiler::cases
