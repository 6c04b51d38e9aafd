#include "io/tls/context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace io::tls {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&::BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&::X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;

/// Debian and Arch, RHEL and Fedora, SUSE, Alpine.
constexpr const char* kSystemCaFiles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

Bio memory(const std::string& text) {
  return {::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &::BIO_free};
}

int openssl_version(Version version) {
  switch (version) {
    case Version::tls10:
      return TLS1_VERSION;
    case Version::tls11:
      return TLS1_1_VERSION;
    case Version::tls12:
      return TLS1_2_VERSION;
    case Version::tls13:
      return TLS1_3_VERSION;
  }
  return TLS1_2_VERSION;
}

/// The certificates that the system trusts. OpenSSL is linked statically and knows Debian's place
/// only; SSL_CERT_FILE and SSL_CERT_DIR say where else, and come first.
void trust_system(SSL_CTX* context) {
  ::SSL_CTX_set_default_verify_paths(context);
  if (std::getenv(::X509_get_default_cert_file_env()) != nullptr) return;
  for (const char* file : kSystemCaFiles)
    if (::access(file, R_OK) == 0 && ::SSL_CTX_load_verify_locations(context, file, nullptr) == 1)
      break;
  ::ERR_clear_error();
}

base::Result<void> trust(SSL_CTX* context, const Options& options) {
  if (!options.ca_file.empty()) {
    if (::SSL_CTX_load_verify_locations(context, options.ca_file.c_str(), nullptr) != 1)
      return openssl_error("ca_file " + options.ca_file);
  } else if (!options.ca_pem.empty()) {
    const Bio text = memory(options.ca_pem);
    int count = 0;
    while (const Certificate ca{::PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr),
                                &::X509_free}) {
      ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(context), ca.get());
      ++count;
    }
    if (count == 0) return openssl_error("ca_pem");
    ::ERR_clear_error();  // Reading ends with "no start line".
  } else {
    trust_system(context);
  }
  return {};
}

base::Result<void> use_certificate(SSL_CTX* context, const Options& options) {
  if (!options.cert_file.empty()) {
    if (::SSL_CTX_use_certificate_chain_file(context, options.cert_file.c_str()) != 1)
      return openssl_error("cert_file " + options.cert_file);
    return {};
  }
  const Bio text = memory(options.cert_pem);
  const Certificate own{::PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), &::X509_free};
  if (!own || ::SSL_CTX_use_certificate(context, own.get()) != 1) return openssl_error("cert_pem");
  while (X509* issuer = ::PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr))
    if (::SSL_CTX_add0_chain_cert(context, issuer) != 1) ::X509_free(issuer);
  ::ERR_clear_error();
  return {};
}

base::Result<void> use_key(SSL_CTX* context, const Options& options) {
  if (!options.key_file.empty()) {
    if (::SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
      return openssl_error("key_file " + options.key_file);
    return {};
  }
  const Bio text = memory(options.key_pem.reveal());
  const Key key{::PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr), &::EVP_PKEY_free};
  if (!key || ::SSL_CTX_use_PrivateKey(context, key.get()) != 1) return openssl_error("key_pem");
  return {};
}

// A socket BIO of our own: OpenSSL's writes with write(2), which raises SIGPIPE.

int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<intptr_t>(::BIO_get_data(bio)));
}

int bio_write(BIO* bio, const char* data, int size) {
  ::BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(socket_of(bio), data, static_cast<size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) ::BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* data, int size) {
  ::BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(socket_of(bio), data, static_cast<size_t>(size), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) ::BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    ::BIO_meth_set_write(made, bio_write);
    ::BIO_meth_set_read(made, bio_read);
    ::BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

bool is_address(const std::string& name) {
  in6_addr parsed{};
  return ::inet_pton(AF_INET, name.c_str(), &parsed) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), &parsed) == 1;
}

}  // namespace

tl::unexpected<base::Error> openssl_error(std::string_view what) {
  const unsigned long code = ::ERR_get_error();
  const char* reason = code != 0 ? ::ERR_reason_error_string(code) : nullptr;
  ::ERR_clear_error();
  return base::fail("{}: {}", what, reason != nullptr ? reason : "the peer broke off");
}

