#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "compiler/host/reader.h"

/// Backends, and what is measured and scraped.
namespace compiler::host {

using river::diag::Diagnostics;

void read_backend(const Reader& backend, Backend& model, Diagnostics& diagnostics) {
  model.span = backend.span();
  backend.read("url", model.url);
  backend.read("tenant", model.tenant);
  backend.read("bearer_token_env", model.bearer_token_env);
  backend.read("external_labels", model.external_labels);
  const Reader auth = backend.child("basic_auth");
  model.basic_auth_span = auth.span();
  auth.read("username", model.username);
  auth.read("username_env", model.username_env);
  auth.read("password_env", model.password_env);
  auth.read("password_file", model.password_file);
  // Encrypted, or made by Jinja: that there is one is all that is known.
  if (const yaml::Node* password = auth.value("password")) model.password.span = password->span;
  const auto has = [&](std::initializer_list<std::string_view> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return auth.value(name) != nullptr; });
  };
  const bool has_user = has({"username", "username_env"});
  const bool has_password = has({"password", "password_env", "password_file"});
  if (has_user != has_password)
    diagnostics
        .warning("F006", model.basic_auth_span, "basic_auth has {}",
                 has_user ? "a user and no password" : "a password and no user")
        .with_help(has_user ? "name it with password_env or password_file"
                            : "give it with username or username_env");
}

namespace {

/// `__address__` is host:port; a URL there fails every scrape.
void check_target(const Text& target, Diagnostics& diagnostics) {
  const auto refuse = [&](std::string_view help) {
    diagnostics.error("F072", target.span, "\"{}\" is not host:port", target.value)
        .with_help(std::string(help));
  };
  const std::string_view text = target.value;
  if (text.find('/') != text.npos)
    return refuse("write the port here, and scheme and path under their own keys");
  const size_t colon = text.rfind(':');
  const std::string_view port = colon == text.npos ? "" : text.substr(colon + 1);
  uint32_t number = 0;
  const char* const end = port.data() + port.size();
  const bool is_number = !port.empty() && std::from_chars(port.data(), end, number).ptr == end;
  if (is_number && (number < 1 || number > 65535)) return refuse("a port is 1 to 65535");
  if (colon == 0 || !is_number) refuse("a target is written as localhost:8000");
}

void read_scrape(const Reader& reader, ScrapeModel& model, Diagnostics& diagnostics) {
  model.span = reader.span();
  reader.read("job", model.job);
  reader.read("targets", model.targets);
  reader.read("path", model.path);
  reader.read("scheme", model.scheme);
  reader.read("interval", model.interval);
  reader.read("timeout", model.timeout);
  reader.read("labels", model.labels);
  for (const Text& target : model.targets) check_target(target, diagnostics);
  for (const Label& label : model.labels)
    if (!base::is_label_name(label.name))
      diagnostics
          .error("C024", label.name_span, "\"labels\": \"{}\" is not a label name", label.name)
          .with_help("label names consist of letters, digits and _, and start with no digit");
}

}  // namespace

void read_metrics(const Reader& metrics, MetricsModel& model, Diagnostics& diagnostics) {
  model.span = metrics.span();
  metrics.read("host", model.host);
  metrics.read("container", model.container);
  metrics.read("containers", model.containers);
  metrics.read("processes", model.processes);
  metrics.read("processes", model.process_names);
  metrics.read("interval", model.interval);
  read_backend(metrics.child("remote_write"), model.remote_write, diagnostics);
  for (const yaml::Node* item : metrics.child("scrape").items()) {
    if (item->kind != yaml::Kind::map) continue;
    ScrapeModel one;
    read_scrape(Reader(item), one, diagnostics);
    if (one.job.given() && !one.targets.empty()) model.scrape.push_back(std::move(one));
  }
}

}  // namespace compiler::host
