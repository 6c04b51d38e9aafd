#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "compiler/migrate/documents/kinds.h"
#include "compiler/migrate/documents/links.h"
#include "compiler/migrate/documents/query_text.h"

namespace compiler::migrate::documents {

namespace {

/// How many brackets stay open behind a line; quotes and comments do not count.
int open_brackets(std::string_view line, int depth) {
  char quote = '\0';
  for (size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != '\0') {
      if (c == '\\' && quote == '"')
        ++at;
      else if (c == quote)
        quote = '\0';
      continue;
    }
    if (c == '"' || c == '`') quote = c;
    if (c == '#' || line.substr(at, 2) == "//") break;
    if (c == '(' || c == '{' || c == '[') ++depth;
    if (c == ')' || c == '}' || c == ']') --depth;
  }
  return depth;
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.starts_with(word); });
}

bool continues(std::string_view line) {
  return starts_with_any(
      line, {"|",   "!",       ")",   "]",   "}",        "and ",    "or ", "unless ", "by ",
             "by(", "without", "on(", "on ", "ignoring", "offset ", "+",   "-",       "*",
             "/",   ">",       "<",   "==",  "%",        "[",       ","});
}

bool expects_more(std::string_view line) {
  const std::string_view kOperators = "|,+-*/<>=%(";
  return !line.empty() &&
         (kOperators.find(line.back()) != std::string_view::npos || line.ends_with(" and") ||
          line.ends_with(" or") || line.ends_with(" unless"));
}

/// Where the queries of a block begin and end: one a line, but what goes on (a pipeline, open
/// brackets, an operator at either end) belongs together. Lines of # or // are no query of their
/// own.
std::vector<std::pair<uint32_t, uint32_t>> split_queries(std::string_view block) {
  std::vector<std::pair<uint32_t, uint32_t>> out;
  int depth = 0;
  bool is_open = false;  // The last query may go on.
  bool wants_more = false;
  for (size_t begin = 0; begin < block.size();) {
    const size_t end = std::min(block.find('\n', begin), block.size());
    const std::string_view line = base::trimmed(block.substr(begin, end - begin));
    const auto from =
        static_cast<uint32_t>(begin + (line.empty() ? 0 : line.data() - block.data() - begin));
    begin = end + 1;
    const bool is_inside = is_open && (depth > 0 || wants_more);
    if (line.empty()) is_open = is_inside;
    if (line.empty() || line.starts_with('#') || line.starts_with("//")) continue;
    const auto to = static_cast<uint32_t>(from + line.size());
    const bool joins = is_open && (is_inside || continues(line));
    if (joins)
      out.back().second = to;
    else
      out.emplace_back(from, to);
    depth = open_brackets(line, joins ? depth : 0);
    wants_more = expects_more(line);
    is_open = true;
  }
  return out;
}

class Page {
 public:
  Page(const Excerpt& page, Gatherer& out) : page_(page), text_(page.text()), out_(out) {}
  void gather();

 private:
  void line(uint32_t begin, uint32_t end);
  void block(uint32_t begin, uint32_t end);
  void queries(uint32_t begin, uint32_t end, Language language);
  void selectors(uint32_t begin, uint32_t end);
  void inline_code(uint32_t begin, uint32_t end);
  bool documents(uint32_t begin, uint32_t end);
  bool is_indented_code(std::string_view line);
  void end_indented(uint32_t at);
  bool opens_fence(std::string_view content, size_t line_feed);
  Use* add(UseKind kind, uint32_t begin, uint32_t end);

  const Excerpt& page_;
  std::string_view text_;
  Gatherer& out_;
  std::string fence_;  // The marks that opened the block; empty outside.
  std::string info_;   // What follows them.
  uint32_t block_begin_ = 0;
  std::optional<uint32_t> indented_;  // Where code that is indented begins.
  bool was_blank_ = true;
  bool is_in_code_ = false;
};

Use* Page::add(UseKind kind, uint32_t begin, uint32_t end) {
  auto text = page_.decode(begin, end, Encoding::plain);
  return text ? &out_.add(kind, Value(), std::move(*text)) : nullptr;
}

void Page::queries(uint32_t begin, uint32_t end, Language language) {
  for (const auto& range : split_queries(text_.substr(begin, end - begin)))
    if (Use* use = add(UseKind::query, begin + range.first, begin + range.second))
      use->language = language;
}

void Page::selectors(uint32_t begin, uint32_t end) {
  for (const FoundSelector& one : find_selectors(text_.substr(begin, end - begin))) {
    Use* use = add(one.has_series ? UseKind::query : UseKind::selector, begin + one.begin,
                   begin + one.end);
    if (use == nullptr) continue;
    use->language = one.has_series ? Language::promql : Language::logql;
    use->language_is_certain = false;
  }
}

/// A rule file or dashboard shown in a page.
bool Page::documents(uint32_t begin, uint32_t end) {
  const auto text = page_.decode(begin, end, Encoding::plain);
  if (!text) return false;
  std::optional<TreeError> error;
  const size_t before = out_.document().uses.size();
  for (const Tree& tree : read_yaml(*text, error)) search(tree.root(), out_);
  return out_.document().uses.size() != before;
}

