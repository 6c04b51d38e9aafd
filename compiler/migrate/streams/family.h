#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The label sets that streams can have, as far as configurations tell: what a query is decided
/// against.
namespace compiler::migrate::streams {

/// A value of which only parts are known: the literals, with one or more characters of unknown text
/// between each two. {"kairos-", "-1"} is every kairos-X-1; {"", ""} is any text that is not empty.
struct OpenValue {
  std::vector<std::string> literals;

  bool operator==(const OpenValue&) const = default;
};

/// What one label can be. Exactly one value in all: the label is known.
struct Values {
  std::vector<std::string> exact;  ///< "" says that the label may be absent
  std::vector<OpenValue> open;

  static Values of(std::string value) { return {{std::move(value)}, {}}; }
  static Values any() { return {{}, {OpenValue{{"", ""}}}}; }
  bool operator==(const Values&) const = default;
};

/// How a service's lines come to Loki.
enum class Mechanism : uint8_t { none, syslog, transitional, docker, journal, file, foreign };
std::string_view name(Mechanism mechanism);

/// A step of a pipeline that drops some lines of a family, or changes them.
struct LineStep {
  bool drops = false;
  std::string name;      ///< "stage.drop", "rule"
  std::string place;     ///< "templates/h1.river:12:3"; empty when it is not known
  bool always = false;   ///< all lines of the family go through it
  bool perhaps = false;  ///< whether they do depends on labels that are not known
};
/// By what they do: equal texts do the same to lines that reach them.
using LineSteps = std::map<std::string, LineStep>;

/// Streams that one source makes, all with the same names of labels. A label that is not in the map
/// is never there. Labels vary independently within a family; what belongs together (a Compose
/// service and its container's name) are families of their own.
struct StreamFamily {
  std::string host;
  std::string service;  ///< as `services` of the inventory spells it; empty: all others of the host
  Mechanism mechanism = Mechanism::none;
  std::map<std::string, Values, std::less<>> labels;
  std::string origin;  ///< "loki.source.syslog \"services\", listener 127.0.0.1:51412"
  std::string unsure;  ///< why more label sets are possible than these; empty: there are no others
  uint32_t streams = 1;  ///< estimate for this family
  LineSteps steps;
  std::set<std::string> backends;  ///< where its lines are sent to: URLs with their tenants
  /// The label service_name is the one that Loki 3 adds unless it is configured otherwise; nobody
  /// said that this backend does.
  bool assumes_service_name = false;
  /// No compose file says what the project is called: it is taken to be the service's name, or that
  /// of its folder.
  bool assumes_project = false;

  /// {container="kairos-…-1", job="kairos", level="info"|"warn"|nothing}: unknown text is …, a
  /// label that may be absent has |nothing.
  std::string text() const;
};

/// Lines of a service of which a rule drops all.
struct DroppedLines {
  std::string service;
  Mechanism mechanism = Mechanism::none;
  std::string what;  ///< as in LineSteps
  LineStep step;
};

/// What a configuration sends.
struct Outflow {
  std::vector<StreamFamily> families;
  std::vector<DroppedLines> dropped;
};

/// A difference that labels do not show: which lines come, what is in them, or where they go.
struct LineNote {
  enum class Kind : uint8_t {
    gone,       ///< lines are dropped that came before
    more,       ///< lines come that were dropped before
    changed,    ///< their text
    elsewhere,  ///< they are not sent any more to where they were
    copied,     ///< they are sent to more backends
  };
  Kind kind = Kind::changed;
  std::string sentence;  ///< for people, with the place where there is one
};

/// A service whose streams change: their labels, or what `notes` says.
struct Change {
  std::string host;
  std::string service;
  std::vector<StreamFamily> before;
  std::vector<StreamFamily> after;  ///< empty: it sends no more lines
  std::vector<LineNote> notes;
};

/// A host whose streams are not known, before or after.
struct MissingHost {
  std::string host;      ///< "" when hosts themselves are not known
  std::string why;       ///< "errors in its configuration"
  bool may_move = true;  ///< false: whatever streams it has, they stay
};

/// All streams of a fleet, before and after.
struct Mapping {
  std::vector<Change> changes;
  std::vector<StreamFamily> unchanged;
  /// Whose streams are not among these: queries may find more than what is here.
  std::vector<MissingHost> missing;
};

/// "h1, h2 and 3 more hosts"; empty when none is missing.
std::string names_of_missing(const Mapping& mapping);
/// For people, one sentence for each reason.
std::vector<std::string> missing_sentences(const Mapping& mapping);

/// The label that Loki makes of others (discover_service_name).
inline constexpr std::string_view kServiceName = "service_name";
/// The backend adds service_name: it has been said.
void discover_service_name(Mapping& mapping);
void discover_service_name(std::vector<StreamFamily>& families);

/// Those of one service, in order.
std::vector<StreamFamily> of_service(const std::vector<StreamFamily>& families,
                                     std::string_view service);

/// Sorts a host's streams into what changes, service by service, and what stays: streams of a
/// service that moves may stay as they are.
void pair_up(const std::string& host, const Outflow& before, const Outflow& after,
             Mapping& mapping);

}  // namespace compiler::migrate::streams
