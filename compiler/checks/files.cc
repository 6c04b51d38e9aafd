#include <algorithm>
#include <bitset>
#include <filesystem>
#include <map>
#include <unordered_map>

#include "compiler/checks/checks.h"
#include "compiler/checks/ends.h"
#include "river/config/steps.h"

/// Files that are read twice, so that their lines are sent twice to the same place. Patterns are
/// those of loki.source.file: *, **, ?, [a-z] and {a,b}; two of them meet when some path fits both.
namespace compiler::checks {

namespace ast = river::ast;
using river::config::Node;
using river::config::Program;
using river::diag::Diagnostics;
using river::diag::Span;

namespace {

constexpr std::string_view kPath = "__path__", kExclude = "__path_exclude__";
/// So many others are compared with each pattern, and so many alternatives of {a,b} are tried.
constexpr size_t kComparedMax = 200;
constexpr size_t kAlternativesMax = 32;

/// A character of a pattern: one of a set, or * for any number of any.
struct Token {
  std::bitset<256> set;
  bool is_star = false;
};
using Segment = std::vector<Token>;  ///< between two slashes

/// Adds [a-z] or [!a-z]; what follows it.
std::string_view take_class(std::string_view rest, Token& token) {
  const size_t end = rest.find(']', 2);
  if (end == rest.npos) {
    token.set.set('[');
    return rest.substr(1);
  }
  std::string_view inner = rest.substr(1, end - 1);
  const bool is_negated = inner[0] == '!' || inner[0] == '^';
  if (is_negated) inner.remove_prefix(1);
  for (size_t i = 0; i < inner.size(); ++i) {
    const auto first = static_cast<uint8_t>(inner[i]);
    const bool is_range = i + 2 < inner.size() && inner[i + 1] == '-';
    const auto last = is_range ? static_cast<uint8_t>(inner[i + 2]) : first;
    for (unsigned c = first; c <= last; ++c) token.set.set(c);
    if (is_range) i += 2;
  }
  if (is_negated) token.set.flip();
  return rest.substr(end + 1);
}

Segment segment_of(std::string_view text) {
  Segment segment;
  while (!text.empty()) {
    Token token;
    const char c = text[0];
    if (c == '[') {
      text = take_class(text, token);
      segment.push_back(token);
      continue;
    }
    if (c == '\\' && text.size() > 1) text.remove_prefix(1);
    token.is_star = c == '*';
    if (c == '?')
      token.set.set();
    else
      token.set.set(static_cast<uint8_t>(text[0]));
    text.remove_prefix(1);
    segment.push_back(token);
  }
  return segment;
}

/// Whether two lists of tokens fit one text: `is_star` says which token stands for any number of
/// those of the other list, `fit` whether two others fit each other.
template <class List, class IsStar, class Fit>
bool meet(const List& a, const List& b, const IsStar& is_star, const Fit& fit) {
  // reach[j]: a's first i tokens and b's first j fit one text.
  std::vector<char> reach(b.size() + 1, 0);
  reach[0] = 1;
  for (size_t j = 1; j <= b.size(); ++j) reach[j] = reach[j - 1] && is_star(b[j - 1]);
  for (const auto& one : a) {
    std::vector<char> next(b.size() + 1, 0);
    for (size_t j = 0; j <= b.size(); ++j) {
      const bool by_a = is_star(one) && (reach[j] || (j > 0 && next[j - 1]));
      const bool by_b = j > 0 && is_star(b[j - 1]) && (reach[j] || next[j - 1]);
      const bool by_both =
          j > 0 && reach[j - 1] && !is_star(one) && !is_star(b[j - 1]) && fit(one, b[j - 1]);
      next[j] = by_a || by_b || by_both;
    }
    reach = std::move(next);
  }
  return reach[b.size()] != 0;
}

bool segments_meet(std::string_view a, std::string_view b) {
  if (a == b) return true;
  return meet(
      segment_of(a), segment_of(b), [](const Token& token) { return token.is_star; },
      [](const Token& x, const Token& y) { return (x.set & y.set).any(); });
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    segments.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return segments;
}

/// The pattern with each of the alternatives of {a,b}; none: there are too many.
std::vector<std::string> alternatives(const std::string& pattern) {
  std::vector<std::string> todo = {pattern}, done;
  while (!todo.empty() && todo.size() + done.size() <= kAlternativesMax) {
    const std::string text = std::move(todo.back());
    todo.pop_back();
    const size_t open = text.rfind('{');
    const size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) {
      done.push_back(text);
      continue;
    }
    for (size_t at = open + 1; at <= close;) {
      const size_t end = std::min(text.find(',', at), close);
      todo.push_back(text.substr(0, open) + text.substr(at, end - at) + text.substr(close + 1));
      at = end + 1;
    }
  }
  return todo.empty() ? done : std::vector<std::string>();
}

bool patterns_meet(const std::string& a, const std::string& b) {
  for (const std::string& one : alternatives(a))
    for (const std::string& other : alternatives(b))
      if (meet(
              split(one), split(other), [](std::string_view text) { return text == "**"; },
              segments_meet))
        return true;
  return false;
}

/// Files of one target.
struct Files {
  std::string path, exclude;
  Span place;
  const Node* node = nullptr;

