#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct PatternArgs {
  std::string pattern;
  std::optional<std::string> source;
  bool labels_from_groups = false;
};

extern const StageKindOf<PatternArgs> kPattern;

/// `<ip> - - [<_>] "<method> <path>`: literal text with captures between. The first literal must
/// stand at the beginning of a text; a capture reaches up to the literal after it or, when that is
/// missing, up to the end, and then there are no more captures.
class Pattern {
 public:
  /// The error says what is wrong: no named capture, one named twice, two without text between.
  static base::Result<Pattern> parse(std::string_view text);

  /// Names of the captures in order; `<_>` is not among them.
  const std::vector<std::string>& names() const { return names_; }

  /// Finds the captures, which are parts of `text`, in the order of names(). Those behind
  /// the last one that was found are empty. False: nothing is captured.
  bool match(std::string_view text, std::vector<std::string_view>& captures) const;

 private:
  struct Capture {
    bool is_named = false;
    std::string behind;  ///< the literal that ends it; empty: the end of the text
  };
  std::string first_;  // Literal in front of the first capture.
  std::vector<Capture> captures_;
  std::vector<std::string> names_;
};

}  // namespace components::loki::process::stages
