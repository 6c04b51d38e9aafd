#include "compiler/migrate/change/yaml_edit.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>

#include "base/text.h"
#include "compiler/yaml/yaml.h"

namespace compiler::migrate::change {

namespace yaml = compiler::yaml;

namespace {

constexpr std::string_view kIndentStep = "  ";

/// A text with its tree; offsets are from the start of the text.
struct File {
  river::diag::SourceMap sources;
  river::diag::Diagnostics problems;
  std::unique_ptr<yaml::Document> document;
  std::string_view text;
  uint32_t base = 0;

  explicit File(const std::string& content) {
    const auto& source = sources.add("", content);
    text = source.text;
    base = source.base;
    document = yaml::parse(source, problems);
  }
  const yaml::Node* root() const {
    return document->root != nullptr && !yaml::is_null(*document->root) ? document->root : nullptr;
  }
  size_t begin(river::diag::Span span) const { return span.begin - base; }
  size_t end(river::diag::Span span) const { return span.end - base; }
  size_t line_start(size_t at) const {
    const size_t feed = at == 0 ? text.npos : text.rfind('\n', at - 1);
    return feed == text.npos ? 0 : feed + 1;
  }
  /// Where the next line starts.
  size_t line_end(size_t at) const {
    const size_t feed = text.find('\n', at);
    return feed == text.npos ? text.size() : feed + 1;
  }
  std::string_view indent_of(size_t at) const {
    const size_t start = line_start(at);
    const size_t first = std::min(text.find_first_not_of(' ', start), text.size());
    return text.substr(start, first - start);
  }
  bool is_flow(const yaml::Node& node) const {
    const char first = begin(node.span) < text.size() ? text[begin(node.span)] : '\0';
    return first == '{' || first == '[';
  }
  std::string_view line_break() const { return text.find("\r\n") != text.npos ? "\r\n" : "\n"; }
};

/// Every text of a tree as "path=value"; two trees with the same facts mean the same.
void facts(const yaml::Node& node, const std::string& path, std::vector<std::string>& out) {
  if (node.kind == yaml::Kind::map)
    for (const yaml::Pair& pair : node.pairs)
      facts(*pair.value, path + "/" + std::string(pair.key), out);
  else if (node.kind == yaml::Kind::list)
    for (size_t i = 0; i < node.items.size(); ++i)
      facts(*node.items[i], fmt::format("{}/{}", path, i), out);
  else if (!yaml::is_null(node))
    out.push_back(fmt::format("{}={}{}", path, node.tag, node.text));
}

std::vector<std::string> facts_of(const File& file) {
  std::vector<std::string> all;
  if (file.root() != nullptr) facts(*file.root(), "", all);
  std::sort(all.begin(), all.end());
  return all;
}

std::string join(const KeyPath& path) {
  std::string text;
  for (const std::string_view key : path) text.append("/").append(key);
  return text;
}

/// A text as YAML that reads back as text.
std::string scalar(std::string_view value) {
  const bool is_simple = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return base::is_letter(c) || base::is_digit(c) || c == '_' || c == '-' || c == '.';
  }) && value[0] != '-';
  if (is_simple) return std::string(value);
  std::string quoted = "'";
  for (const char c : value) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

/// How far a path leads: the innermost map or value that exists.
struct Reach {
  const yaml::Node* node = nullptr;  ///< nullptr: the document is empty
  const yaml::Pair* pair = nullptr;  ///< that holds it; nullptr: the root
  const yaml::Node* map = nullptr;   ///< that holds the pair
  size_t depth = 0;                  ///< keys that were found
};

Reach follow(const File& file, const KeyPath& path) {
  Reach reach{file.root(), nullptr, nullptr, 0};
  while (reach.depth < path.size() && reach.node != nullptr &&
         reach.node->kind == yaml::Kind::map) {
    const yaml::Pair* next = reach.node->find(path[reach.depth]);
    if (next == nullptr) break;
    reach = {next->value, next, reach.node, reach.depth + 1};
  }
  return reach;
}

/// The end of the lines that a key of a block map and its value take, blank lines and comments
/// after them left out.
size_t end_of_entry(const File& file, size_t key) {
  const size_t own = key - file.line_start(key);
  size_t end = file.line_end(key);
  for (size_t at = end; at < file.text.size(); at = file.line_end(at)) {
    const size_t first = file.text.find_first_not_of(" \t\r", at);
    if (first == file.text.npos) break;
    if (file.text[first] == '\n' || file.text[first] == '#') continue;
    const bool is_item = file.text.substr(first, 2) == "- ";  // May stand at its key's column.
    if (first - at < own || (first - at == own && !is_item)) break;
    end = file.line_end(first);
  }
  return end;
}

/// `keys` from `from` on as nested block maps around `value`.
std::string nested(const File& file, const KeyPath& keys, size_t from, std::string indent,
                   std::string_view value) {
  std::string text;
  for (size_t i = from; i < keys.size(); ++i) {
    const bool is_last = i + 1 == keys.size();
    text += fmt::format("{}{}:{}{}{}", indent, keys[i], is_last ? " " : "", is_last ? value : "",
                        file.line_break());
    indent += kIndentStep;
  }
  return text;
}

std::string nested_flow(const KeyPath& keys, size_t from, std::string_view value) {
  std::string text = fmt::format("{}: ", keys[from]);
  return from + 1 == keys.size() ? text + std::string(value)
                                 : text + "{" + nested_flow(keys, from + 1, value) + "}";
}

std::string spliced(const File& file, size_t begin, size_t end, std::string_view with) {
  std::string next(file.text.substr(0, begin));
  next.append(with).append(file.text.substr(end));
  return next;
}

/// Puts whole lines in front of `at`, ending the last line first when it has no end.
std::string with_lines(const File& file, size_t at, const std::string& lines) {
  const bool is_open = at > 0 && file.text[at - 1] != '\n';
  return spliced(file, at, at, (is_open ? std::string(file.line_break()) : "") + lines);
}

/// The text with the missing keys of `path` and the value put in.
std::optional<std::string> with_key(const File& file, const KeyPath& path, const Reach& reach,
                                    std::string_view value) {
  if (reach.node == nullptr)
    return with_lines(file, file.text.size(), nested(file, path, 0, "", value));
  if (yaml::is_null(*reach.node)) {  // `docker:` with nothing after it
    const size_t key = file.begin(reach.pair->key_span);
    const std::string indent =
        std::string(key - file.line_start(key), ' ') + std::string(kIndentStep);
    return with_lines(file, file.line_end(key), nested(file, path, reach.depth, indent, value));
  }
  if (reach.node->kind != yaml::Kind::map) return std::nullopt;
  if (file.is_flow(*reach.node)) {
    const std::string entry = nested_flow(path, reach.depth, value);
    if (reach.node->pairs.empty())
      return spliced(file, file.begin(reach.node->span) + 1, file.begin(reach.node->span) + 1,
                     entry);
    const yaml::Node& last = *reach.node->pairs.back().value;
    const size_t close = file.text.find_first_of("]}", file.end(last.span));
    const bool is_container = last.kind == yaml::Kind::map || last.kind == yaml::Kind::list;
    const size_t at = is_container && close != file.text.npos ? close + 1 : file.end(last.span);
    return spliced(file, at, at, ", " + entry);
  }
  const size_t first = file.begin(reach.node->pairs.front().key_span);
  const std::string indent(first - file.line_start(first), ' ');
  const size_t last = file.begin(reach.node->pairs.back().key_span);
  return with_lines(file, end_of_entry(file, last), nested(file, path, reach.depth, indent, value));
}

std::optional<std::string> with_item(const File& file, const Reach& reach,
                                     const std::string& item) {
  const yaml::Node& list = *reach.node;
  if (list.items.empty())
    return spliced(file, file.begin(list.span) + 1, file.begin(list.span) + 1, item);
  const yaml::Node& last = *list.items.back();
  if (last.kind != yaml::Kind::scalar) return std::nullopt;
  if (file.is_flow(list))
    return spliced(file, file.end(last.span), file.end(last.span), ", " + item);
  const size_t start = file.line_start(file.begin(last.span));
  const size_t dash = file.text.find('-', start);
  const std::string lead(file.text.substr(start, dash - start));
  return with_lines(file, file.line_end(file.begin(last.span)),
                    fmt::format("{}- {}{}", lead, item, file.line_break()));
}

std::string without_key(const File& file, const Reach& reach) {
  const size_t key = file.begin(reach.pair->key_span);
  if (!file.is_flow(*reach.map)) {
    return spliced(file, file.line_start(key), end_of_entry(file, key), "");
  }
  const auto& pairs = reach.map->pairs;
  const auto index = static_cast<size_t>(reach.pair - pairs.data());
  if (index + 1 < pairs.size())
    return spliced(file, key, file.begin(pairs[index + 1].key_span), "");
  const size_t begin = index > 0 ? file.text.rfind(',', key) : key;
  return spliced(file, begin, file.end(reach.node->span), "");
}

}  // namespace

