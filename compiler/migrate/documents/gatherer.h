#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/documents/datasources.h"
#include "compiler/migrate/documents/document.h"
#include "compiler/migrate/documents/tree.h"

namespace compiler::migrate::documents {

/// Why a part without a query is passed.
inline constexpr const char* kNoQueryText = "no query text";

/// What is true of all uses found in one part of a document. A part copies it, changes its copy and
/// puts the old one back: see TitledPart.
struct GatherContext {
  std::vector<std::string> title;
  std::string prefix;  ///< pointer to the string that holds the tree being read
  int32_t scope = -1;
  int32_t panel = -1;
  int32_t belongs_to = -1;
  int32_t matchers = -1;
  bool is_alert = false;
  Language language = Language::none;
  bool language_is_certain = true;
};

/// Collects what readers find in one file. One thread.
class Gatherer {
 public:
  Gatherer(Document& document, const Catalog& catalog);

  Document& document() { return document_; }
  const Catalog& catalog() const { return catalog_; }

  /// A use of the whole of a value; valid until the next one is added.
  Use& add(UseKind kind, const Value& value) { return add(kind, value, value.excerpt()); }
  /// A use of a part of a value: `text` was decoded out of it.
  Use& add(UseKind kind, const Value& value, Excerpt text);
  /// A use of a map's key.
  Use& add_key(UseKind kind, const Value& value) { return add(kind, value, value.key_excerpt()); }

  void unrecognised(const Value& value, std::string what);
  void unrecognised_at(uint32_t at, std::string pointer, std::string what);

  /// A query: decides its language from where it is asked and, where that is not known, from its
  /// text. -1 when it depends on no labels, which is counted; else its index.
  int32_t add_query(const Value& value, const QuerySource& source);
  int32_t add_query(const Value& value, Excerpt text, const QuerySource& source);
  /// The uses that follow in this part belong to one more set of matchers; its index.
  int32_t begin_matchers(int32_t outer = -1);
  /// The number of one more panel of the document.
  int32_t new_panel() { return panels_++; }
  /// Counts a part that depends on no labels of logs.
  void pass(const Value& value, const std::string& why);
  /// Whether `text`, a value's own or that of its key, is read by a use at least in part, or the
  /// value or a part that it is in, or a part within it, was passed or is listed.
  bool is_taken(const Value& value, const Excerpt& text) const;

  GatherContext context;

 private:
  struct Place {
    uint32_t line = 0;
    uint32_t column = 0;
  };
  Place place(uint32_t at) const;

  Document& document_;
  const Catalog& catalog_;
  std::vector<uint32_t> line_starts_;
  std::set<uint32_t> read_at_;                ///< bytes of the file where uses begin
  std::set<std::string, std::less<>> taken_;  ///< pointers of what was passed or is listed
  int32_t panels_ = 0;
};

/// A part of a document with a title of its own; the context is as before when it ends.
class TitledPart {
 public:
  explicit TitledPart(Gatherer& out) : out_(out), before_(out.context) {}
  TitledPart(Gatherer& out, std::string_view title) : TitledPart(out) {
    if (!title.empty()) out.context.title.emplace_back(title);
  }
  ~TitledPart() { out_.context = std::move(before_); }
  TitledPart(const TitledPart&) = delete;
  TitledPart& operator=(const TitledPart&) = delete;

 private:
  Gatherer& out_;
  GatherContext before_;
};

/// The first of these keys that holds text.
std::string_view first_text(const Value& map, std::initializer_list<std::string_view> keys);

}  // namespace compiler::migrate::documents
