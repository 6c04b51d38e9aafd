#pragma once
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/inventory/inventory.h"

namespace compiler::inventory {

/// A request to kRenderProgram, host by host, and its answer.
class RenderRequest {
 public:
  explicit RenderRequest(const Inventory& inventory);
  ~RenderRequest();

  /// The row of a host; texts and files of it are added to the last one.
  void add_host(const HostEntry& host);
  void add_text(std::string_view text);
  void add_template(std::string_view name);
  /// A file that templates are made of or may include.
  void add_file(const std::string& name, std::string_view text);

  /// Runs the program: a row for each host, an answer for each text and template. An error when
  /// Python or Jinja2 is missing or the program is stopped.
  base::Result<nlohmann::json> run();

 private:
  void add_others();

  const Inventory& inventory_;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Texts that could not be rendered: what fails alike for several hosts is said once.
class RenderFailures {
 public:
  /// A text at `place`, for a host: `answer` has "error".
  void add(const nlohmann::json& answer, const HostEntry& host, river::diag::Span place);
  /// In the order of their first hosts.
  void report(river::diag::Diagnostics& diagnostics) const;

 private:
  struct Failure {
    river::diag::Span place;
    std::string message, encrypted;
    const HostEntry* first = nullptr;
    std::vector<std::string_view> hosts;
  };
  std::vector<Failure> failures_;
  std::map<std::tuple<uint32_t, std::string, std::string>, size_t> known_;
};

/// The value of a text whose expressions are names of variables that are texts, as Jinja2 makes it
/// of a host's variables: simple_jinja.cc. nullopt: that is for Jinja2 to say.
std::optional<std::string> simple_text(std::string_view text, const HostEntry& host, int depth = 0);

/// "host a", "hosts a and b", "hosts a, b and 7 more".
std::string names_of(const std::vector<std::string_view>& hosts);

/// The Python program that renders Jinja for hosts: Jinja2's immutable sandbox, the host's
/// variables looked up when they are used, Ansible's own filters where ansible-core is installed.
/// Reads a request from stdin and answers on stdout, both JSON:
///
///     {"layers": [{VARIABLE: VALUE}], "files": {NAME: TEXT}, "groups": {NAME: [HOST]},
///      "hosts": [{"name": , "groups": [], "layers": [INDEX], "texts": [], "templates": [NAME]}]}
///
/// A row for each host: the texts' answers {"value": }, then the templates' {"text": , "lines":
/// [[NAME, LINE]]}, where lines name the place in a file that each line of the text comes from.
/// What fails is {"error": , "file": , "line": , "encrypted": VARIABLE}, or {"again": true} where
/// it was too slow for a host before and was not tried. An encrypted value is {kEncryptedKey:
/// VARIABLE} both ways, text that is no Jinja {kUnsafeKey: TEXT}.
///
/// Rendering reaches neither files nor the environment: the program forgets its environment, leaves
/// the folder, and gives up the right to open files before the first expression runs. Each text may
/// take kSecondsMax; numbers, texts and memory are bounded.
extern const char kRenderProgram[];

inline constexpr int kNoJinja = 3;  ///< its exit code without Jinja2
inline constexpr char kEncryptedKey[] = "\x01vault";
inline constexpr char kUnsafeKey[] = "\x01unsafe";

}  // namespace compiler::inventory
