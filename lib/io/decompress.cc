#include "io/decompress.h"

#include <bzlib.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <utility>

namespace io {
namespace {

/// Hands out the compressed bytes of a file piece by piece.
class Input {
 public:
  Input(base::Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  /// The next piece; empty at the end.
  base::Result<std::span<char>> next() {
    const ssize_t got = ::read(file_.get(), bytes_.data(), bytes_.size());
    if (got < 0) return base::fail_errno(path_, errno);
    return std::span(bytes_.data(), static_cast<size_t>(got));
  }
  tl::unexpected<base::Error> damaged(const char* how) const {
    return base::fail("{}: {}", path_, how);
  }

 private:
  base::Descriptor file_;
  std::string path_;
  std::array<char, 64 << 10> bytes_;
};

/// What a library says after one step.
enum class Said { more, member_ended, damaged };

/// The loop that both libraries share; `Codec` has begin(), step(), in() and avail_in/avail_out.
template <class Codec>
class Reader final : public Decompressor {
 public:
  explicit Reader(Input input) : input_(std::move(input)) {}

  base::Result<size_t> read(std::span<char> out) override {
    codec_.set_output(out);
    is_incomplete_ = false;
    while (codec_.output_left() > 0) {
      if (codec_.input_left() == 0 && !input_ended_) {
        auto piece = input_.next();
        if (!piece) return tl::unexpected(piece.error());
        input_ended_ = piece->empty();
        codec_.set_input(*piece);
      }
      if (codec_.input_left() == 0 && input_ended_ && !in_member_) break;
      const size_t before = codec_.output_left();
      if (!std::exchange(in_member_, true)) codec_.begin();
      const Said said = codec_.step();
      if (said == Said::member_ended) in_member_ = false;
      const bool stuck =
          codec_.input_left() == 0 && input_ended_ && in_member_ && codec_.output_left() == before;
      if (said == Said::more && !stuck) continue;
      if (said == Said::member_ended) continue;
      if (codec_.output_left() < out.size()) break;  // First what was good.
      is_incomplete_ = stuck;
      if (stuck) input_ended_ = false;
      return input_.damaged(stuck ? "ends in the middle" : "damaged compressed content");
    }
    return out.size() - codec_.output_left();
  }

  bool is_incomplete() const override { return is_incomplete_; }

 private:
  Input input_;
  Codec codec_;
  bool in_member_ = false;
  bool input_ended_ = false;
  bool is_incomplete_ = false;
};

class Zlib {
 public:
  Zlib() = default;
  ~Zlib() { ::inflateEnd(&state_); }
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;

  void begin() {
    constexpr int kAnyWindowAndWrapper = 15 + 32;
    if (std::exchange(begun_, true))
      ::inflateReset(&state_);
    else
      ::inflateInit2(&state_, kAnyWindowAndWrapper);
  }
  Said step() {
    const int code = ::inflate(&state_, Z_NO_FLUSH);
    if (code == Z_STREAM_END) return Said::member_ended;
    return code == Z_OK || code == Z_BUF_ERROR ? Said::more : Said::damaged;
  }
  void set_input(std::span<char> bytes) {
    state_.next_in = reinterpret_cast<Bytef*>(bytes.data());
    state_.avail_in = static_cast<uInt>(bytes.size());
  }
  void set_output(std::span<char> bytes) {
    state_.next_out = reinterpret_cast<Bytef*>(bytes.data());
    state_.avail_out = static_cast<uInt>(bytes.size());
  }
  size_t input_left() const { return state_.avail_in; }
  size_t output_left() const { return state_.avail_out; }

 private:
  z_stream state_{};
  bool begun_ = false;
};

class Bzip2 {
 public:
  Bzip2() = default;
  ~Bzip2() { ::BZ2_bzDecompressEnd(&state_); }
  Bzip2(const Bzip2&) = delete;
  Bzip2& operator=(const Bzip2&) = delete;

  void begin() {
    if (std::exchange(begun_, true)) ::BZ2_bzDecompressEnd(&state_);
    ::BZ2_bzDecompressInit(&state_, 0, 0);
  }
  Said step() {
    const int code = ::BZ2_bzDecompress(&state_);
    if (code == BZ_STREAM_END) return Said::member_ended;
    return code == BZ_OK ? Said::more : Said::damaged;
  }
  void set_input(std::span<char> bytes) {
    state_.next_in = bytes.data();
    state_.avail_in = static_cast<unsigned>(bytes.size());
  }
  void set_output(std::span<char> bytes) {
    state_.next_out = bytes.data();
    state_.avail_out = static_cast<unsigned>(bytes.size());
  }
  size_t input_left() const { return state_.avail_in; }
  size_t output_left() const { return state_.avail_out; }

 private:
  bz_stream state_{};
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> Decompressor::of(base::Descriptor file, std::string name,
                                               Format format) {
  Input input(std::move(file), std::move(name));
  if (format == Format::bzip2) return std::make_unique<Reader<Bzip2>>(std::move(input));
  return std::make_unique<Reader<Zlib>>(std::move(input));
}

}  // namespace io
