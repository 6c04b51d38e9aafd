#include <algorithm>
#include <optional>

#include "compiler/migrate/gather.h"
#include "compiler/migrate/revision.h"
#include "compiler/migrate/streams/difference.h"

namespace compiler::migrate {

namespace fs = std::filesystem;

namespace {

/// The changes of a mapping by host, for reading; there is no progress to tell of.
std::vector<streams::HostState> hosts_of(const streams::Mapping& mapping) {
  std::vector<streams::HostState> hosts;
  for (const streams::Change& change : mapping.changes) {
    auto host = std::find_if(hosts.begin(), hosts.end(),
                             [&](const streams::HostState& h) { return h.host == change.host; });
    if (host == hosts.end())
      host = hosts.insert(hosts.end(), streams::HostState{.host = change.host});
    streams::ServiceState state;
    state.service = change.service;
    state.moves = true;
    state.before = change.before;
    state.after = change.after;
    const auto& known = change.after.empty() ? change.before : change.after;
    if (!known.empty()) state.mechanism = known.front().mechanism;
    for (const streams::StreamFamily& family : change.before)
      state.streams_before += family.streams;
    for (const streams::StreamFamily& family : change.after) state.streams_after += family.streams;
    host->services.push_back(std::move(state));
  }
  return hosts;
}

/// A state's compiled configs: the folder itself, or a temporary one that was filled.
class CompiledState {
 public:
  base::Result<fs::path> open(const std::string& state, const streams::Question& question,
                              compiler::emit::Run& run) {
    std::error_code ignored;
    if (fs::is_directory(state, ignored)) return fs::path(state);
    if (state == "migrated")
      return base::fail("\"migrated\" is compared with \"today\": --from today --to migrated");
    auto folder = TemporaryFolder::make();
    if (!folder) return tl::unexpected(folder.error());
    folder_.emplace(std::move(*folder));
    const auto done =
        state == "today"
            ? compile_today(question.inventory, question.check, folder_->path(), run)
            : compile_revision(state, question.inventory, question.check, folder_->path(), run);
    if (!done) return base::in_context(state, done.error());
    return folder_->path();
  }

 private:
  std::optional<TemporaryFolder> folder_;
};

base::Result<streams::Mapping> mapping_of(const DiffCommand& command, compiler::emit::Run& run) {
  const streams::Question& question = command.input.fleet;
  if (command.from == "today" && command.to == "migrated") return read_state(question, run).mapping;
  CompiledState from, to;
  const auto old_folder = from.open(command.from, question, run);
  if (!old_folder) return tl::unexpected(old_folder.error());
  const auto new_folder = to.open(command.to, question, run);
  if (!new_folder) return tl::unexpected(new_folder.error());
  return streams::difference(*old_folder, *new_folder, question.compose, question.check, run);
}

}  // namespace

CommandResult run_diff(const DiffCommand& command) {
  Gathered gathered;
  auto mapping = mapping_of(command, gathered.run);
  if (!mapping) {
    gathered.run.io_errors.push_back(mapping.error());
    return {kError, "", problems(gathered, command.input.fleet.check)};
  }
  gathered.report.fleet.mapping = std::move(*mapping);
  gathered.report.fleet.hosts = hosts_of(gathered.report.fleet.mapping);
  read_and_judge(command.input, gathered);
  return show(gathered, command.input, command.format);
}

}  // namespace compiler::migrate
