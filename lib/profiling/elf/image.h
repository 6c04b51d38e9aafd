#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"

/// ELF files as far as a profiler reads them. They belong to whoever runs on the host: every offset
/// and size in them is checked, and nothing of a file is mapped into memory, because a file that is
/// truncated meanwhile would end the process by SIGBUS.
namespace profiling::elf {

/// Bytes at offsets: a file or memory. Const calls are thread safe.
class Bytes {
 public:
  Bytes() = default;
  virtual ~Bytes() = default;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  virtual uint64_t size() const = 0;
  /// Whether all of it was there.
  virtual bool read(uint64_t offset, void* to, size_t size) const = 0;

  /// `size` bytes at an offset; empty when they are not all there or are more than `bytes_max`.
  std::string take(uint64_t offset, uint64_t size, uint64_t bytes_max) const;
  /// The text at an offset up to its zero byte, cut at `bytes_max`.
  std::string text(uint64_t offset, size_t bytes_max) const;
};

/// A regular file, read by pread(2).
class FileBytes final : public Bytes {
 public:
  /// nullptr when the path is not a regular file that can be opened; never blocks on a pipe.
  static std::unique_ptr<FileBytes> open(const std::string& path);

  uint64_t size() const override { return size_; }
  bool read(uint64_t offset, void* to, size_t size) const override;

 private:
  FileBytes(base::Descriptor fd, uint64_t size) : fd_(std::move(fd)), size_(size) {}

  base::Descriptor fd_;
  uint64_t size_;
};

/// Memory that outlives it, such as the vdso's image.
class MemoryBytes final : public Bytes {
 public:
  explicit MemoryBytes(std::string_view bytes) : bytes_(bytes) {}
  uint64_t size() const override { return bytes_.size(); }
  bool read(uint64_t offset, void* to, size_t size) const override;

 private:
  std::string_view bytes_;
};

/// A part of the file that is loaded (PT_LOAD) and may be executed.
struct Segment {
  uint64_t address = 0;  ///< in the file's own numbering, before the loader adds a bias
  uint64_t offset = 0;
  uint64_t file_bytes = 0;
};

struct Section {
  std::string name;
  uint64_t address = 0;
  uint64_t offset = 0;
  uint64_t size = 0;
  uint32_t link = 0;  ///< index of the section it refers to: the names of a symbol table
};

/// The headers of a 64-bit little-endian file.
class Image {
 public:
  /// Nothing when it is not such a file or its headers are damaged.
  static std::optional<Image> read(const Bytes& bytes);

  /// nullptr when there is none, or none with content.
  const Section* section(std::string_view name) const;
  const Section* section(uint32_t index) const;
  /// Bytes of the GNU build id; empty: none.
  const std::string& build_id() const { return build_id_; }
  /// What must be subtracted from a run-time address to get the file's own, for a mapping at
  /// `start` of the file from `offset` on. Nothing when no executable segment lies there.
  std::optional<uint64_t> bias(uint64_t start, uint64_t offset) const;
  /// .eh_frame_hdr as program headers have it, for files without section headers; size 0: none.
  const Section& frame_header() const { return frame_header_; }

 private:
  bool read_program_headers(const Bytes& bytes, uint64_t offset, size_t count);
  void read_sections(const Bytes& bytes, uint64_t offset, size_t count, size_t names);
  void read_notes(const Bytes& bytes, uint64_t offset, uint64_t size);

  std::vector<Segment> segments_;
  std::vector<Section> sections_;
  std::string build_id_;
  Section frame_header_;
};

/// The longest name that is kept of a symbol; C++ knows names of 60 KB.
inline constexpr size_t kNameBytesMax = 4096;

/// An address whose function is asked for.
struct WantedName {
  uint64_t address = 0;  ///< in the file's own numbering
  std::string name;      ///< as the file spells it; empty: not found
};

/// Finds the names of `wanted`, which is sorted by address, in the symbol table `section`
/// (.symtab or .dynsym). The table is read in pieces and nothing of it is kept: a flame graph needs
/// a few hundred of node's 153,000 symbols. Names that are there already are left.
void find_symbols(const Bytes& bytes, const Image& image, std::string_view section,
                  std::span<WantedName> wanted);

/// The same from Go's function table (.gopclntab), which stripped programs keep. Go 1.18 and later.
void find_go_functions(const Bytes& bytes, const Image& image, std::span<WantedName> wanted);

/// Where the debug file of a build id lies: "/usr/lib/debug/.build-id/ab/cdef.debug".
std::string debug_file_path(std::string_view build_id);

/// The bytes in hexadecimal.
std::string in_hexadecimal(std::string_view bytes);

}  // namespace profiling::elf
