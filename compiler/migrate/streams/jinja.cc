#include "compiler/migrate/streams/jinja.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

namespace compiler::migrate::streams {

namespace {

constexpr std::string_view kWord = "jinja0";  // jinja0NUMBERx: no YAML and no name looks like it.

/// An {% if %} or {% for %} that has not ended.
struct Open {
  bool was_kept = true;  ///< the text around it stays
  bool is_loop = false;
};

class JinjaReader {
 public:
  JinjaReader(std::string_view source, Branch branch) : source_(source), branch_(branch) {}

  PlainTemplate read() {
    while (at_ < source_.size()) {
      if (!tag("{#", "#}", [](std::string_view) {}) &&
          !tag("{%", "%}", [this](std::string_view text) { statement(text); }) &&
          !tag("{{", "}}", [this](std::string_view text) { expression(text); })) {
        put(source_.substr(at_, 1));
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  template <class Use>
  bool tag(std::string_view open, std::string_view close, const Use& use) {
    if (!source_.substr(at_).starts_with(open)) return false;
    const size_t end = source_.find(close, at_ + open.size());
    if (end == source_.npos) return false;
    const std::string_view inner = source_.substr(at_ + open.size(), end - at_ - open.size());
    at_ = end + close.size();
    use(inner);
    for (const char c : inner)
      if (c == '\n') out_.text += '\n';
    return true;
  }

  void put(std::string_view text) {
    if (kept_ || text == "\n") out_.text += text;
  }

  void expression(std::string_view text) {
    put(fmt::format("{}{}x", kWord, out_.expressions.size()));
    if (kept_) out_.expressions.push_back(fmt::format("{{{{{}}}}}", text));
  }

  void statement(std::string_view text) {
    const size_t begin = text.find_first_not_of("-+ \t\n");
    if (begin == text.npos) return;
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(" \t\n-+"));
    if (word == "if" || word == "for") {
      open_.push_back({kept_, word == "for"});
      if (word == "if") kept_ = kept_ && (branch_ == Branch::first || !has_more_branches());
    } else if (open_.empty()) {
      return;  // An end without a beginning: as Jinja would refuse it, nothing depends on it.
    } else if ((word == "else" || word == "elif") && !open_.back().is_loop) {
      out_.has_branches = true;
      kept_ = open_.back().was_kept && branch_ == Branch::last && !has_more_branches();
    } else if (word == "endif" || word == "endfor") {
      kept_ = open_.back().was_kept;
      open_.pop_back();
    }
  }

  /// An {% else %} or {% elif %} follows that belongs to the {% if %} we are in.
  bool has_more_branches() const {
    static const re2::RE2 next("\\{%[-+]?\\s*(if|elif|else|endif|for|endfor)\\b");
    re2::StringPiece rest(source_.data() + at_, source_.size() - at_);
    int depth = 0, loops = 0;
    for (std::string word; re2::RE2::FindAndConsume(&rest, next, &word);) {
      if (word == "for") ++loops;
      if (word == "endfor") --loops;
      if (word == "if") ++depth;
      if (word == "endif" && depth-- == 0) return false;
      if ((word == "elif" || word == "else") && depth == 0 && loops == 0) return true;
    }
    return false;
  }

  std::string_view source_;
  Branch branch_;
  size_t at_ = 0;
  bool kept_ = true;
  std::vector<Open> open_;
  PlainTemplate out_;
};

}  // namespace

bool PlainTemplate::has_expression(std::string_view value) const {
  return !expressions.empty() && value.find(kWord) != value.npos;
}

std::string PlainTemplate::restored(std::string_view value) const {
  std::string out(value);
  for (size_t i = expressions.size(); i-- > 0;) {
    const std::string word = fmt::format("{}{}x", kWord, i);
    for (size_t at; (at = out.find(word)) != out.npos;)
      out.replace(at, word.size(), expressions[i]);
  }
  return out;
}

PlainTemplate without_jinja(std::string_view source, Branch branch) {
  return JinjaReader(source, branch).read();
}

}  // namespace compiler::migrate::streams
