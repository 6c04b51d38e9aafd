#include "components/shared/http_client/oauth2.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "components/shared/http_client/settings.h"
#include "io/http/client.h"

namespace components {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long before its end a token is replaced.
constexpr seconds kRenewEarly{10};
constexpr size_t kAnswerBytesMax = 1 << 20;
constexpr size_t kTextBytesShown = 300;

std::string member_text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Servers write it as a number, some as text.
seconds lifetime_of(const Json& object) {
  const auto found = object.find("expires_in");
  if (found == object.end()) return seconds(0);
  double value = 0;
  if (found->is_number()) {
    value = found->get<double>();
  } else if (found->is_string()) {
    const auto& text = found->get_ref<const std::string&>();
    std::from_chars(text.data(), text.data() + text.size(), value);
  }
  constexpr double kYear = 365.0 * 24 * 3600;
  return seconds(static_cast<int64_t>(std::clamp(value, 0.0, kYear)));
}

/// How the header names the type; the standard leaves its case open.
std::string scheme_of(const std::string& token_type) {
  std::string lower = token_type;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower.empty() || lower == "bearer" ? "Bearer" : token_type;
}

void add_to_form(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form += io::http::percent_encoded(name) + "=" + io::http::percent_encoded(value);
}

std::string form_of(const Oauth2Arguments& arguments) {
  std::string form;
  add_to_form(form, "grant_type", "client_credentials");
  std::string scopes;
  for (const std::string& scope : arguments.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  if (!scopes.empty()) add_to_form(form, "scope", scopes);
  for (const auto& [name, value] : arguments.endpoint_params) add_to_form(form, name, value);
  return form;
}

bool may_want_other_form(int status) {
  return status == 400 || status == 401;
}

}  // namespace

base::Result<Oauth2Grant> parse_grant(const io::http::Response& response) {
  const Json answer = Json::parse(response.body, nullptr, false);
  if (!response.ok()) {
    // RFC 6749, 5.2: what is wrong with the request.
    std::string reason = answer.is_object() ? member_text(answer, "error") : "";
    if (answer.is_object())
      if (const auto more = member_text(answer, "error_description"); !more.empty())
        reason += (reason.empty() ? "" : ": ") + more;
    return base::fail("HTTP {}{}{}", response.status, reason.empty() ? "" : ": ",
                      reason.substr(0, kTextBytesShown));
  }
  const std::string token = answer.is_object() ? member_text(answer, "access_token") : "";
  if (token.empty()) return base::fail("the answer holds no access_token");
  const milliseconds lifetime = lifetime_of(answer);
  return Oauth2Grant{scheme_of(member_text(answer, "token_type")) + " " + token,
                     lifetime - std::min<milliseconds>(kRenewEarly, lifetime / 2)};
}

base::Result<std::string> Oauth2Token::authorization(milliseconds timeout, std::stop_token stop) {
  const auto asked = Clock::now();
  base::Lock lock(mutex_);
  if (!authorization_.empty() && Clock::now() < expires_) return authorization_;
  if (failed_ > asked) return tl::unexpected(failure_);  // Somebody tried while this one waited.
  if (stop.stop_requested()) return base::fail("oauth2: stopped");
  if (auto fetched = fetch(timeout, std::move(stop)); !fetched) {
    failed_ = Clock::now();
    failure_ = fetched.error();
    return tl::unexpected(fetched.error());
  }
  return authorization_;
}

void Oauth2Token::refused(std::string_view authorization) {
  base::Lock lock(mutex_);
  if (authorization_ == authorization) authorization_.clear();
}

base::Result<void> Oauth2Token::fetch(milliseconds timeout, std::stop_token stop) {
  authorization_.clear();
  const auto url = io::http::parse_url(arguments_.token_url.text);
  if (!url) return base::in_context("oauth2: token_url", url.error());
  const std::string context = "oauth2: token endpoint " + url->host_header();
  const auto secret = secret_text(arguments_.client_secret, arguments_.client_secret_file);
  if (!secret) return base::in_context("oauth2: client_secret_file", secret.error());
  auto proxy = proxy_options(arguments_.proxy);
  if (!proxy) return base::in_context("oauth2", proxy.error());
  io::http::Client::Options options;
  options.tls = tls_options(arguments_.tls_config.value_or(TlsConfigArguments()));
  options.proxy = std::move(*proxy);
  options.body_bytes_max = kAnswerBytesMax;
  io::http::Client client(*url, std::move(options));

  const auto end = Clock::now() + timeout;
  const auto ask = [&](bool is_login_in_form) {
    std::string form = form_of(arguments_);
    io::http::Headers headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                                 {"Accept", "application/json"}};
    if (is_login_in_form) {
      add_to_form(form, "client_id", arguments_.client_id);
      add_to_form(form, "client_secret", *secret);
    } else {
      headers.push_back({"Authorization", io::http::basic_authorization(
                                              io::http::percent_encoded(arguments_.client_id),
                                              io::http::percent_encoded(*secret))});
    }
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    return client.send({"POST", url->target, std::move(headers), form}, left, stop);
  };
  auto answer = ask(is_login_in_form_);
  if (answer && may_want_other_form(answer->status)) {
    auto other = ask(!is_login_in_form_);
    if (other && other->ok()) {
      is_login_in_form_ = !is_login_in_form_;
      answer = std::move(other);
    }
  }
  if (!answer) return base::in_context(context, answer.error());
  auto grant = parse_grant(*answer);
  if (!grant) return base::in_context(context, grant.error());
  authorization_ = std::move(grant->authorization);
  expires_ =
      grant->lifetime.count() == 0 ? Clock::time_point::max() : Clock::now() + grant->lifetime;
  return {};
}

}  // namespace components
