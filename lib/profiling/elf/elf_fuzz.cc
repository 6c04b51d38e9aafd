#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "profiling/elf/eh_frame.h"
#include "profiling/elf/image.h"

/// A file of whoever runs on the host: whatever is in it, reading it ends, and rows are in order.
/// The same bytes are also taken for an .eh_frame section.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace profiling::elf;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto check = [](const UnwindTable& table) {
    for (size_t i = 1; i < table.rows().size(); ++i)
      ENSURE(table.rows()[i - 1].pc <= table.rows()[i].pc);
    table.find(table.base() + 1);
  };
  check(UnwindTable::compile(text, 0x1000));
  const MemoryBytes bytes(text);
  if (const auto image = Image::read(bytes)) {
    image->bias(0x400000, 0x1000);
    check(UnwindTable::read(bytes, *image));
    std::vector<WantedName> wanted{{0, {}}, {0x1000, {}}, {0x401000, {}}, {UINT64_MAX, {}}};
    for (const std::string_view table : {".symtab", ".dynsym"})
      find_symbols(bytes, *image, table, wanted);
    find_go_functions(bytes, *image, wanted);
    for (const WantedName& one : wanted) ENSURE(one.name.size() <= kNameBytesMax);
  }
  return 0;
}
