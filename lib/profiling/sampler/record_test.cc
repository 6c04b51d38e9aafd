#include "profiling/sampler/record.h"

#include <doctest/doctest.h>
#include <linux/perf_event.h>

#include <string>

#include "profiling/sampler/rings.h"

namespace {

using namespace profiling::sampler;

template <class Number>
void put(std::string& out, Number value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A record as the kernel writes it: header, body, and {pid, tid, time} unless it is a sample.
std::string record_of(uint32_t type, uint16_t misc, std::string body) {
  if (type != PERF_RECORD_SAMPLE) {
    put<uint32_t>(body, 1);
    put<uint32_t>(body, 1);
    put<uint64_t>(body, 555);
  }
  std::string record;
  put<uint32_t>(record, type);
  put<uint16_t>(record, misc);
  put<uint16_t>(record, static_cast<uint16_t>(8 + body.size()));
  return record + body;
}

std::string sample_of(uint64_t abi, uint64_t used) {
  std::string body;
  put<uint32_t>(body, 7);
  put<uint32_t>(body, 8);
  put<uint64_t>(body, 99);
  put<uint64_t>(body, 2);
  put<uint64_t>(body, static_cast<uint64_t>(PERF_CONTEXT_KERNEL));
  put<uint64_t>(body, 0xffffffff81000000);
  put<uint64_t>(body, abi);
  if (abi != 0) {
    put<uint64_t>(body, 0x7000);  // bp
    put<uint64_t>(body, 0x6000);  // sp
    put<uint64_t>(body, 0x5000);  // ip
  }
  put<uint64_t>(body, abi != 0 ? 16 : 0);
  if (abi != 0) {
    body += "0123456789abcdef";
    put<uint64_t>(body, used);
  }
  return record_of(PERF_RECORD_SAMPLE, 0, body);
}

}  // namespace

TEST_CASE("records: a sample") {
  const std::string bytes = sample_of(2, 8);
  CHECK(time_of(bytes) == 99);
  const auto record = decode(bytes);
  REQUIRE(record);
  const auto& sample = std::get<Sample>(*record);
  CHECK(sample.pid == 7);
  CHECK(sample.tid == 8);
  REQUIRE(sample.chain.size() == 2);
  CHECK(sample.chain[1] == 0xffffffff81000000);
  CHECK(sample.has_user);
  CHECK(sample.registers.frame_pointer == 0x7000);
  CHECK(sample.registers.stack_pointer == 0x6000);
  CHECK(sample.registers.pc == 0x5000);
  CHECK(sample.stack == "01234567");
  CHECK(!sample.is_stack_cut);
  const std::string full = sample_of(2, 16);
  CHECK(std::get<Sample>(*decode(full)).is_stack_cut);
  const std::string kernel_thread = sample_of(0, 0);
  CHECK(!std::get<Sample>(*decode(kernel_thread)).has_user);
  const std::string old_process = sample_of(1, 8);
  CHECK(std::get<Sample>(*decode(old_process)).is_32_bit);
  CHECK(!std::get<Sample>(*decode(old_process)).has_user);
}

TEST_CASE("records: processes") {
  std::string body;
  put<uint32_t>(body, 7);
  put<uint32_t>(body, 7);
  const std::string comm = record_of(PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC,
                                     body + std::string("make\0\0\0\0", 8));
  const auto decoded = decode(comm);
  REQUIRE(decoded);
  CHECK(std::get<CommRecord>(*decoded).name == "make");
  CHECK(std::get<CommRecord>(*decoded).is_exec);
  CHECK(time_of(comm) == 555);

  std::string map = body;
  put<uint64_t>(map, 0x1000);
  put<uint64_t>(map, 0x2000);
  put<uint64_t>(map, 0x3000);
  map += std::string("\x03\0\0\0", 4) + "abc" + std::string(17, '\0');
  put<uint64_t>(map, 5);
  map += std::string("/bin/x\0\0", 8);
  const std::string with_id = record_of(PERF_RECORD_MMAP2, PERF_RECORD_MISC_MMAP_BUILD_ID, map);
  const auto mapped = decode(with_id);
  REQUIRE(mapped);
  CHECK(std::get<MapRecord>(*mapped).build_id == "abc");
  CHECK(std::get<MapRecord>(*mapped).path == "/bin/x");
  CHECK(std::get<MapRecord>(*mapped).offset == 0x3000);
  const std::string with_inode = record_of(PERF_RECORD_MMAP2, 0, map);
  CHECK(std::get<MapRecord>(*decode(with_inode)).build_id.empty());
}

TEST_CASE("records: every cut of one is refused or read within its bounds") {
  const std::string whole = sample_of(2, 16);
  for (size_t size = 0; size < whole.size(); ++size) {
    std::string cut = whole.substr(0, size);
    CHECK(!decode(cut));
    if (size < 8) continue;
    const auto claimed = static_cast<uint16_t>(size);
    std::memcpy(cut.data() + 6, &claimed, sizeof claimed);
    CHECK(!decode(cut));
    time_of(cut);
  }
}

TEST_CASE("rings: lists of CPUs") {
  CHECK(parse_cpu_list("0-3,7\n") == std::vector<int>{0, 1, 2, 3, 7});
  CHECK(parse_cpu_list("0") == std::vector<int>{0});
  CHECK(parse_cpu_list("").empty());
  CHECK(parse_cpu_list("x").empty());
  CHECK(parse_cpu_list("0-999999999").empty());
}
