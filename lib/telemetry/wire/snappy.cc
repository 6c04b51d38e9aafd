#include "telemetry/wire/snappy.h"

#include <snappy.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "telemetry/wire/proto.h"
#include "telemetry/wire/snappy_encoder.h"

namespace telemetry::wire {
namespace {

/// A piece of this size is read where it lies: what copies can reach is within it.
constexpr size_t kLargePiece = size_t{64} << 10;

/// Puts neighbouring small pieces together, so that copies reach from one into the other.
std::vector<std::string_view> joined_small(std::span<const std::string_view> pieces,
                                           std::string& store) {
  size_t small = 0;
  for (const auto piece : pieces)
    if (piece.size() < kLargePiece) small += piece.size();
  store.reserve(small);  // The views below are into it.
  std::vector<std::string_view> inputs;
  size_t begin = 0;
  const auto end_of_run = [&] {
    if (begin < store.size()) inputs.push_back(std::string_view(store).substr(begin));
    begin = store.size();
  };
  for (const auto piece : pieces) {
    if (piece.size() < kLargePiece) {
      store += piece;
      continue;
    }
    end_of_run();
    inputs.push_back(piece);
  }
  end_of_run();
  return inputs;
}

}  // namespace

std::string compress_block(std::span<const std::string_view> pieces) {
  std::string store;
  const auto inputs = joined_small(pieces, store);
  size_t size = 0;
  for (const auto input : inputs) size += input.size();
  size_t room = varint_size(size);
  for (const auto input : inputs) room += snappy_room(input.size());
  // Not into the string: it would be filled with zeros first, and be larger than what it holds.
  const auto out = std::make_unique_for_overwrite<char[]>(room);
  char* to = put_varint(out.get(), size);
  for (const auto input : inputs) to = encode_snappy(input, to);
  return {out.get(), to};
}

base::Result<std::string> uncompress_block(std::string_view block, size_t bytes_max) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(block.data(), block.size(), &size))
    return base::fail("snappy: no length at the front");
  if (size > bytes_max)
    return base::fail("snappy: {} bytes, at most {} are taken", size, bytes_max);
  // The format cannot grow a block more than 64 bytes for 3, so a larger claim is a lie.
  if (size / 32 > block.size()) return base::fail("snappy: length {} is impossible", size);
  std::string out(size, '\0');
  if (!snappy::RawUncompress(block.data(), block.size(), out.data()))
    return base::fail("snappy: corrupt block of {} bytes", block.size());
  return out;
}

}  // namespace telemetry::wire
