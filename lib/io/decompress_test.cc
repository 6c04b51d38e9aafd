#include "io/decompress.h"

#include <bzlib.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <zlib.h>

#include <string>

#include "base/files.h"
#include "tests/support/folder.h"

namespace {

using io::Decompressor;

std::string gzipped(const std::string& text, int wrapper) {
  z_stream state{};
  REQUIRE(deflateInit2(&state, 6, Z_DEFLATED, 15 + wrapper, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&state, text.size()) + 32, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&state, Z_FINISH) == Z_STREAM_END);
  out.resize(state.total_out);
  deflateEnd(&state);
  return out;
}

std::string bzipped(const std::string& text) {
  std::string out(text.size() + text.size() / 100 + 700, '\0');
  auto size = static_cast<unsigned>(out.size());
  REQUIRE(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()),
                                   static_cast<unsigned>(text.size()), 9, 0, 0) == BZ_OK);
  out.resize(size);
  return out;
}

std::unique_ptr<Decompressor> open(const std::string& path, Decompressor::Format format) {
  base::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(file);
  return Decompressor::of(std::move(file), path, format);
}

/// All that can be read, in pieces of `step` bytes; `failed` when it ended with an error.
std::string content(const std::string& path, Decompressor::Format format, size_t step,
                    bool& failed) {
  const auto opened = open(path, format);
  std::string all, piece(step, '\0');
  while (true) {
    const auto got = opened->read({piece.data(), piece.size()});
    failed = !got;
    if (!got || *got == 0) return all;
    all.append(piece, 0, *got);
  }
}

}  // namespace

TEST_CASE("decompress: all formats, members joined, in pieces of any size") {
  const support::Folder folder;
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "line " + std::to_string(i) + "\n";
  const std::string gz = gzipped(text, 16), z = gzipped(text, 0), bz = bzipped(text);
  folder.write("a.gz", gz + gz);
  folder.write("a.z", z);
  folder.write("a.bz2", bz + bz);
  folder.write("empty", "");
  bool failed = false;
  for (const size_t step : {7, 4096, 1 << 20}) {
    CHECK(content(folder / "a.gz", Decompressor::Format::gzip_or_zlib, step, failed) ==
          text + text);
    CHECK(!failed);
    CHECK(content(folder / "a.z", Decompressor::Format::gzip_or_zlib, step, failed) == text);
    CHECK(!failed);
    CHECK(content(folder / "a.bz2", Decompressor::Format::bzip2, step, failed) == text + text);
    CHECK(!failed);
    CHECK(content(folder / "empty", Decompressor::Format::bzip2, step, failed).empty());
    CHECK(!failed);
  }
}

TEST_CASE("decompress: damaged and cut content is an error, after what is good of it") {
  const support::Folder folder;
  const std::string text(100000, 'x');
  for (const bool bzip : {false, true}) {
    const auto format = bzip ? Decompressor::Format::bzip2 : Decompressor::Format::gzip_or_zlib;
    const std::string whole = bzip ? bzipped(text) : gzipped(text, 16);
    for (size_t size = 1; size < whole.size(); ++size) {
      folder.write("cut", whole.substr(0, size));
      bool failed = false;
      const std::string got = content(folder / "cut", format, 5000, failed);
      CAPTURE(size);
      CHECK(failed);
      CHECK(text.starts_with(got));
    }
    folder.write("garbage", "this is no archive");
    bool failed = false;
    content(folder / "garbage", format, 100, failed);
    CHECK(failed);
  }
}

TEST_CASE("decompress: a file that grows is read on from where it ended") {
  const support::Folder folder;
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "line " + std::to_string(i * 7919 % 20011) + "\n";
  for (const auto format : {Decompressor::Format::gzip_or_zlib, Decompressor::Format::bzip2}) {
    const std::string whole =
        format == Decompressor::Format::bzip2 ? bzipped(text) : gzipped(text, 16);
    folder.write("a", "");
    std::string all, piece(10000, '\0');
    const auto opened = open(folder / "a", format);
    for (size_t at = 0; at < whole.size(); at += whole.size() / 7) {
      folder.append("a", whole.substr(at, whole.size() / 7));
      while (true) {
        const auto got = opened->read({piece.data(), piece.size()});
        if (!got) CHECK(opened->is_incomplete());
        if (!got || *got == 0) break;
        all.append(piece, 0, *got);
      }
    }
    CHECK(all == text);
    CHECK_FALSE(opened->is_incomplete());
  }
}
