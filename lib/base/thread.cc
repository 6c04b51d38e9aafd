#include "base/thread.h"

#include <atomic>
#include <cerrno>
#include <limits>
#include <memory>
#include <string>

namespace base {
namespace {

constexpr int kUnlimited = std::numeric_limits<int>::max();
std::atomic<int> allowed_threads{kUnlimited};

struct ThreadStart {
  std::string name;
  std::function<void(std::stop_token)> run;
  std::stop_token stop;
};

void* run_thread(void* argument) {
  const std::unique_ptr<ThreadStart> start(static_cast<ThreadStart*>(argument));
  // By itself, so that the name is there before anything runs.
  ::pthread_setname_np(::pthread_self(), start->name.c_str());
  start->run(std::move(start->stop));
  return nullptr;
}

}  // namespace

Result<Thread> Thread::start_with_token(std::string_view name, Run run) {
  constexpr size_t kNameBytesMax = 15;  // The kernel's bound, without the closing NUL.
  Thread thread;
  thread.stop_ = std::stop_source();
  auto start = std::make_unique<ThreadStart>(ThreadStart{std::string(name.substr(0, kNameBytesMax)),
                                                         std::move(run), thread.stop_.get_token()});
  const bool is_short = allowed_threads != kUnlimited && allowed_threads.fetch_sub(1) <= 0;
  const int code =
      is_short ? EAGAIN : ::pthread_create(&thread.id_, nullptr, run_thread, start.get());
  if (code != 0) return fail_errno(fmt::format("cannot start thread {}", name), code);
  static_cast<void>(start.release());  // The thread owns it now.
  thread.joinable_ = true;
  return thread;
}

Thread::Thread(Thread&& other) noexcept
    : id_(other.id_),
      joinable_(std::exchange(other.joinable_, false)),
      stop_(std::exchange(other.stop_, std::stop_source(std::nostopstate))) {}

Thread& Thread::operator=(Thread&& other) noexcept {
  request_stop();
  join();
  id_ = other.id_;
  joinable_ = std::exchange(other.joinable_, false);
  stop_ = std::exchange(other.stop_, std::stop_source(std::nostopstate));
  return *this;
}

Thread::~Thread() {
  request_stop();
  join();
}

void Thread::join() {
  if (std::exchange(joinable_, false)) ::pthread_join(id_, nullptr);
}

void Thread::detach() {
  if (std::exchange(joinable_, false)) ::pthread_detach(id_);
  stop_ = std::stop_source(std::nostopstate);
}

ThreadShortage::ThreadShortage(int allowed) {
  allowed_threads = allowed;
}

ThreadShortage::~ThreadShortage() {
  allowed_threads = kUnlimited;
}

}  // namespace base
