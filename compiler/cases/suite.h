#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/yaml/yaml.h"

/// Cases of `cfgc test` as they are written (docs/cfgc.md, "cfgc test"): what arrives at a source,
/// and which entries leave for a backend.
namespace compiler::cases {

using river::diag::Span;
using TextMap = std::map<std::string, std::string, std::less<>>;

/// What arrives, and where.
struct Input {
  enum class Kind : uint8_t {
    syslog,     ///< bytes at a listener
    journal,    ///< an entry of the journal
    docker,     ///< lines of a container
    file,       ///< lines of a file
    component,  ///< entries at a component that takes them
  } kind = Kind::component;
  Span span;
  std::string component;  ///< of which they are; empty: the only one of the kind
  std::string listener;   ///< its address or port; empty: the only one
  std::string sender;     ///< the address that a message comes from
  std::vector<std::string> lines;
  TextMap fields;    ///< of a journal entry; else labels: of a container, or of entries
  TextMap meta;      ///< labels of a container's target
  std::string name;  ///< of a container, or the path of a file
  bool is_stderr = false;
  int64_t time_ns = 0;
};

/// An entry as it should leave. What is not given is not compared.
struct Expected {
  Span span;
  std::optional<TextMap> labels;      ///< all of them
  std::optional<TextMap> has_labels;  ///< these among others; an empty text: it is not there
  std::optional<TextMap> metadata;
  std::optional<std::string> line;
  std::optional<int64_t> timestamp_ns;
  std::optional<std::string> tenant;
  std::string to;  ///< the backend; empty: any
};

struct Case {
  std::string name;
  Span span;
  Input input;
  std::vector<Expected> entries;
  /// Nothing leaves, and the reason has this text in it.
  std::optional<std::string> dropped;
};

/// A file of cases.
struct Suite {
  std::string file;
  Span span;                       ///< of what names the configuration
  std::vector<std::string> hosts;  ///< of the inventory, on each of which every case runs
  std::vector<Span> host_spans;    ///< of each, where it is written
  std::string config;              ///< a River file or folder; empty: hosts
  std::vector<Case> cases;
};

/// The time that things arrive at when a case does not say.
inline constexpr int64_t kArrivalNs = 1'767'225'600'000'000'000;  // 2026-01-01T00:00:00Z

/// Reports what no case may have, and answers the rest.
Suite read_suite(const river::diag::SourceFile& file, river::diag::Diagnostics& diagnostics);

}  // namespace compiler::cases
