#pragma once
#include <cstddef>
#include <string_view>

namespace components::loki::source_syslog {

/// Cuts a byte stream into messages. Each message chooses for itself: "123 <13>..." is octet
/// counting (RFC 6587), anything else ends at a line feed, or at a NUL. Bytes are not copied: the
/// caller hands in what it has, takes messages out, and hands in the unconsumed rest again with
/// more after it. Messages longer than the bound are cut there and their rest is thrown away.
///
/// Whoever gets text into a log can write what looks like a count, so a count is believed only
/// where a whole priority follows and the size is sane. On a connection that showed line feeds it
/// must also fit what follows: no message begins on a line within it, and one may begin after it.
/// A count of more than 1 MiB is believed where the messages before it were counted, and at the
/// beginning of a connection when more follows than a line may have, of which no line is a message.
/// When a count was wrong, what lies between two messages is a message of its own, up to the next
/// count with a priority: nothing is thrown away for it. That count may stand behind digits of the
/// text: then it is the one whose message ends where another begins.
class Framer {
 public:
  struct Options {
    size_t counted_bytes_max = 8192;   ///< of octet-counted messages
    size_t line_bytes_max = 64 << 10;  ///< of others
    char delimiter = '\n';
    bool counted_needs_priority = true;  ///< "123 x" is a line unless x is '<'
  };
  explicit Framer(const Options& options) : options_(options) {}

  enum class Got {
    message,  ///< `message` is set, without its delimiter; may be empty
    more,     ///< nothing whole in what is left: keep `rest` for the next call
  };
  /// Takes one message off `rest`. `at_end`: nothing will follow, so an unfinished message is one.
  Got next(std::string_view& rest, bool at_end, std::string_view& message);

  /// Takes the beginning of a message that next() asked more for as a cut one; its rest is thrown
  /// away when it comes. False: there is no such beginning.
  bool cut(std::string_view& rest, std::string_view& message);

  /// Other bounds or another delimiter, from the next message on: what is being thrown away still
  /// is.
  void set_options(const Options& options) { options_ = options; }

  /// Messages that were cut since the last call.
  size_t take_truncated();
  /// The most that `rest` may hold when next() asks for more.
  size_t pending_bytes_max() const;

 private:
  enum class Belief { no, more, yes };
  /// How the last message ended.
  enum class Style { unknown, counted, line };

  bool skip_rest_of_cut_message(std::string_view& rest, bool at_end);
  Belief believe(std::string_view rest, size_t header, size_t size, bool at_end) const;
  Got next_counted(std::string_view& rest, size_t header, size_t size, bool at_end,
                   std::string_view& message);
  Got next_line(std::string_view& rest, bool at_end, std::string_view& message);
  void saw_line(std::string_view line);

  Options options_;
  size_t discard_ = 0;         // Bytes of a cut counted message still to come.
  bool discard_line_ = false;  // A cut line's end is still to come.
  Style style_ = Style::unknown;
  bool was_counted_ = false;  // Some message of the connection was.
  size_t truncated_ = 0;
};

}  // namespace components::loki::source_syslog
