#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/emit/compile.h"
#include "river/config/program.h"
#include "river/diag/render.h"

/// One run of a command over an inventory: what validate, compile and migrate have in common.
namespace compiler::emit {

/// What a command says and how it ends: 0 clean, 1 findings, 2 usage or I/O.
struct CommandResult {
  int exit_code = 0;
  std::string out;  ///< findings
  std::string err;  ///< summary, and files that could not be read or written
};

struct CheckOptions {
  std::filesystem::path playbook_dir;  ///< empty: deduced from the inventory's place
  river::diag::OutputFormat format = river::diag::OutputFormat::text;
  bool junit = false;                        ///< findings as JUnit's XML, in the place of `format`
  uint32_t columns = river::diag::kColumns;  ///< as wide as excerpts may be
  river::schema::Stability stability = river::schema::Stability::generally_available;
  river::config::Catalog catalog;
  inventory::ReadOptions read = {};
};

/// Findings of a run with all that is needed to print them.
struct Run {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  std::vector<base::Error> io_errors;
  size_t hosts = 0;
  size_t configs = 0;       ///< River configurations that were checked as they are
  size_t closed_files = 0;  ///< encrypted files that were not opened
  /// Hosts of which it is not known what they run, by name, with the reason (HostEntry::unread).
  std::map<std::string, std::string> unread_hosts;
  /// Is told of each unknown host of only_hosts, and what to say of it, in the place of an I/O
  /// error; the others are compiled then.
  std::function<void(std::string_view host, const std::string& message)> on_unknown_host = {};
};

/// Loads an inventory; an unknown host of only_hosts is an I/O error with a suggestion.
inventory::Inventory open_inventory(const inventory::InventoryOptions& options, Run& run);

/// Loads, selects hosts and compiles. An unknown host is an I/O error with a suggestion.
std::vector<CompiledHost> compile_inventory(const inventory::InventoryOptions& options,
                                            bool partial,
                                            const std::vector<std::filesystem::path>& host_files,
                                            const CheckOptions& check, Run& run,
                                            const Seen& seen = {});

/// Takes out the warnings that a comment with a reason accepts: accepted.cc. How many there were.
size_t remove_accepted(const river::diag::SourceMap& sources,
                       river::diag::Diagnostics& diagnostics);

/// Warns of comments that accept a code which is not among `codes`, once a file was read.
void report_unknown_codes(const river::diag::SourceMap& sources,
                          std::span<const std::string_view> codes,
                          river::diag::Diagnostics& diagnostics);

/// Text as XML 1.0 has it, which has no control characters; junit.cc.
std::string xml_text(std::string_view text);

/// A finding as a test of JUnit's XML; junit.cc.
std::string junit_test_case(const river::diag::Diagnostic& finding,
                            const river::diag::SourceMap& sources, bool fails);

/// The findings as JUnit's XML, each a test that fails (a warning: if `warnings_fail`); junit.cc.
std::string render_junit(const river::diag::Diagnostics& diagnostics,
                         const river::diag::SourceMap& sources, bool warnings_fail);

/// Findings rendered but for accepted ones, the summary line, the exit code; `strict` counts
/// warnings, too.
CommandResult finish(Run& run, const CheckOptions& check, bool strict);

/// A copy of a folder that takes its place in one step, so that nobody sees a part of what changes.
/// Files are linked, not copied: they must be replaced, never written into. Goes with its owner
/// unless it was put in place. One thread. staged_folder.cc.
class StagedFolder {
 public:
  /// `folder` need not exist. Fails where the folder above cannot be written to.
  static base::Result<StagedFolder> make(const std::filesystem::path& folder);
  StagedFolder(StagedFolder&& other) noexcept
      : target_(std::move(other.target_)), path_(std::move(other.path_)) {
    other.path_.clear();
  }
  StagedFolder& operator=(StagedFolder&&) = delete;
  ~StagedFolder();

  const std::filesystem::path& path() const { return path_; }
  /// Exchanges both. Fails where the file system cannot do that, and changes nothing then.
  base::Result<void> replace();

 private:
  StagedFolder(std::filesystem::path target, std::filesystem::path path)
      : target_(std::move(target)), path_(std::move(path)) {}

  std::filesystem::path target_, path_;
};

/// Writes the files of a fleet below `out`, with a manifest of their SHA-256; where more than one
/// host's changes, all of them in one step (StagedFolder). `whole` says that
/// the hosts are all there are: else other hosts' lines of the manifest stay.
/// How many files changed.
base::Result<size_t> write_fleet(const std::filesystem::path& out,
                                 const std::vector<CompiledHost>& hosts, bool whole);

}  // namespace compiler::emit
