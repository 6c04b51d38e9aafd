#include "io/dns.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <netdb.h>

#include <array>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace io {

namespace asio = boost::asio;
using Records = std::vector<DnsRecord>;

namespace {

/// For the first answer of a server; it doubles with each of kTries.
constexpr int kTimeoutMs = 2000;
constexpr int kTries = 3;

int code_of(DnsType type) {
  switch (type) {
    case DnsType::a:
      return ns_t_a;
    case DnsType::aaaa:
      return ns_t_aaaa;
    case DnsType::srv:
      return ns_t_srv;
    case DnsType::mx:
      return ns_t_mx;
    case DnsType::ns:
      break;
  }
  return ns_t_ns;
}

void add_addresses(const hostent& host, Records& records) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  for (char** address = host.h_addr_list; address != nullptr && *address != nullptr; ++address)
    if (ares_inet_ntop(host.h_addrtype, *address, text.data(), text.size()) != nullptr)
      records.push_back({text.data()});
}

/// Reads an answer; gives back ARES_SUCCESS or what is wrong with it.
int read_answer(DnsType type, const unsigned char* answer, int size, Records& records) {
  hostent* host = nullptr;
  ares_srv_reply* services = nullptr;
  ares_mx_reply* exchanges = nullptr;
  int status = ARES_SUCCESS;
  switch (type) {
    case DnsType::a:
      status = ares_parse_a_reply(answer, size, &host, nullptr, nullptr);
      break;
    case DnsType::aaaa:
      status = ares_parse_aaaa_reply(answer, size, &host, nullptr, nullptr);
      break;
    case DnsType::ns:
      status = ares_parse_ns_reply(answer, size, &host);
      break;
    case DnsType::srv:
      status = ares_parse_srv_reply(answer, size, &services);
      break;
    case DnsType::mx:
      status = ares_parse_mx_reply(answer, size, &exchanges);
      break;
  }
  for (const auto* one = services; one != nullptr; one = one->next)
    records.push_back({one->host, one->port});
  for (const auto* one = exchanges; one != nullptr; one = one->next) records.push_back({one->host});
  if (host != nullptr && type != DnsType::ns) add_addresses(*host, records);
  if (host != nullptr && type == DnsType::ns)
    for (char** name = host->h_aliases; name != nullptr && *name != nullptr; ++name)
      records.push_back({*name});
  if (host != nullptr) ares_free_hostent(host);
  if (services != nullptr) ares_free_data(services);
  if (exchanges != nullptr) ares_free_data(exchanges);
  return status;
}

/// A query by c-ares, whose sockets and times the loop waits for. All of it is on one strand.
class AresQuery final : public DnsQuery, public std::enable_shared_from_this<AresQuery> {
 public:
  AresQuery(Loop& loop, Question question, OnDone on_done)
      : strand_(asio::make_strand(loop.context())),
        timer_(strand_),
        question_(std::move(question)),
        on_done_(std::move(on_done)) {}
  ~AresQuery() override { close(); }
  AresQuery(const AresQuery&) = delete;
  AresQuery& operator=(const AresQuery&) = delete;

  void start() {
    asio::post(strand_, [self = shared_from_this()] { self->begin(); });
  }
  void cancel() override {
    asio::post(strand_, [self = shared_from_this()] { self->finish(base::fail("cancelled")); });
  }

