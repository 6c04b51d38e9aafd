#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "components/loki/source_file/file_reader.h"
#include "io/positions.h"

namespace components::loki::source_file {

class Stream;

/// The files of a component by device and inode, whatever their paths are now: which stream has one
/// open, and where those that were read under an earlier name were read to. A pattern such as
/// "a.log*" finds a rotated file under its new name, too; it must not be read once more.
///
/// The positions file has a file that was read under a path and rotated away under the key
/// "PATH inode DEVICE:INODE {labels}" (StoredPosition writes it). One thread.
class KnownFiles {
 public:
  /// So many files are remembered by each path.
  static constexpr size_t kPerPath = 64;

  /// With the public labels of the target as text: other labels make other lines.
  struct Id {
    uint64_t device = 0;
    uint64_t inode = 0;
    std::string labels;
    bool operator<(const Id& other) const {
      return std::tie(labels, device, inode) < std::tie(other.labels, other.device, other.inode);
    }
  };

  /// Keeps a file for a stream, unless another has it. Must not outlive the KnownFiles.
  class Lease {
   public:
    Lease(KnownFiles& files, Id id, const Stream& stream);
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

   private:
    KnownFiles* files_;
    Id id_;
    bool is_owner_ = false;
  };

  /// Key of a file in the positions file.
  static std::string record_key(const std::string& path, const Id& id);

  /// Knows what is stored, and no more.
  void load(std::shared_ptr<io::Positions> positions);

  /// nullptr: nobody has it open.
  const Stream* reader(const Id& id) const;
  /// Where the file was read to, under any path. Whether it still is that file has to be checked.
  std::optional<ResumePoint> position(const Id& id) const;
  /// Those that were rotated away from this path, oldest first.
  std::vector<ResumePoint> rotated_from(const std::string& path, const std::string& labels) const;
  /// It was rotated away from this path, and was read so far.
  void remember(const std::string& path, const Id& id, const ResumePoint& point);
  /// The targets of these labels have others now.
  void relabel(const std::string& from, const std::string& to);

 private:
  struct Known {
    ResumePoint point;
    std::string path;  // Under which it is remembered; empty: by the position of a path.
  };
  void insert(const Id& id, Known known);

  std::shared_ptr<io::Positions> positions_;
  std::map<Id, const Stream*> readers_;
  std::map<Id, Known> known_;
  std::map<std::string, std::deque<Id>> by_path_;  // Of the remembered, oldest first.
};

}  // namespace components::loki::source_file
