#include <cstdint>
#include <string_view>

#include "profiling/elf/eh_frame.h"
#include "profiling/sampler/record.h"
#include "profiling/unwind.h"

namespace {

/// All memory is code whose rows are the input.
class Everywhere final : public profiling::CodeMap {
 public:
  explicit Everywhere(std::string_view section)
      : table_(profiling::elf::UnwindTable::compile(section, 0)),
        region_{0, UINT64_MAX, 0, &table_} {}
  const profiling::CodeRegion* find(uint64_t) override { return &region_; }

 private:
  profiling::elf::UnwindTable table_;
  profiling::CodeRegion region_;
};

}  // namespace

/// A record of the kernel's, with the stack of a process that means ill.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace profiling;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  sampler::time_of(bytes);
  const auto record = sampler::decode(bytes);
  const auto* sample = record ? std::get_if<sampler::Sample>(&*record) : nullptr;
  if (sample == nullptr) return 0;
  Everywhere code(sample->stack);
  std::vector<uint64_t> addresses;
  unwind(sample->registers, {sample->registers.stack_pointer, sample->stack}, sample->is_stack_cut,
         code, addresses);
  return 0;
}
