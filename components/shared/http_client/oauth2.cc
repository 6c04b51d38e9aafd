#include "components/shared/http_client/oauth2.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "components/shared/http_client/settings.h"
#include "io/http/async_client.h"

namespace components {
namespace {

using Json = nlohmann::json;
using io::http::Response;
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
  return token_type.empty() || base::equal_in_any_case(token_type, "bearer") ? "Bearer"
                                                                             : token_type;
}

void add_to_form(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form += io::http::percent_encoded(name) + "=" + io::http::percent_encoded(value);
}

/// The server may accept the login in the other form.
bool may_want_other_form(const base::Result<io::http::Response>& answer) {
  return answer && (answer->status == 400 || answer->status == 401);
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

}  // namespace

base::Result<Oauth2Grant> parse_grant(const io::http::Response& response) {
  const Json answer = base::parse_json(response.body);
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
  const auto known = [this] {
    base::Lock lock(mutex_);
    return current();
  };
  if (auto token = known()) return std::move(*token);
  base::Lock lock(fetching_);
  if (auto token = known()) return std::move(*token);
  if (failed_ > asked) return tl::unexpected(failure_);  // Somebody tried while this one waited.
  if (stop.stop_requested()) return base::fail("oauth2: stopped");
  auto fetched = fetch(timeout, stop);
  if (!fetched) {
    failed_ = Clock::now();
    failure_ = fetched.error();
  }
  return fetched;
}

base::Result<std::string> Oauth2Token::fetch(milliseconds timeout, const std::stop_token& stop) {
  const auto end = Clock::now() + timeout;
  const auto first = make_ask(false);
  if (!first) return tl::unexpected(first.error());
  io::http::Client client(first->url, first->options);
  const auto send = [&](const Ask& ask) {
    return client.send(ask.request(), std::chrono::ceil<milliseconds>(end - Clock::now()), stop);
  };
  const auto answer = send(*first);
  if (may_want_other_form(answer)) {
    const auto other = make_ask(true);
    if (!other) return tl::unexpected(other.error());
    if (auto again = send(*other); again && again->ok()) return take(*other, again);
  }
  return take(*first, answer);
}

void Oauth2Token::authorization(io::Loop& loop, milliseconds timeout, OnToken on_token) {
  std::optional<std::string> known;
  std::shared_ptr<Fetch> fetch;
  {
    base::Lock lock(mutex_);
    known = current();
    if (!known) {
      if (const auto under_way = fetch_.lock()) {
        under_way->waiting.push_back(std::move(on_token));
        return;
      }
      fetch.reset(new Fetch{loop, Clock::now() + timeout});
      fetch->waiting.push_back(std::move(on_token));
      fetch_ = fetch;
    }
  }
  known ? on_token(*known) : send(fetch, false);
}

void Oauth2Token::send(const std::shared_ptr<Fetch>& fetch, bool in_other_form) {
  auto ask = make_ask(in_other_form);
  if (!ask)
    return fetch->loop.post(
        [this, fetch, error = ask.error()] { end(*fetch, tl::unexpected(error)); });
  io::http::AsyncClient client(fetch->loop, ask->url, ask->options);
  const auto left = std::chrono::ceil<milliseconds>(fetch->until - Clock::now());
  client.send(ask->request(), left,
              [this, fetch, in_other_form, ask = *ask](const base::Result<Response>& answer) {
                const bool has_other = !in_other_form && may_want_other_form(answer);
                auto token = take(ask, answer);
                if (!token && has_other) {
                  fetch->refusal = token.error();
                  return send(fetch, true);
                }
                // As the first form was refused for a reason, that is what to say.
                if (!token && in_other_form) token = tl::unexpected(fetch->refusal);
                end(*fetch, token);
              });
}

/// Whoever waits keeps this object alive, so afterwards it may be gone.
void Oauth2Token::end(Fetch& fetch, const base::Result<std::string>& result) {
  std::vector<OnToken> waiting;
  {
    base::Lock lock(mutex_);
    waiting.swap(fetch.waiting);
    fetch_.reset();
  }
  for (const OnToken& on_token : waiting) on_token(result);
}

void Oauth2Token::refused(std::string_view authorization) {
  base::Lock lock(mutex_);
  if (authorization_ == authorization) authorization_.clear();
}

std::optional<std::string> Oauth2Token::current() {
  if (authorization_.empty() || Clock::now() >= expires_) return std::nullopt;
  return authorization_;
}

base::Result<Oauth2Token::Ask> Oauth2Token::make_ask(bool in_other_form) {
  auto url = io::http::parse_url(arguments_.token_url.text);
  if (!url) return base::in_context("oauth2: token_url", url.error());
  const auto secret = secret_text(arguments_.client_secret, arguments_.client_secret_file);
  if (!secret) return base::in_context("oauth2: client_secret_file", secret.error());
  auto proxy = proxy_options(arguments_.proxy);
  if (!proxy) return base::in_context("oauth2", proxy.error());
  Ask ask{.url = std::move(*url),
          .options = {},
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                      {"Accept", "application/json"}},
          .form = form_of(arguments_)};
  ask.options.tls = tls_options(arguments_.tls_config.value_or(TlsConfigArguments()));
  ask.options.proxy = std::move(*proxy);
  ask.options.body_bytes_max = kAnswerBytesMax;
  {
    base::Lock lock(mutex_);
    ask.is_login_in_form = is_login_in_form_ != in_other_form;
  }
  if (ask.is_login_in_form) {
    add_to_form(ask.form, "client_id", arguments_.client_id);
    add_to_form(ask.form, "client_secret", *secret);
  } else {
    ask.headers.push_back({"Authorization", io::http::basic_authorization(
                                                io::http::percent_encoded(arguments_.client_id),
                                                io::http::percent_encoded(*secret))});
  }
  return ask;
}

base::Result<std::string> Oauth2Token::take(const Ask& ask,
                                            const base::Result<io::http::Response>& answer) {
  const std::string context = "oauth2: token endpoint " + ask.url.host_header();
  if (!answer) return base::in_context(context, answer.error());
  auto grant = parse_grant(*answer);
  if (!grant) return base::in_context(context, grant.error());
  base::Lock lock(mutex_);
  is_login_in_form_ = ask.is_login_in_form;
  authorization_ = std::move(grant->authorization);
  expires_ =
      grant->lifetime.count() == 0 ? Clock::time_point::max() : Clock::now() + grant->lifetime;
  return authorization_;
}

}  // namespace components
