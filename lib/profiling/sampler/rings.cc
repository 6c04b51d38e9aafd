#include "profiling/sampler/rings.h"

#include <linux/perf_event.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/files.h"
#include "profiling/privileges.h"
#include "profiling/sampler/record.h"

namespace profiling::sampler {
namespace {

constexpr const char* kOnlineCpus = "/sys/devices/system/cpu/online";
constexpr size_t kPageBytes = 4096;
/// Memory of all rings together where RLIMIT_MEMLOCK or CAP_IPC_LOCK permits it, and of one: 2 MiB
/// hold a second of a busy CPU at 97 Hz, for which this thread may have to wait on a loaded host.
constexpr size_t kAllRingsBytes = size_t{16} << 20;
constexpr size_t kPagesMax = 512;
/// With its control page what the kernel lets everybody lock for a CPU (perf_event_mlock_kb).
constexpr size_t kPages = 128;
/// A sample takes up to 18 KiB; a ring must hold some.
constexpr size_t kPagesMin = 32;
constexpr int kCpusMax = 4096;
constexpr uint16_t kKernelFramesMax = 127;
constexpr std::chrono::seconds kCpuLook{10};

// Bits of PERF_REG_X86_BP, _SP and _IP: decode() takes them in this order.
constexpr uint64_t kRegisters = 7U << 6;

perf_event_attr clock_attributes(int rate_hz) {
  perf_event_attr attr{};
  attr.size = sizeof attr;
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_CPU_CLOCK;
  attr.freq = 1;
  attr.sample_freq = static_cast<uint64_t>(rate_hz);
  attr.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN |
                     PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER;
  attr.sample_regs_user = kRegisters;
  attr.sample_stack_user = kStackBytes;
  attr.sample_max_stack = kKernelFramesMax;
  attr.exclude_callchain_user = 1;
  attr.exclude_idle = 1;
  attr.mmap = attr.mmap2 = attr.build_id = 1;
  attr.comm = attr.comm_exec = attr.task = 1;
  attr.sample_id_all = 1;
  attr.use_clockid = 1;
  attr.clockid = CLOCK_MONOTONIC;
  attr.watermark = 1;
  attr.wakeup_watermark = kPages * kPageBytes / 2;
  return attr;
}

int open_clock(const perf_event_attr& attr, int cpu) {
  perf_event_attr copy = attr;  // The kernel writes its own size there when it refuses ours.
  return static_cast<int>(::syscall(SYS_perf_event_open, &copy, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

uint64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace

std::vector<int> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    int first = 0;
    auto got = std::from_chars(at, end, first);
    if (got.ec != std::errc() || first < 0) break;
    int last = first;
    if (got.ptr < end && *got.ptr == '-') got = std::from_chars(got.ptr + 1, end, last);
    if (got.ec != std::errc() || last >= kCpusMax) break;
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
    if (cpus.size() > kCpusMax || got.ptr == end || *got.ptr != ',') break;
    at = got.ptr + 1;
  }
  return cpus;
}

bool is_readable(int fd) {
  pollfd polled{fd, POLLIN, 0};
  return ::poll(&polled, 1, 0) == 1;
}

base::Result<Ring> Ring::open(int cpu, int rate_hz, size_t cpus) {
  perf_event_attr attr = clock_attributes(rate_hz);
  Ring ring;
  ring.cpu_ = cpu;
  ring.fd_.reset(open_clock(attr, cpu));
  if (!ring.fd_ && errno == EINVAL) {
    attr.build_id = 0;  // Kernels before 5.12.
    ring.fd_.reset(open_clock(attr, cpu));
  }
  if (!ring.fd_ && errno == EOVERFLOW) {
    attr.sample_max_stack = 0;  // The host's own limit (kernel.perf_event_max_stack) is lower.
    ring.fd_.reset(open_clock(attr, cpu));
  }
  if (!ring.fd_) return base::fail_errno("perf_event_open", errno);
  base::Result<void> mapped;
  size_t pages = kPagesMax;
  while (pages > kPages && pages * kPageBytes * cpus > kAllRingsBytes) pages /= 2;
  for (; pages >= kPagesMin; pages /= 2)
    if ((mapped = ring.map(pages))) return ring;
  return tl::unexpected(mapped.error());
}

base::Result<void> Ring::map(size_t pages) {
  const size_t bytes = (pages + 1) * kPageBytes;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  if (memory == MAP_FAILED)
    return base::fail_errno("map the ring of perf events (kernel.perf_event_mlock_kb)", errno);
  memory_ = memory;
  mapped_bytes_ = bytes;
  data_ = static_cast<char*>(memory) + kPageBytes;
  data_bytes_ = pages * kPageBytes;
  return {};
}

Ring::Ring(Ring&& other) noexcept {
  *this = std::move(other);
}

Ring& Ring::operator=(Ring&& other) noexcept {
  unmap();
  fd_ = std::move(other.fd_);
  cpu_ = other.cpu_;
  memory_ = std::exchange(other.memory_, nullptr);
  mapped_bytes_ = other.mapped_bytes_;
  data_ = other.data_;
  data_bytes_ = other.data_bytes_;
  head_ = other.head_;
  tail_ = other.tail_;
  peeked_bytes_ = other.peeked_bytes_;
  wrapped_ = std::move(other.wrapped_);
  return *this;
}

Ring::~Ring() {
  unmap();
}

void Ring::unmap() {
  if (memory_ != nullptr) ::munmap(memory_, mapped_bytes_);
  memory_ = nullptr;
}

void Ring::update() {
  const auto* control = static_cast<const perf_event_mmap_page*>(memory_);
  head_ = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
}

std::string_view Ring::peek() {
  if (head_ - tail_ < sizeof(RecordHeader)) return {};
  // Records are multiples of 8 bytes: a header does not wrap.
  const uint64_t at = tail_ & (data_bytes_ - 1);
  RecordHeader header;
  std::memcpy(&header, data_ + at, sizeof header);
  peeked_bytes_ = header.size;
  if (header.size < sizeof header || header.size > head_ - tail_) {
    peeked_bytes_ = head_ - tail_;  // Never so by the kernel: give all of it back.
    return {};
  }
  if (at + header.size <= data_bytes_) return {data_ + at, header.size};
  const uint64_t first = data_bytes_ - at;
  wrapped_.assign(data_ + at, first);
  wrapped_.append(data_, header.size - first);
  return wrapped_;
}

void Ring::pop() {
  tail_ += peeked_bytes_;
  peeked_bytes_ = 0;
  auto* control = static_cast<perf_event_mmap_page*>(memory_);
  __atomic_store_n(&control->data_tail, tail_, __ATOMIC_RELEASE);
}

base::Result<Rings> Rings::open(int rate_hz) {
#if !defined(__x86_64__)
  return base::fail("CPU profiling is for x86-64 only: stacks of this architecture are not read");
#endif
  Rings rings(rate_hz);
  if (auto opened = rings.open_missing(); !opened) return tl::unexpected(opened.error());
  if (rings.rings_.empty()) return base::fail("{}: no CPU found", kOnlineCpus);
  return rings;
}

base::Result<void> Rings::open_missing() {
  next_look_ = std::chrono::steady_clock::now() + kCpuLook;
  const auto online = base::read_file(kOnlineCpus, 65536);
  if (!online) return tl::unexpected(online.error());
  const std::vector<int> cpus = parse_cpu_list(*online);
  std::erase_if(rings_, [&](const Ring& ring) {
    return std::find(cpus.begin(), cpus.end(), ring.cpu()) == cpus.end();
  });
  for (const int cpu : cpus) {
    const auto same = [&](const Ring& ring) { return ring.cpu() == cpu; };
    if (std::any_of(rings_.begin(), rings_.end(), same)) continue;
    auto ring = Ring::open(cpu, rate_hz_, cpus.size());
    if (!ring) return tl::unexpected(explain_refusal(ring.error()));
    rings_.push_back(std::move(*ring));
  }
  return {};
}

void Rings::wait(std::chrono::steady_clock::time_point deadline, int wake_fd) {
  std::vector<pollfd> polled{{wake_fd, POLLIN, 0}};
  for (const Ring& ring : rings_) polled.push_back({ring.fd(), POLLIN, 0});
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::min(deadline, next_look_) -
                                                                 std::chrono::steady_clock::now());
  const int ready = ::poll(polled.data(), polled.size(),
                           static_cast<int>(std::clamp<int64_t>(left.count(), 0, 1000)));
  if (ready <= 0) return;
  // The clock of a CPU that went offline hangs up for ever. If it is online again it gets a new
  // one.
  for (size_t i = polled.size() - 1; i > 0; --i)
    if ((polled[i].revents & (POLLHUP | POLLERR)) != 0) {
      rings_.erase(rings_.begin() + static_cast<std::ptrdiff_t>(i) - 1);
      next_look_ = {};
    }
}

void Rings::drain(const std::function<void(std::string_view)>& use) {
  // Records of this moment and before are all written; later ones of one CPU could overtake
  // earlier ones of another, so they wait.
  const uint64_t until = monotonic_ns();
  for (Ring& ring : rings_) ring.update();
  while (true) {
    Ring* oldest = nullptr;
    std::string_view record;
    uint64_t oldest_time = until;
    for (Ring& ring : rings_) {
      const std::string_view first = ring.peek();
      if (first.empty()) continue;
      const uint64_t time = time_of(first);
      if (time > oldest_time) continue;
      oldest = &ring;
      oldest_time = time;
      record = first;
    }
    if (oldest == nullptr) break;
    use(record);
    oldest->pop();
  }
  // CPUs are looked at again where nothing waits for the answer; what cannot be opened now may be
  // at the next look.
  if (std::chrono::steady_clock::now() >= next_look_) (void)open_missing();
}

}  // namespace profiling::sampler
