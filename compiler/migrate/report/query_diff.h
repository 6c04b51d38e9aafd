#pragma once
#include <string_view>
#include <vector>

namespace compiler::migrate::report {

/// A part of a text; views into what was compared.
struct Piece {
  std::string_view text;
  bool changed = false;

  bool operator==(const Piece&) const = default;
};

/// Two texts with what differs marked, by words and signs. The pieces of each make up its text.
struct MarkedPair {
  std::vector<Piece> before;
  std::vector<Piece> after;
};
MarkedPair marked(std::string_view before, std::string_view after);

}  // namespace compiler::migrate::report
