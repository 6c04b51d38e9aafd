#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "components/loki/source_file/stream.h"
#include "io/positions.h"

namespace components::loki::source_file {

/// What remains of targets that are gone, during one change of the targets. A target with the same
/// path and other labels goes on with it instead of reading the file once more.
class Leftovers {
 public:
  /// A position that nobody wants, of a file that does not exist, is kept for so long.
  static constexpr std::chrono::hours kForgetAfter{7 * 24};

  using IsWanted = std::function<bool(const std::string& key)>;
  Leftovers(Environment& environment, Streams& streams, IsWanted is_wanted);

  /// The stream of this path, taken out of the component's; nullptr: there is none.
  std::unique_ptr<Stream> take_stream(const std::string& path);
  /// Moves a stored position of this path to `key`, unless that has one.
  void move_position(const std::string& path, const std::string& key);
  /// Streams that were not taken finish what they began.
  void end_streams();
  /// Drops positions of files that are gone: those that are too old, and the oldest of too many.
  void forget_positions();

 private:
  using Entries = std::map<std::string, std::string, std::less<>>;
  Entries& stored();

  io::Positions& positions_;
  KnownFiles& known_files_;
  Streams& streams_;
  const IsWanted is_wanted_;
  std::multimap<std::string, std::string> keys_;  // Of streams, by path.
  std::optional<Entries> stored_;
};

}  // namespace components::loki::source_file
