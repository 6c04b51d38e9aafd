#include "components/shared/kubernetes/reflector.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

namespace components::kubernetes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr io::RetryLimits kRetry{milliseconds(800), milliseconds(30'000)};
/// Of a list. The cache of the server ignores it, but then answers at once.
constexpr int kPageItems = 500;
constexpr milliseconds kHeadTimeout{30'000};
/// A list that is silent for so long has failed.
constexpr seconds kListSilence{60};
/// A watch is asked to end after this time or up to twice of it, so that not all end together.
constexpr int kWatchSeconds = 300;
/// A server that does not end it by itself is gone.
constexpr seconds kWatchOverdue{30};
/// The first one after a failure ends soon: that is how a quiet one shows that it works again.
constexpr int kTrialSeconds = 5;
/// A watch that lasted so long has worked.
constexpr seconds kWorked{10};
constexpr seconds kRetryAfterMax{60};

constexpr std::string_view kSilent = "timeout";

seconds retry_after(const io::http::Response& answer) {
  const std::string_view text = io::http::find(answer.headers, "Retry-After");
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::clamp(seconds(value), seconds(0), kRetryAfterMax);
}

std::string refusal_text(const io::http::Response& answer) {
  JsonCursor in(answer.body);
  Status status;
  if (read(in, status) && !status.message.empty())
    return fmt::format("HTTP {}: {}", answer.status, status.message);
  if (answer.status == 404)
    return "HTTP 404: the server has no such resource; its definition (CRD) is not installed";
  return fmt::format("HTTP {}", answer.status);
}

struct ListEnvelope {
  std::string version;
  std::string continue_;
};

bool read_envelope(const std::string& text, ListEnvelope& out) {
  JsonCursor in(text);
  return read_fields(in,
                     [&](std::string_view field) {
                       if (field != "metadata") return in.skip_value();
                       return read_fields(in, [&](std::string_view inner) {
                         if (inner == "resourceVersion") return read_text(in, out.version);
                         if (inner == "continue") return read_text(in, out.continue_);
                         return in.skip_value();
                       });
                     }) &&
         !out.version.empty();
}

/// {"type": "ADDED", "object": {...}}
struct WatchEvent {
  std::string type;
  bool has_object = false;
  std::string version;  ///< that the watch has come to
  Status error;
};

bool read_event(JsonCursor& in, ObjectSink& sink, WatchEvent& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "type") return read_text(in, out.type);
    if (field != "object" || out.type.empty()) return in.skip_value();
    out.has_object = true;
    if (out.type == "ERROR") return read(in, out.error);
    if (out.type != "BOOKMARK") return sink.apply(in, out.type == "DELETED", out.version);
    Namespace any;
    if (!read(in, any)) return false;
    if (!any.meta.resource_version.empty()) out.version = std::move(any.meta.resource_version);
    return true;
  });
}

int watch_seconds() {
  thread_local std::mt19937 random{std::random_device{}()};
  return std::uniform_int_distribution<int>(kWatchSeconds, 2 * kWatchSeconds)(random);
}

}  // namespace

std::string Query::target() const {
  std::string out = group;
  if (!namespace_.empty()) out += "/namespaces/" + io::http::percent_encoded(namespace_);
  out += "/" + resource + "?";
  if (!label_selector.empty())
    out += "labelSelector=" + io::http::percent_encoded(label_selector) + "&";
  if (!field_selector.empty())
    out += "fieldSelector=" + io::http::percent_encoded(field_selector) + "&";
  return out;
}

std::string Query::text() const {
  return namespace_.empty() ? resource : resource + " in namespace " + namespace_;
}

Reflector::Reflector(io::Loop& loop, const Connection& connection, Query query, ObjectSink& sink)
    : query_(std::move(query)),
      path_(connection.server.target + query_.target()),
      client_(loop, connection.server, connection.http),
      sink_(sink),
      backoff_(kRetry, std::random_device{}()),
      retry_(loop),
      silence_(loop) {}

void Reflector::start() {
  base::Lock lock(mutex_);
  if (!is_stopped_) list();
}

void Reflector::stop() {
  std::shared_ptr<io::http::AsyncCall> call;  // It owns this, as this owns it.
  {
    base::Lock lock(mutex_);
    is_stopped_ = true;
    retry_.cancel();
    silence_.cancel();
    call.swap(call_);
  }
  if (call) call->cancel();
}

Reflector::State Reflector::state() const {
  base::Lock lock(mutex_);
  return state_;
}

void Reflector::list() {
  list_ = {};
  std::string target = path_ + fmt::format("limit={}", kPageItems);
  if (!continue_.empty())
    target += "&continue=" + io::http::percent_encoded(continue_);
  else
    sink_.begin_list();
  // Of the cache any state will do at first: it costs the server nothing. After a 410 it must be
  // the newest.
  if (continue_.empty() && is_any_version_) target += "&resourceVersion=0";
  deadline_ = Clock::now() + kListSilence;
  ask(Doing::list, target);
}

void Reflector::watch() {
  lines_ = {};
  error_ = {};
  const int limit = state_.problem.empty() ? watch_seconds() : kTrialSeconds;
  deadline_ = Clock::now() + seconds(limit) + kWatchOverdue;
  ask(Doing::watch, path_ + fmt::format("watch=1&allowWatchBookmarks=true&resourceVersion={}"
                                        "&timeoutSeconds={}",
                                        io::http::percent_encoded(version_), limit));
}