  std::string literal() const { return path.substr(0, path.find_first_of("*?[{\\")); }
  bool is_glob() const { return literal().size() < path.size(); }
};

bool takes_both(const Files& a, const Files& b) {
  if (a.path == b.path && a.exclude == b.exclude) return true;
  if (a.is_glob() && b.is_glob())  // What is excluded from one may be all that both fit.
    return a.exclude.empty() && b.exclude.empty() && patterns_meet(a.path, b.path);
  const std::string& file = a.is_glob() ? b.path : a.path;
  for (const Files* one : {&a, &b})
    if (!one->exclude.empty() && patterns_meet(one->exclude, file)) return false;
  return patterns_meet(a.path, b.path);
}

void collect_files(const ast::Expr& value, const Node& node, std::vector<Files>& files) {
  Files found;
  found.node = &node;
  const auto normal = [](const std::string& path) {
    return std::filesystem::path(path).lexically_normal().string();
  };
  for (const ast::Field& field : value.fields) {
    const auto text = text_of(*field.value);
    if (text && field.key == kPath) {
      found.path = normal(*text);
      found.place = field.value->span;
    }
    if (text && field.key == kExclude) found.exclude = normal(*text);
  }
  if (!found.path.empty()) files.push_back(std::move(found));
  for (const ast::Expr* item : value.items) collect_files(*item, node, files);
  for (const ast::Expr* inner : {value.left, value.right})
    if (inner != nullptr) collect_files(*inner, node, files);
}

void collect_files(const ast::Body& body, const Node& node, std::vector<Files>& files) {
  for (const ast::Statement* statement : body.statements) {
    if (statement->is_block)
      collect_files(statement->body, node, files);
    else
      collect_files(*statement->value, node, files);
  }
}

/// The first of the files before number `i` that both are in; nullptr: none. What two patterns fit
/// begins with the longer of what is literal in front of both, so the shorter is a prefix of it.
class Finder {
 public:
  Finder(const std::vector<Files>& files, const Program& program) : files_(files), ends_(program) {
    for (size_t i = 0; i < files.size(); ++i) by_literal_[files[i].literal()].push_back(i);
  }

  /// Calls found(earlier, later) once for each later one.
  template <class Found>
  void run(const Found& found) {
    std::map<size_t, size_t> first;  // by the later one
    for (size_t i = 0; i < files_.size(); ++i) {
      const std::string literal = files_[i].literal();
      size_t compared = 0;
      for (size_t size = 0; size <= literal.size(); ++size) {
        const auto others = by_literal_.find(literal.substr(0, size));
        if (others == by_literal_.end()) continue;
        for (const size_t j : others->second) {
          if (compared == kComparedMax) break;
          if (j == i || first.contains(std::max(i, j))) continue;
          ++compared;
          if (takes_both(files_[i], files_[j]) && ends_.meet(*files_[i].node, *files_[j].node))
            first.emplace(std::max(i, j), std::min(i, j));
        }
      }
    }
    for (const auto& [later, earlier] : first) found(files_[earlier], files_[later]);
  }

 private:
  const std::vector<Files>& files_;
  Ends ends_;
  std::unordered_map<std::string, std::vector<size_t>> by_literal_;
};

}  // namespace

void check_files(const Program& program, Diagnostics& diagnostics) {
  std::vector<Files> files;
  for (const auto& node : program.nodes) collect_files(node->block->body, *node, files);
  for (const Files& one : files)
    if (one.path[0] != '/')
      diagnostics.warning("C038", one.place, "{} is not an absolute path", one.path)
          .with_help("it is looked for in the folder that the agent runs in");
  Finder(files, program).run([&](const Files& earlier, const Files& later) {
    const bool two_patterns = earlier.is_glob() && later.is_glob() && earlier.path != later.path;
    const std::string what =
        two_patterns      ? fmt::format("a file that fits {} and {}", earlier.path, later.path)
        : later.is_glob() ? earlier.path
                          : later.path;
    diagnostics
        .warning("C037", later.place, "{} is read twice: each of its lines is sent twice", what)
        .note(earlier.place, "it is read here, too")
        .with_help("give one of them, or exclude it from the other with __path_exclude__");
  });
}

}  // namespace compiler::checks