base::Result<void> YamlEditor::take(std::string next, std::vector<std::string> gone,
                                    std::vector<std::string> come) {
  const File before(text_);
  const File after(next);
  const auto old_facts = facts_of(before);
  const auto new_facts = facts_of(after);
  std::vector<std::string> lost, won;
  std::set_difference(old_facts.begin(), old_facts.end(), new_facts.begin(), new_facts.end(),
                      std::back_inserter(lost));
  std::set_difference(new_facts.begin(), new_facts.end(), old_facts.begin(), old_facts.end(),
                      std::back_inserter(won));
  if (after.problems.has_errors() || lost != gone || won != come)
    return base::fail("{}: this place cannot be edited safely; change it by hand: {}", name_,
                      come.empty() ? gone.empty() ? "" : "without " + gone[0] : come[0].substr(1));
  text_ = std::move(next);
  return {};
}

base::Result<void> YamlEditor::add_to_list(const KeyPath& path, std::string_view item) {
  const File file(text_);
  const Reach reach = follow(file, path);
  const bool has_list = reach.depth == path.size() && reach.node->kind == yaml::Kind::list;
  const auto next = has_list ? with_item(file, reach, scalar(item))
                             : with_key(file, path, reach, "[" + scalar(item) + "]");
  const size_t index = has_list ? reach.node->items.size() : 0;
  if (file.problems.has_errors() || !next)
    return base::fail("{}: {} is not a list of strings", name_, join(path).substr(1));
  return take(*next, {}, {fmt::format("{}/{}={}", join(path), index, item)});
}

