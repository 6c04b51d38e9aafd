#include <cstdint>
#include <string_view>

#include "base/cgroup.h"
#include "base/ensure.h"
#include "base/text.h"
#include "profiling/names.h"
#include "profiling/process/maps.h"

/// Texts that processes have a say in: maps, cgroups, perf maps, and names of functions.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace profiling;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto maps = process::parse_maps(text);
  for (size_t i = 1; i < maps.size(); ++i) ENSURE(maps[i - 1].end <= maps[i].begin);
  base::container_id(text);
  base::systemd_unit(text);
  for (const auto& function : process::parse_perf_map(text)) ENSURE(function.begin <= function.end);
  process::parse_kallsyms(text).find(1);
  for (const auto how : {Demangle::simplified, Demangle::templates, Demangle::full})
    ENSURE(base::is_utf8(printable(demangle(text, how))));
  simplify(text, true);
  demangle_rust(text);
  return 0;
}
