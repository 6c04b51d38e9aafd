#include "components/loki/source_file/known_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace components::loki::source_file {
namespace {

constexpr std::string_view kInode = " inode ";

}  // namespace

std::string KnownFiles::record_key(const std::string& path, const Id& id) {
  return fmt::format("{}{}{}:{} {}", path, kInode, id.device, id.inode, id.labels);
}

KnownFiles::Lease::Lease(KnownFiles& files, Id id, const Stream& stream)
    : files_(&files), id_(std::move(id)) {
  is_owner_ = files_->readers_.try_emplace(id_, &stream).second;
}

KnownFiles::Lease::Lease(Lease&& other) noexcept
    : files_(other.files_),
      id_(std::move(other.id_)),
      is_owner_(std::exchange(other.is_owner_, false)) {}

KnownFiles::Lease& KnownFiles::Lease::operator=(Lease&& other) noexcept {
  std::swap(files_, other.files_);
  std::swap(id_, other.id_);
  std::swap(is_owner_, other.is_owner_);
  return *this;
}

KnownFiles::Lease::~Lease() {
  if (is_owner_) files_->readers_.erase(id_);
}

void KnownFiles::load(std::shared_ptr<io::Positions> positions) {
  positions_ = std::move(positions);
  known_.clear();
  by_path_.clear();
  struct Record {
    Id id;
    Known known;
  };
  std::vector<Record> records;
  for (const auto& [key, text] : positions_->all()) {
    const auto point = ResumePoint::parse(text);
    const size_t labels = key.find(" {");
    if (!point || labels == key.npos) continue;
    const std::string name = key.substr(0, labels);
    const size_t inode = name.rfind(kInode);
    records.push_back({{point->device, point->inode, key.substr(labels + 1)},
                       {*point, inode == name.npos ? "" : name.substr(0, inode)}});
  }
  std::stable_sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
    return a.known.point.seen_ns < b.known.point.seen_ns;
  });
  for (Record& record : records) insert(record.id, std::move(record.known));
}

const Stream* KnownFiles::reader(const Id& id) const {
  const auto found = readers_.find(id);
  return found == readers_.end() ? nullptr : found->second;
}

std::optional<ResumePoint> KnownFiles::position(const Id& id) const {
  const auto found = known_.find(id);
  return found == known_.end() ? std::nullopt : std::optional(found->second.point);
}

std::vector<ResumePoint> KnownFiles::rotated_from(const std::string& path,
                                                  const std::string& labels) const {
  std::vector<ResumePoint> points;
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return points;
  for (const Id& id : found->second) {
    const auto known = known_.find(id);
    if (id.labels == labels && known != known_.end()) points.push_back(known->second.point);
  }
  return points;
}

void KnownFiles::remember(const std::string& path, const Id& id, const ResumePoint& point) {
  insert(id, {point, path});
}

void KnownFiles::insert(const Id& id, Known known) {
  const std::string path = known.path;
  known_[id] = std::move(known);
  if (path.empty()) return;
  auto& of_path = by_path_[path];
  std::erase_if(of_path, [&](const Id& other) { return !(other < id) && !(id < other); });
  of_path.push_back(id);
  if (of_path.size() <= kPerPath) return;
  positions_->erase(record_key(path, of_path.front()));
  known_.erase(of_path.front());
  of_path.pop_front();
}

void KnownFiles::relabel(const std::string& from, const std::string& to) {
  if (from == to) return;
  std::vector<std::pair<Id, Known>> moved;
  const auto end = known_.end();
  for (auto it = known_.lower_bound({0, 0, from}); it != end && it->first.labels == from; ++it)
    moved.emplace_back(it->first, it->second);
  for (auto& [id, known] : moved) {
    const Id old = std::exchange(id, {id.device, id.inode, to});
    const std::string key = record_key(known.path, old);
    if (const auto text = known.path.empty() ? std::nullopt : positions_->get(key)) {
      positions_->set(record_key(known.path, id), *text);
      positions_->erase(key);
    }
    insert(id, std::move(known));
  }
}

}  // namespace components::loki::source_file