 private:
  /// A socket of c-ares, which closes it.
  struct Watch {
    /// What cannot be watched is left to c-ares' times.
    explicit Watch(const asio::strand<asio::io_context::executor_type>& strand, int socket)
        : descriptor(strand) {
      boost::system::error_code ignored;
      descriptor.assign(socket, ignored);
    }
    ~Watch() { descriptor.release(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    asio::posix::stream_descriptor descriptor;
    bool reads = false, writes = false;  ///< what c-ares wants
    bool waits_to_read = false, waits_to_write = false;
  };

  void begin() {
    if (!on_done_) return;  // It was cancelled.
    static std::once_flag once;
    std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
    ares_options options{};
    options.timeout = kTimeoutMs;
    options.tries = kTries;
    options.sock_state_cb = [](void* data, ares_socket_t socket, int reads, int writes) {
      static_cast<AresQuery*>(data)->watch(socket, reads != 0, writes != 0);
    };
    options.sock_state_cb_data = this;
    int status = ares_init_options(&channel_, &options,
                                   ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) channel_ = nullptr;
    if (status == ARES_SUCCESS && !question_.servers.empty())
      status = ares_set_servers_ports_csv(channel_, question_.servers.c_str());
    if (status != ARES_SUCCESS) return finish(base::fail("{}", ares_strerror(status)));
    ares_search(
        channel_, question_.name.c_str(), ns_c_in, code_of(question_.type),
        [](void* data, int code, int, unsigned char* answer, int size) {
          static_cast<AresQuery*>(data)->on_answer(code, answer, size);
        },
        this);
    go_on();
  }

  /// From within c-ares: the channel must not be destroyed here.
  void on_answer(int status, const unsigned char* answer, int size) {
    Records records;
    if (status == ARES_SUCCESS) status = read_answer(question_.type, answer, size, records);
    if (status == ARES_ENOTFOUND || status == ARES_ENODATA) status = ARES_SUCCESS;
    result_ = status == ARES_SUCCESS ? base::Result<Records>(std::move(records))
                                     : base::fail("{}", ares_strerror(status));
  }

  /// From within c-ares.
  void watch(int socket, bool reads, bool writes) {
    if (!reads && !writes) {
      watches_.erase(socket);
      return;
    }
    auto& watch = watches_[socket];
    if (watch == nullptr) watch = std::make_shared<Watch>(strand_, socket);
    watch->reads = reads;
    watch->writes = writes;
  }

  /// Waits for what c-ares wants next, or ends.
  void go_on() {
    if (result_) return finish(std::move(*result_));
    for (auto& [socket, watch] : watches_) {
      if (watch->reads && !std::exchange(watch->waits_to_read, true)) wait(socket, watch, false);
      if (watch->writes && !std::exchange(watch->waits_to_write, true)) wait(socket, watch, true);
    }
    timeval longest{kTimeoutMs / 1000, 0}, left{};
    ares_timeout(channel_, &longest, &left);
    timer_.expires_after(std::chrono::seconds(left.tv_sec) +
                         std::chrono::microseconds(left.tv_usec));
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error || self->channel_ == nullptr) return;
      self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    });
  }

  void wait(int socket, const std::shared_ptr<Watch>& watch, bool writes) {
    const auto event = writes ? asio::posix::stream_descriptor::wait_write
                              : asio::posix::stream_descriptor::wait_read;
    watch->descriptor.async_wait(
        event, [self = shared_from_this(), socket, writes,
                watched = std::weak_ptr<Watch>(watch)](const boost::system::error_code& error) {
          {
            const auto same = watched.lock();
            if (error || same == nullptr || self->channel_ == nullptr) return;
            (writes ? same->waits_to_write : same->waits_to_read) = false;
          }  // It must not be held here: c-ares may close its socket.
          self->process(writes ? ARES_SOCKET_BAD : socket, writes ? socket : ARES_SOCKET_BAD);
        });
  }

  void process(ares_socket_t readable, ares_socket_t writable) {
    ares_process_fd(channel_, readable, writable);
    go_on();
  }

  void finish(base::Result<Records> result) {
    if (!on_done_) return;
    timer_.cancel();
    close();
    std::exchange(on_done_, nullptr)(std::move(result));
  }

  void close() {
    if (channel_ != nullptr) ares_destroy(std::exchange(channel_, nullptr));
    watches_.clear();
  }

  asio::strand<asio::io_context::executor_type> strand_;
  asio::steady_timer timer_;
  const Question question_;
  OnDone on_done_;
  ares_channel channel_ = nullptr;
  std::map<int, std::shared_ptr<Watch>> watches_;
  std::optional<base::Result<Records>> result_;
};

}  // namespace

std::shared_ptr<DnsQuery> DnsQuery::ask(Loop& loop, Question question, OnDone on_done) {
  auto query = std::make_shared<AresQuery>(loop, std::move(question), std::move(on_done));
  query->start();
  return query;
}

}  // namespace io
