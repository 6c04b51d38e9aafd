#include "profiling/elf/image.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace profiling::elf {
namespace {

constexpr size_t kProgramHeadersMax = 512;
constexpr size_t kSectionsMax = 16384;
constexpr uint64_t kNamesBytesMax = uint64_t{4} << 20;
constexpr uint64_t kNotesBytesMax = uint64_t{64} << 10;
constexpr size_t kBuildIdBytesMax = 64;
constexpr uint64_t kPage = 4096;

uint64_t aligned(uint64_t size, uint64_t to) {
  return (size + to - 1) & ~(to - 1);
}

}  // namespace

std::string Bytes::take(uint64_t offset, uint64_t size, uint64_t bytes_max) const {
  // The size is checked before memory is taken: a hostile header asks for terabytes.
  if (size > bytes_max || offset > this->size() || size > this->size() - offset) return {};
  std::string bytes(size, '\0');
  if (!read(offset, bytes.data(), bytes.size())) return {};
  return bytes;
}

std::string Bytes::text(uint64_t offset, size_t bytes_max) const {
  if (offset >= size()) return {};
  std::string bytes = take(offset, std::min<uint64_t>(bytes_max, size() - offset), bytes_max);
  if (const size_t end = bytes.find('\0'); end != std::string::npos) bytes.resize(end);
  return bytes;
}

std::unique_ptr<FileBytes> FileBytes::open(const std::string& path) {
  base::Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return nullptr;
  return std::unique_ptr<FileBytes>(
      new FileBytes(std::move(fd), static_cast<uint64_t>(info.st_size)));
}

bool FileBytes::read(uint64_t offset, void* to, size_t size) const {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t got = ::pread(fd_.get(), at, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<size_t>(got);
    offset += static_cast<uint64_t>(got);
  }
  return true;
}

bool MemoryBytes::read(uint64_t offset, void* to, size_t size) const {
  if (offset > bytes_.size() || size > bytes_.size() - offset) return false;
  std::memcpy(to, bytes_.data() + offset, size);
  return true;
}

std::optional<Image> Image::read(const Bytes& bytes) {
  Elf64_Ehdr header;
  if (!bytes.read(0, &header, sizeof header)) return std::nullopt;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB)
    return std::nullopt;
  Image image;
  if (header.e_phentsize == sizeof(Elf64_Phdr) &&
      !image.read_program_headers(bytes, header.e_phoff, header.e_phnum))
    return std::nullopt;
  if (header.e_shentsize == sizeof(Elf64_Shdr))
    image.read_sections(bytes, header.e_shoff, header.e_shnum, header.e_shstrndx);
  return image;
}

bool Image::read_program_headers(const Bytes& bytes, uint64_t offset, size_t count) {
  if (count > kProgramHeadersMax) return false;
  std::vector<Elf64_Phdr> headers(count);
  if (!bytes.read(offset, headers.data(), count * sizeof(Elf64_Phdr))) return false;
  for (const auto& header : headers) {
    if (header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0)
      segments_.push_back({header.p_vaddr, header.p_offset, header.p_filesz});
    if (header.p_type == PT_NOTE) read_notes(bytes, header.p_offset, header.p_filesz);
    if (header.p_type == PT_GNU_EH_FRAME)
      frame_header_ = {"", header.p_vaddr, header.p_offset, header.p_filesz, 0};
  }
  return true;
}

void Image::read_sections(const Bytes& bytes, uint64_t offset, size_t count, size_t names) {
  if (count > kSectionsMax || names >= count) return;
  std::vector<Elf64_Shdr> headers(count);
  if (!bytes.read(offset, headers.data(), count * sizeof(Elf64_Shdr))) return;
  const std::string texts =
      bytes.take(headers[names].sh_offset, headers[names].sh_size, kNamesBytesMax);
  sections_.reserve(count);
  for (const auto& header : headers) {
    Section section{"", header.sh_addr, header.sh_offset, header.sh_size, header.sh_link};
    // Debug files keep the headers of what they left out as NOBITS.
    if (header.sh_type == SHT_NOBITS || header.sh_type == SHT_NULL) section.size = 0;
    if (header.sh_name < texts.size()) section.name = texts.c_str() + header.sh_name;
    if (header.sh_type == SHT_NOTE && build_id_.empty())
      read_notes(bytes, header.sh_offset, header.sh_size);
    sections_.push_back(std::move(section));
  }
}

void Image::read_notes(const Bytes& bytes, uint64_t offset, uint64_t size) {
  const std::string notes = bytes.take(offset, size, kNotesBytesMax);
  for (size_t at = 0; build_id_.empty() && notes.size() - at >= sizeof(Elf64_Nhdr);) {
    Elf64_Nhdr note;
    std::memcpy(&note, notes.data() + at, sizeof note);
    at += sizeof note;
    const uint64_t name_bytes = aligned(note.n_namesz, 4);
    const uint64_t content_bytes = aligned(note.n_descsz, 4);
    if (name_bytes + content_bytes > notes.size() - at) return;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(notes.data() + at, "GNU", 4) == 0 && note.n_descsz <= kBuildIdBytesMax)
      build_id_ = notes.substr(at + name_bytes, note.n_descsz);
    at += name_bytes + content_bytes;
  }
}

const Section* Image::section(std::string_view name) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(), [&](const Section& section) {
    return section.size > 0 && section.name == name;
  });
  return found == sections_.end() ? nullptr : &*found;
}

const Section* Image::section(uint32_t index) const {
  return index < sections_.size() && sections_[index].size > 0 ? &sections_[index] : nullptr;
}

std::optional<uint64_t> Image::bias(uint64_t start, uint64_t offset) const {
  for (const auto& segment : segments_) {
    // The loader maps whole pages: a mapping begins at or below the segment.
    const uint64_t begin = segment.offset & ~(kPage - 1);
    if (offset < begin || offset - begin >= segment.offset - begin + segment.file_bytes) continue;
    return start - offset + segment.offset - segment.address;
  }
  return std::nullopt;
}

}  // namespace profiling::elf
