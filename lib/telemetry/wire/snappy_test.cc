#include "telemetry/wire/snappy.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <snappy.h>

#include <cstring>
#include <random>
#include <vector>

#include "telemetry/wire/proto.h"

namespace telemetry::wire {
namespace {

std::string compressed(std::string_view content) {
  return compress_block({&content, 1});
}

/// Reads a block word for word as the format's description says, with every bound checked; stops at
/// what is not allowed.
std::string read_block(std::string_view block) {
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(block[i])); };
  size_t at = 0, size = 0;
  for (int shift = 0;; shift += 7) {
    size |= (byte(at) & 127) << shift;
    if (byte(at++) < 128) break;
  }
  std::string out;
  while (at < block.size()) {
    const size_t tag = byte(at++);
    size_t length = (tag >> 2) + 1;
    if ((tag & 3) == 0) {
      if (const size_t bytes = length > 60 ? length - 60 : 0; bytes > 0) {
        length = 1;
        for (size_t i = 0; i < bytes; ++i) length += byte(at++) << (8 * i);
      }
      if (length > block.size() - at) return "a literal ends behind the block";
      out += block.substr(at, length);
      at += length;
      continue;
    }
    size_t back = 0;
    if ((tag & 3) == 1) {
      length = (tag >> 2 & 7) + 4;
      back = (tag >> 5) << 8 | byte(at++);
    } else {
      back = byte(at) | byte(at + 1) << 8;
      at += 2;
    }
    if (back == 0 || back > out.size()) return "a copy of what is not there";
    for (size_t i = 0; i < length; ++i) out += out[out.size() - back];
  }
  return out.size() == size ? out : "not as long as it says";
}

/// Both readers see the content.
bool comes_back(std::string_view content) {
  const std::string block = compressed(content);
  std::string by_library;
  return snappy::Uncompress(block.data(), block.size(), &by_library) && by_library == content &&
         read_block(block) == content;
}

std::string random_bytes(size_t size, uint32_t seed, int letters = 256) {
  std::mt19937 random(seed);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random() % static_cast<uint32_t>(letters));
  return out;
}

std::string log_lines(int count) {
  std::mt19937 random(7);
  std::string out;
  for (int i = 0; i < count; ++i)
    out += fmt::format(
        "2026-11-21T00:{:02}:{:02}.{:06}Z {} [worker-{}] com.acme.{}.Pool trace_id={:016x} "
        "seq={:012} msg=\"{}\" user={} latency_ms={}\n",
        i / 60'000 % 60, i / 1000 % 60, random() % 1'000'000, i % 7 == 0 ? "WARN" : "INFO",
        random() % 20, i % 3 == 0 ? "db" : "http", random(), i,
        i % 5 == 0 ? "cache miss, loading from store" : "order accepted", random() % 200'000,
        random() % 1000);
  return out;
}

}  // namespace

TEST_CASE("snappy: what was compressed comes back, of every size up to a few lines") {
  const std::string lines = log_lines(8);
  const std::string noise = random_bytes(700, 1);
  const std::string few = random_bytes(700, 2, 3);
  for (size_t size = 0; size <= 700; ++size) {
    CAPTURE(size);
    CHECK(comes_back(std::string_view(lines).substr(0, size)));
    CHECK(comes_back(std::string_view(noise).substr(0, size)));
    CHECK(comes_back(std::string_view(few).substr(0, size)));
    CHECK(comes_back(std::string(size, 'a')));
  }
}

TEST_CASE("snappy: literals and copies of the sizes at which their encoding changes") {
  const std::string noise = random_bytes(17'000'000, 3);
  const std::string tail(400, 'z');
  for (const size_t size :
       {59, 60, 61, 64, 65, 255, 256, 257, 65'535, 65'536, 65'537, 16'777'216, 16'777'217}) {
    CAPTURE(size);
    CHECK(comes_back(noise.substr(0, size) + tail));
  }
  for (size_t size = 4; size <= 200; ++size)
    for (const size_t back : {300, 2047, 2048, 65'535}) {
      CAPTURE(size);
      CAPTURE(back);
      CHECK(comes_back(noise.substr(0, back) + noise.substr(0, size) + noise.substr(100'000, 200)));
    }
}

TEST_CASE("snappy: what is 64 KiB away or further is not referred to") {
  for (const size_t period : {65'535, 65'536, 65'537, 131'072}) {
    CAPTURE(period);
    const std::string part = random_bytes(period, 4);
    CHECK(comes_back(part + part + part));
  }
}

TEST_CASE("snappy: long texts of every kind") {
  std::string mixed;
  for (uint32_t i = 0; i < 40; ++i) {
    mixed += log_lines(40);
    mixed += random_bytes(1000 + i * 97, i, i % 2 == 0 ? 256 : 2);
    mixed += std::string(i * 31, '\0');
  }
  CHECK(comes_back(mixed));
  CHECK(comes_back(std::string(3 << 20, '\0')));
  CHECK(comes_back(random_bytes(1 << 20, 5)));
  CHECK(comes_back(log_lines(20'000)));
}

TEST_CASE("snappy: pieces come back as if they stood one after another") {
  const std::string lines = log_lines(2000);
  const auto part = [&](size_t from, size_t size) {
    return std::string_view(lines).substr(from, size);
  };
  for (const size_t first : {0, 1, 100, 65'535, 65'536, 100'000}) {
    CAPTURE(first);
    const std::string_view pieces[] = {"head",
                                       part(0, first),
                                       "",
                                       part(first, 50),
                                       part(first + 50, 70'000),
                                       part(first + 70'050, std::string_view::npos),
                                       "end"};
    CHECK(uncompress_block(compress_block(pieces), 1 << 20).value() == "head" + lines + "end");
  }
  CHECK(uncompress_block(compress_block({}), 0).value().empty());
}

TEST_CASE("snappy: lines get about as small as by libsnappy, and noise hardly grows") {
  const std::string lines = log_lines(6000);
  std::string theirs;
  snappy::Compress(lines.data(), lines.size(), &theirs);
  CHECK(compressed(lines).size() < theirs.size() * 105 / 100);
  CHECK(compressed(random_bytes(1 << 20, 6)).size() < (1 << 20) + 16);
}

}  // namespace telemetry::wire