void Page::block(uint32_t begin, uint32_t end) {
  if (info_ == "logql" || info_ == "loki") return queries(begin, end, Language::logql);
  if (info_ == "promql") return queries(begin, end, Language::promql);
  const bool is_data = info_ == "yaml" || info_ == "yml" || info_ == "json";
  if (!is_data || !documents(begin, end)) selectors(begin, end);
}

/// `{job="kairos"}`: code that is a query from its first character on is one; else its selectors.
void Page::inline_code(uint32_t begin, uint32_t end) {
  const std::string_view code = text_.substr(begin, end - begin);
  const auto found = find_selectors(code);
  if (found.empty()) return;
  const bool is_query = found[0].begin == 0 && !found[0].has_series;
  if (!is_query) return selectors(begin, end);
  if (Use* use = add(UseKind::query, begin, end)) use->language = Language::logql;
}

/// Code in a line stands between equal runs of backquotes.
void Page::line(uint32_t begin, uint32_t end) {
  const std::string_view text = text_.substr(0, end);
  const std::string_view shown = base::trimmed(text.substr(begin));
  if (shown.starts_with('#')) {
    const size_t level = shown.find_first_not_of('#');
    out_.context.title = {std::string(base::trimmed(shown.substr(std::min(level, shown.size()))))};
  }
  for (size_t at = text.find('`', begin); at < end;) {
    const size_t open_end = std::min(text.find_first_not_of('`', at), text.size());
    const std::string marks(text.substr(at, open_end - at));
    const size_t close = text.find(marks, open_end);
    if (close == std::string_view::npos) break;
    inline_code(static_cast<uint32_t>(open_end), static_cast<uint32_t>(close));
    at = text.find('`', close + marks.size());
  }
}

/// Whether a line belongs to code that is marked by its indentation: of four columns, behind a
/// blank line or another line of it.
bool Page::is_indented_code(std::string_view line) {
  const bool is_blank = base::trimmed(line).empty();
  const bool is_deep = line.starts_with("    ") || line.starts_with('\t');
  is_in_code_ = is_blank ? is_in_code_ : is_deep && (is_in_code_ || was_blank_);
  was_blank_ = is_blank;
  return is_in_code_ && !is_blank;
}

/// The code that ends before byte `at`, if there is any.
void Page::end_indented(uint32_t at) {
  if (!indented_) return;
  info_.clear();
  block(*indented_, at);
  indented_.reset();
}

/// A line that opens a fence; false: what follows the marks makes it code within the line.
bool Page::opens_fence(std::string_view content, size_t line_feed) {
  const size_t marks = std::min(content.find_first_not_of(content[0]), content.size());
  const std::string_view info = base::trimmed(content.substr(marks));
  if (content[0] == '`' && info.find('`') != std::string_view::npos) return false;
  fence_ = content.substr(0, marks);
  info_ = base::to_lower(info.substr(0, info.find_first_of(" {,")));
  block_begin_ = static_cast<uint32_t>(std::min(line_feed + 1, text_.size()));
  return true;
}

void Page::gather() {
  for (size_t begin = 0; begin < text_.size();) {
    const size_t line_feed = std::min(text_.find('\n', begin), text_.size());
    const std::string_view whole = text_.substr(begin, line_feed - begin);
    const std::string_view content = base::trimmed(whole);
    const auto at = static_cast<uint32_t>(begin);
    const bool is_fence = content.starts_with("```") || content.starts_with("~~~");
    if (!fence_.empty()) {
      if (content.starts_with(fence_) &&
          content.find_first_not_of(fence_[0]) == std::string_view::npos) {
        block(block_begin_, at);
        fence_.clear();
      }
    } else if (is_indented_code(whole)) {
      if (!indented_) indented_ = at;
    } else if (!content.empty()) {
      end_indented(at);
      if (!is_fence || !opens_fence(content, line_feed)) line(at, static_cast<uint32_t>(line_feed));
    }
    begin = line_feed + 1;
  }
  end_indented(static_cast<uint32_t>(text_.size()));
  if (!fence_.empty()) block(block_begin_, static_cast<uint32_t>(text_.size()));
}

}  // namespace

void gather_markdown(const Excerpt& page, Gatherer& out) {
  out.document().kind = "page";
  TitledPart part(out);
  Page(page, out).gather();
  out.context.title = {"links"};
  gather_links_in(Value(), page, out);
}

void list_program(const Excerpt& whole, Gatherer& out) {
  out.document().kind = out.document().path.ends_with(".tf") ? "Terraform" : "Jsonnet";
  const auto selectors = find_selectors(whole.text());
  if (selectors.empty())
    return out.unrecognised_at(0, "", "a program that is not run; give the dashboards it makes");
  for (const FoundSelector& one : selectors)
    out.unrecognised_at(one.begin, "",
                        fmt::format("{} in a program that is not run; give the dashboards it makes",
                                    whole.text().substr(one.begin, one.end - one.begin)));
}

}  // namespace compiler::migrate::documents