namespace {

base::Result<Context> new_context(const SSL_METHOD* method, const Options& options) {
  ::ERR_clear_error();
  Context context(::SSL_CTX_new(method));
  if (!context) return openssl_error("TLS");
  ::SSL_CTX_set_min_proto_version(context.get(), openssl_version(options.min_version));
  // Debian's default security level refuses TLS 1.0 and 1.1 even when they are asked for.
  if (options.min_version < Version::tls12) ::SSL_CTX_set_security_level(context.get(), 0);
  ::SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

base::Result<Session> new_session(SSL_CTX* context, int fd) {
  Session session(::SSL_new(context));
  BIO* bio = ::BIO_new(socket_method());
  if (!session || bio == nullptr) return openssl_error("TLS");
  // A BIO carries a pointer; this one stands for the descriptor.
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  ::BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
  ::BIO_set_init(bio, 1);
  ::SSL_set_bio(session.get(), bio, bio);
  return session;
}

base::Result<Context> new_client_context(const Options& options) {
  auto made = new_context(::TLS_client_method(), options);
  if (!made) return made;
  Context context = std::move(*made);
  if (!options.insecure_skip_verify) {
    if (auto trusted = trust(context.get(), options); !trusted)
      return tl::unexpected(trusted.error());
    ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  if (!options.cert_file.empty() || !options.cert_pem.empty()) {
    if (auto used = use_certificate(context.get(), options); !used)
      return tl::unexpected(used.error());
    if (auto used = use_key(context.get(), options); !used) return tl::unexpected(used.error());
  }
  return context;
}

/// The last contexts of clients, so few that a list does.
class ContextCache {
 public:
  base::Result<Context> get(const Options& options) {
    const std::string stamp = file_stamp(options);
    base::Lock lock(mutex_);
    for (const Entry& entry : entries_)
      if (entry.stamp == stamp && entry.options == options) return shared(entry.context.get());
    auto made = new_client_context(options);
    if (!made) return made;
    std::erase_if(entries_, [&](const Entry& entry) { return entry.options == options; });
    if (entries_.size() == kEntriesMax) entries_.erase(entries_.begin());
    entries_.push_back({options, stamp, std::move(*made)});
    return shared(entries_.back().context.get());
  }

 private:
  static constexpr size_t kEntriesMax = 32;
  struct Entry {
    Options options;
    std::string stamp;
    Context context;
  };

  static Context shared(SSL_CTX* context) {
    ::SSL_CTX_up_ref(context);
    return Context(context);
  }

  base::Mutex mutex_;
  std::vector<Entry> entries_ GUARDED_BY(mutex_);
};

}  // namespace

std::string file_stamp(const Options& options) {
  std::string stamp;
  for (const std::string* file : {&options.ca_file, &options.cert_file, &options.key_file}) {
    struct stat found {};
    if (!file->empty()) ::stat(file->c_str(), &found);
    stamp += fmt::format("{}:{}.{}:{} ", found.st_ino, found.st_mtim.tv_sec, found.st_mtim.tv_nsec,
                         found.st_size);
  }
  return stamp;
}

base::Result<Context> client_context(const Options& options) {
  static ContextCache cache;
  return cache.get(options);
}

void expect_peer(SSL* session, const Options& options, const std::string& name) {
  const std::string& wanted = options.server_name.empty() ? name : options.server_name;
  if (is_address(wanted)) {
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session), wanted.c_str());
  } else {
    ::SSL_set_tlsext_host_name(session, wanted.c_str());
    ::SSL_set1_host(session, wanted.c_str());
  }
}

base::Result<Session> client_session(SSL_CTX* context, const Options& options,
                                     const std::string& name, int fd) {
  auto made = new_session(context, fd);
  if (!made) return made;
  Session session = std::move(*made);
  ::SSL_set_connect_state(session.get());
  expect_peer(session.get(), options, name);
  return session;
}

base::Result<Context> server_context(const Options& options) {
  auto made = new_context(::TLS_server_method(), options);
  if (!made) return made;
  Context context = std::move(*made);
  if (auto used = use_certificate(context.get(), options); !used)
    return tl::unexpected(used.error());
  if (auto used = use_key(context.get(), options); !used) return tl::unexpected(used.error());
  if (options.ca_file.empty() && options.ca_pem.empty()) return context;
  if (auto trusted = trust(context.get(), options); !trusted)
    return tl::unexpected(trusted.error());
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

base::Result<Session> server_session(SSL_CTX* context, int fd) {
  auto session = new_session(context, fd);
  if (session) ::SSL_set_accept_state(session->get());
  return session;
}

}  // namespace io::tls
