#include "profiling/process_table.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.h"

namespace profiling {
namespace {

constexpr size_t kMapsBytesMax = size_t{16} << 20;
/// A process whose code is not where its maps say may have it elsewhere since: looked at again, but
/// not more often than this.
constexpr std::chrono::seconds kMapsAgain{1};

bool before_end(uint64_t pc, const Mapping& mapping) {
  return pc < mapping.end;
}

}  // namespace

Mapping* Process::search(uint64_t pc) {
  if (!mappings_) return nullptr;
  const auto found = std::upper_bound(mappings_->begin(), mappings_->end(), pc, before_end);
  return found == mappings_->end() || pc < found->begin ? nullptr : &*found;
}

const Mapping* Process::mapping(uint64_t pc) {
  Mapping* found = search(pc);
  if (found == nullptr) {
    const auto now = std::chrono::steady_clock::now();
    if (mappings_ && now - maps_read_at_ < kMapsAgain) return nullptr;
    maps_read_at_ = now;
    read_maps();
    found = search(pc);
    if (found == nullptr) return nullptr;
  }
  if (!found->loaded) {
    found->loaded = modules_.load(pid_, found->begin, found->end, *found->identity);
    const Module& module = *found->loaded->module;
    if (module.kind == Module::Kind::vdso)
      found->bias = found->begin;
    else
      found->bias =
          module.image.bias(found->begin, found->offset)
              .value_or(module.kind == Module::Kind::file ? found->begin - found->offset : 0);
  }
  return found;
}

const CodeRegion* Process::find(uint64_t pc) {
  const Mapping* found = mapping(pc);
  if (found == nullptr) return nullptr;
  region_ = {found->begin, found->end, found->bias, modules_.rows(*found->loaded)};
  return &region_;
}

void Process::read_maps() {
  auto text = base::read_file(fmt::format("/proc/{}/maps", thread ? thread : pid_), kMapsBytesMax);
  if (!mappings_) mappings_ = std::make_shared<Mappings>();
  if (!text || text->empty()) return;  // It has ended: what is known is all there is.
  auto mappings = std::make_shared<Mappings>();
  for (auto& line : process::parse_maps(*text)) {
    // What is known already keeps its module and the build id that the kernel said.
    const Mapping* known = search(line.begin);
    if (known != nullptr && known->begin == line.begin && known->end == line.end &&
        known->offset == line.offset && known->identity->path == line.path) {
      mappings->push_back(*known);
      continue;
    }
    auto identity = std::make_shared<FileIdentity>();
    identity->path = std::move(line.path);
    identity->device = std::move(line.device);
    identity->inode = line.inode;
    mappings->push_back({line.begin, line.end, line.offset, std::move(identity), nullptr, 0});
  }
  mappings_ = std::move(mappings);
}

void Process::inherit(const Process& parent) {
  name = parent.name;
  mappings_ = parent.mappings_;
}

void Process::begin_program() {
  mappings_ = std::make_shared<Mappings>();
}

void Process::add(Mapping mapping) {
  if (!mappings_) return;  // They are read when the first sample comes.
  if (mappings_.use_count() > 1) mappings_ = std::make_shared<Mappings>(*mappings_);
  Mappings& all = *mappings_;
  const auto first = std::upper_bound(all.begin(), all.end(), mapping.begin, before_end);
  auto last = first;
  while (last != all.end() && last->begin < mapping.end) ++last;
  // What is mapped over is gone, but for its parts before and behind.
  std::vector<Mapping> kept;
  if (first != last && first->begin < mapping.begin) {
    kept.push_back(*first);
    kept.back().end = mapping.begin;
  }
  const uint64_t end = mapping.end;
  kept.push_back(std::move(mapping));
  if (first != last && (last - 1)->end > end) {
    kept.push_back(*(last - 1));
    kept.back().offset += end - kept.back().begin;
    kept.back().begin = end;
  }
  if (all.size() + kept.size() > process::kMappingsMax) return;
  all.insert(all.erase(first, last), std::make_move_iterator(kept.begin()),
             std::make_move_iterator(kept.end()));
}

Process* ProcessTable::find(uint32_t pid) {
  const auto found = processes_.find(pid);
  return found == processes_.end() ? nullptr : found->second.get();
}

Process& ProcessTable::make(uint32_t pid) {
  if (processes_.size() >= kProcessesMax)
    std::erase_if(processes_, [](const auto& one) { return !one.second->window; });
  if (processes_.size() >= kProcessesMax) processes_.clear();
  auto& process = processes_[pid];
  process = std::make_unique<Process>(modules_, pid);
  return *process;
}

void ProcessTable::apply(const sampler::MapRecord& record) {
  Process* process = find(record.pid);
  if (process == nullptr || record.size == 0 || record.address + record.size < record.address)
    return;
  auto identity = std::make_shared<FileIdentity>();
  identity->path = record.path;
  identity->build_id = record.build_id;
  process->add({record.address, record.address + record.size, record.offset, std::move(identity),
                nullptr, 0});
}

void ProcessTable::apply(const sampler::CommRecord& record) {
  Process* process = record.is_exec ? &make(record.pid) : find(record.pid);
  if (process == nullptr) return;
  if (record.is_exec) process->begin_program();
  if (record.is_exec || record.pid == record.tid) process->name = record.name;
}

void ProcessTable::apply(const sampler::ForkRecord& record) {
  if (record.pid == record.parent) return;  // A thread.
  processes_.erase(record.pid);             // An earlier process of the same number.
  if (find(record.parent) == nullptr) return;
  Process& child = make(record.pid);
  if (const Process* parent = find(record.parent)) child.inherit(*parent);
}

void ProcessTable::apply(const sampler::ExitRecord& record) {
  if (record.pid != record.tid) return;
  Process* process = find(record.pid);
  if (process == nullptr) return;
  process->is_exiting = true;
  if (!process->window) processes_.erase(record.pid);
}

Process& ProcessTable::of_sample(uint32_t pid, uint32_t tid) {
  Process* process = find(pid);
  if (process == nullptr) process = &make(pid);
  process->thread = tid;
  return *process;
}

void ProcessTable::end_window() {
  std::erase_if(processes_, [](const auto& one) {
    Process& process = *one.second;
    // Those that were not sampled may have ended without our knowing, as records get lost.
    const bool is_doubtful = process.is_exiting || !process.window;
    process.window.reset();
    return is_doubtful && ::access(fmt::format("/proc/{}", one.first).c_str(), F_OK) != 0;
  });
}

void ProcessTable::ask_again() {
  for (auto& [pid, process] : processes_) process->is_wanted.reset();
}

}  // namespace profiling
