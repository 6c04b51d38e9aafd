#include "io/segment_log/segment_reader.h"

#include <algorithm>
#include <cerrno>

namespace io::segment_log {

void SegmentReader::go_on_at(uint64_t at, uint64_t sequence) {
  if (sequence <= expected_) return;
  at_ = at;
  expected_ = sequence;
}

SegmentReader::Step SegmentReader::next(Extent extent, Record& record) {
  readable_ = extent.bytes;
  if (at_ >= extent.bytes) return {};
  // As many records as could stand in the bytes that are left.
  const uint64_t possible = (extent.bytes - at_) / kRecordHeaderBytes + 1;
  const uint64_t sequence_end =
      extent.end - expected_ < possible ? extent.end : expected_ + possible;
  candidates_ = 0;
  Try result = try_record(at_, extent.bytes, sequence_end, record);
  if (result == Try::bad) result = find_record(extent.bytes, sequence_end, record);
  if (result == Try::failed) return {Status::failed, 0, 0, error_};
  if (result == Try::bad) {
    const Step step{Status::end, extent.end - std::min(expected_, extent.end), extent.bytes - at_};
    at_ = extent.bytes;
    expected_ = extent.end;
    return step;
  }
  const Step step{Status::record, record.sequence - expected_};
  expected_ = record.sequence + 1;
  at_ += kRecordHeaderBytes + record.bytes.size();
  return step;
}

SegmentReader::Try SegmentReader::find_record(uint64_t end, uint64_t sequence_end, Record& record) {
  for (uint64_t at = at_ + 1; at + kRecordHeaderBytes < end; ++at) {
    const Try result = try_record(at, end, sequence_end, record);
    if (result == Try::whole) at_ = at;
    if (result != Try::bad) return result;
    if (candidates_ > kCandidatesMax) break;
  }
  return Try::bad;
}

SegmentReader::Try SegmentReader::try_record(uint64_t at, uint64_t end, uint64_t sequence_end,
                                             Record& record) {
  if (end - at <= kRecordHeaderBytes) return Try::bad;
  const std::string_view bytes = fetch(at, kRecordHeaderBytes);
  if (bytes.size() < kRecordHeaderBytes) return Try::failed;
  const auto header = RecordHeader::parse(bytes);
  if (header.sequence < expected_ || header.sequence >= sequence_end || header.length == 0 ||
      header.length > end - at - kRecordHeaderBytes)
    return Try::bad;
  ++candidates_;
  record.sequence = header.sequence;
  record.items = header.items;
  const uint64_t begin = at + kRecordHeaderBytes;
  if (header.length <= kWindowBytes) {
    const std::string_view body = fetch(begin, header.length);
    if (body.size() < header.length) return Try::failed;
    record.bytes.assign(body);
  } else {
    record.bytes.resize(header.length);
    if (!read(begin, record.bytes.data(), record.bytes.size())) return Try::failed;
  }
  return header.fits(record.bytes) ? Try::whole : Try::bad;
}

std::string_view SegmentReader::fetch(uint64_t at, size_t size) {
  const bool is_there = at >= window_at_ && at + size <= window_at_ + window_.size();
  if (!is_there) {
    const auto bytes = static_cast<size_t>(std::min<uint64_t>(kWindowBytes, readable_ - at));
    window_.resize(bytes);
    window_at_ = at;
    if (!read(at, window_.data(), bytes)) {
      window_.clear();
      return {};
    }
  }
  return std::string_view(window_).substr(static_cast<size_t>(at - window_at_), size);
}

bool SegmentReader::read(uint64_t at, char* to, size_t size) {
  while (size > 0) {
    const ssize_t n = disk_.pread(fd_.get(), to, size, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      // A file that is shorter than it was has lost what stood there.
      error_ = n < 0 ? errno : EIO;
      return false;
    }
    to += n;
    at += static_cast<uint64_t>(n);
    size -= static_cast<size_t>(n);
  }
  return true;
}

}  // namespace io::segment_log