base::Result<void> YamlEditor::set(const KeyPath& path, std::string_view value) {
  const File file(text_);
  const Reach reach = follow(file, path);
  const bool is_there = reach.depth == path.size() && !yaml::is_null(*reach.node);
  if (is_there && reach.node->kind == yaml::Kind::scalar) {
    if (reach.node->text == value) return {};
    return take(
        spliced(file, file.begin(reach.node->span), file.end(reach.node->span), scalar(value)),
        {fmt::format("{}={}", join(path), reach.node->text)},
        {fmt::format("{}={}", join(path), value)});
  }
  const KeyPath missing = path;
  const auto next = is_there ? std::nullopt : with_key(file, missing, reach, scalar(value));
  if (file.problems.has_errors() || !next)
    return base::fail("{}: {} is not a string", name_, join(path).substr(1));
  return take(*next, {}, {fmt::format("{}={}", join(path), value)});
}

base::Result<void> YamlEditor::remove(const KeyPath& path) {
  const File file(text_);
  KeyPath gone_path = path;
  Reach reach = follow(file, path);
  if (reach.depth < path.size()) return {};
  while (gone_path.size() > 1 && reach.map->pairs.size() == 1) {
    gone_path.pop_back();
    reach = follow(file, gone_path);
  }
  std::vector<std::string> gone;
  facts(*reach.node, join(gone_path), gone);
  std::sort(gone.begin(), gone.end());
  return take(without_key(file, reach), std::move(gone), {});
}

}  // namespace compiler::migrate::change