void Reflector::ask(Doing doing, const std::string& target) {
  doing_ = doing;
  malformed_.clear();
  got_data_ = false;
  began_ = Clock::now();
  call_ = client_.stream(
      {"GET", target, {{"Accept", "application/json"}}, {}}, kHeadTimeout,
      [self = shared_from_this()](std::string_view piece) { return self->on_data(piece); },
      [self = shared_from_this()](const base::Result<io::http::Response>& answer) {
        self->on_end(answer);
      });
  watch_for_silence();
}

/// A connection whose other end vanished says nothing: the deadline ends it.
void Reflector::watch_for_silence() {
  silence_.set(deadline_, [self = shared_from_this()] {
    base::Lock lock(self->mutex_);
    if (self->is_stopped_ || !self->call_) return;
    if (Clock::now() < self->deadline_) return self->watch_for_silence();
    self->malformed_ = kSilent;
    self->call_->cancel();  // Its end comes from the loop.
  });
}

bool Reflector::on_data(std::string_view piece) {
  base::Lock lock(mutex_);
  if (is_stopped_) return false;
  got_data_ = true;
  if (doing_ == Doing::watch) {
    const bool is_read = lines_.feed(
        piece, [this](std::string_view line) REQUIRES_LOCK(mutex_) { return on_event(line); });
    if (!is_read && malformed_.empty() && error_.code == 0) malformed_ = "an event is too large";
    return is_read;
  }
  deadline_ = Clock::now() + kListSilence;
  const bool is_read = list_.feed(piece, [this](std::string_view item) REQUIRES_LOCK(mutex_) {
    JsonCursor in(item);
    if (sink_.list(in)) return true;
    malformed_ = "a malformed object: " + in.problem();
    return false;
  });
  if (!is_read && malformed_.empty()) malformed_ = "the answer is not a list, or too large";
  return is_read;
}

bool Reflector::on_event(std::string_view line) {
  WatchEvent event;
  event.version = version_;
  JsonCursor in(line);
  bool is_read = read_event(in, sink_, event);
  if (is_read && !event.has_object && !event.type.empty()) {  // The type came behind the object.
    JsonCursor second(line);
    is_read = read_event(second, sink_, event);
  }
  version_ = std::move(event.version);
  error_ = std::move(event.error);
  if (!is_read) malformed_ = "a malformed event: " + in.problem();
  if (error_.code == 0 && event.type == "ERROR") error_.code = 500;
  return is_read && error_.code == 0;
}

void Reflector::on_end(const base::Result<io::http::Response>& answer) {
  base::Lock lock(mutex_);
  call_ = nullptr;
  if (is_stopped_) return;
  silence_.cancel();
  if (!malformed_.empty()) {
    if (malformed_ != kSilent) version_.clear();  // Asking for it again would give it again.
    return fail(malformed_);
  }
  if (answer && !answer->ok()) return on_refusal(*answer);
  was_refused_login_ = false;
  if (doing_ == Doing::list) return answer ? on_listed() : fail(answer.error().message);
  if (got_data_ || Clock::now() - began_ > kWorked) backoff_.reset();
  if (error_.code == 410) return start_over();
  if (error_.code != 0) {
    // The version may be what it dislikes.
    is_any_version_ = false;
    version_.clear();
    return fail(error_.message);
  }
  if (!answer) return fail(answer.error().message);
  set_problem("");
  // A server that ends a watch at once is not to be asked without a pause.
  if (got_data_ || Clock::now() - began_ > seconds(1)) return watch();
  again();
}

void Reflector::on_listed() {
  ListEnvelope envelope;
  if (!read_envelope(list_.envelope(), envelope)) return fail("the answer is not a list");
  continue_ = std::move(envelope.continue_);
  if (!continue_.empty()) return list();
  version_ = std::move(envelope.version);
  list_ = {};
  sink_.end_list();
  const bool is_first = !std::exchange(state_.is_synced, true);
  set_problem("");
  if (is_first) sink_.on_problem();
  watch();
}

void Reflector::on_refusal(const io::http::Response& answer) {
  if (answer.status == 410) return start_over();
  // The token may have been replaced just now; each request reads it anew.
  if (answer.status == 401 && !std::exchange(was_refused_login_, true)) {
    if (doing_ == Doing::list) return list();
    return watch();
  }
  fail(refusal_text(answer), retry_after(answer));
}

/// The server has forgotten the version: no fault, but all must be listed again.
void Reflector::start_over() {
  is_any_version_ = false;
  continue_.clear();
  version_.clear();
  again();
}

void Reflector::fail(const std::string& message, seconds at_least) {
  ++state_.failures;
  set_problem(
      fmt::format("{} {}: {}", doing_ == Doing::list ? "list" : "watch", query_.text(), message));
  continue_.clear();
  const auto pause = std::max<milliseconds>(backoff_.next(), at_least);
  retry_.set(Clock::now() + pause, [self = shared_from_this()] {
    base::Lock lock(self->mutex_);
    if (!self->is_stopped_) self->version_.empty() ? self->list() : self->watch();
  });
}

/// After what is no failure.
void Reflector::again() {
  retry_.set(Clock::now() + backoff_.next(), [self = shared_from_this()] {
    base::Lock lock(self->mutex_);
    if (!self->is_stopped_) self->version_.empty() ? self->list() : self->watch();
  });
}

void Reflector::set_problem(std::string problem) {
  if (std::exchange(state_.problem, std::move(problem)) != state_.problem) sink_.on_problem();
}

}  // namespace components::kubernetes
