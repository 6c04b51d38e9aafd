#include "components/discovery/file/files.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/text.h"
#include "components/discovery/shared/target_groups.h"

namespace components::discovery::file {
namespace {

/// How often files are looked at for a change.
constexpr std::chrono::seconds kLookApart{5};

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) &&
         (path.size() == folder.size() || folder.ends_with('/') || path[folder.size()] == '/');
}

}  // namespace

bool TargetFiles::find_version(const std::string& path, Version& version) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  version = {int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec, status.st_ino,
             static_cast<uint64_t>(status.st_size)};
  return true;
}

void TargetFiles::read(const std::string& path, File& file) {
  const auto text = base::read_regular_file(path, kFileBytesMax);
  if (!text) {
    file.problem = text.error().message;
    return;
  }
  const bool is_json = base::to_lower(path).ends_with(".json");
  auto targets = read_target_groups(*text, is_json ? GroupSyntax::json : GroupSyntax::yaml);
  if (!targets) {
    file.problem = fmt::format("{}: {}", path, targets.error().message);
    return;
  }
  for (river::schema::Target& target : *targets) target = target.with("__meta_filepath", path);
  file.targets = std::move(*targets);
  file.problem.clear();
}

/// What lies where nothing can be seen now stays.
bool TargetFiles::forget_gone(const io::Glob::Found& found) {
  return std::erase_if(files_, [&](const auto& entry) {
           if (found.files.contains(entry.first)) return false;
           return std::ranges::none_of(found.unreadable, [&](const auto& folder) {
             return is_below(entry.first, folder.first);
           });
         }) > 0;
}

Poller::Found TargetFiles::look(Clock::time_point now) {
  io::Glob::Found found;
  for (const io::Glob& pattern : patterns_) pattern.expand(found);
  bool has_changed = forget_gone(found);
  const bool reads_all = now >= read_all_at_;
  if (reads_all)
    read_all_at_ = now + std::min<std::chrono::nanoseconds>(refresh_interval_, io::kWaitMax);
  for (const std::string& path : found.files) {
    Version version;
    if (!find_version(path, version)) continue;  // Gone meanwhile: the next look sees that.
    const auto [place, is_new] = files_.try_emplace(path);
    if (!is_new && !reads_all && place->second.version == version) continue;
    read(path, place->second);
    place->second.version = version;
    has_changed = true;
  }
  Poller::Found result;
  for (const auto& [path, error] : found.unreadable)
    result.problem = fmt::format("{}: {}", path, std::generic_category().message(error));
  river::schema::Targets targets;
  for (const auto& [path, file] : files_) {
    if (!file.problem.empty()) result.problem = file.problem;
    targets.insert(targets.end(), file.targets.begin(), file.targets.end());
  }
  const bool is_known = was_found_ || result.problem.empty() || !targets.empty();
  if (!is_known || (was_found_ && !has_changed)) return result;
  was_found_ = true;
  result.targets = std::move(targets);
  return result;
}

FileDiscovery::FileDiscovery(Context context, const Arguments& arguments)
    : Discovery(std::move(context), kSignature, arguments),
      failures_(this->context().metrics.counter("prometheus_sd_file_read_errors_total",
                                                "Files of targets that could not be read.")) {}

base::Result<std::shared_ptr<Search>> FileDiscovery::make(const Arguments& arguments) {
  std::vector<io::Glob> patterns;
  for (const std::string& text : arguments.files) {
    auto pattern = io::Glob::parse(text);
    if (!pattern) return base::in_context("files", pattern.error());
    patterns.push_back(std::move(*pattern));
  }
  const auto interval = arguments.refresh_interval.value;
  auto files = std::make_shared<TargetFiles>(std::move(patterns), interval);
  return std::make_shared<Poller>(
      *context().loop,
      Poller::Options{.interval = std::min<std::chrono::nanoseconds>(interval, kLookApart),
                      .look = [files] { return files->look(TargetFiles::Clock::now()); },
                      .on_targets = on_targets(),
                      .failures = failures_,
                      .log = context().log});
}

}  // namespace components::discovery::file
