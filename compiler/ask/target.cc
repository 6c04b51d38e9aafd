#include "compiler/ask/target.h"

#include <algorithm>

#include "compiler/inventory/render.h"

namespace compiler::ask {
namespace {

constexpr std::string_view kDefaultAddress = "127.0.0.1:12345";

std::string_view get(const Variables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string_view() : std::string_view(found->second);
}

/// It goes through a remote shell, so it must be nothing but an address.
bool is_address(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
                              "WXYZ0123456789.:-_[]") == text.npos;
}

void append_pair(std::vector<std::string>& command, const char* option, std::string_view value) {
  if (value.empty()) return;
  command.emplace_back(option);
  command.emplace_back(value);
}

/// A variable's text after Jinja; an error for encrypted values, maps and lists.
base::Result<std::string> text_of(const yaml::Pair& pair, const inventory::RenderedTexts& rendered,
                                  base::Arena& arena) {
  const yaml::Node* value = inventory::with_rendered(*pair.value, rendered, arena);
  if (!pair.value->tag.empty()) return base::fail("{} is encrypted", pair.key);
  if (value == nullptr || value->kind == yaml::Kind::null) return std::string();
  if (value->kind != yaml::Kind::scalar)
    return base::fail("{} is {}, not text", pair.key, yaml::describe(*value));
  return std::string(value->text);
}

base::Result<Variables> variables_of(const inventory::HostEntry& entry,
                                     const inventory::RenderedTexts& rendered, base::Arena& arena) {
  Variables variables;
  for (const std::string_view name : kVariables) {
    const yaml::Pair* pair = entry.find(name);
    if (pair == nullptr) continue;
    auto text = text_of(*pair, rendered, arena);
    if (!text) return tl::unexpected(text.error());
    variables.emplace(name, std::move(*text));
  }
  return variables;
}

}  // namespace

base::Result<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == '\\' && quote != '\'' && i + 1 < text.size())
      words.back() += text[++i];
    else if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (quote != 0 && c == quote)
      quote = 0;
    else
      words.back() += c;
  }
  if (quote != 0) return base::fail("a quote without its end in: {}", text);
  return words;
}

base::Result<std::vector<std::string>> command_of(std::string_view host, const Variables& variables,
                                                  std::chrono::seconds connect_timeout) {
  if (get(variables, "tributary_flavor") == "alloy")
    return base::fail("runs Alloy, which status.yml asks");
  std::string_view address = get(variables, "tributary_http_address");
  if (address.empty()) address = kDefaultAddress;
  if (!is_address(address))
    return base::fail("tributary_http_address: {} is not an address", address);
  std::vector<std::string> ask = {
      "tributary", "status", "--format", "json", "--server.http.listen-addr", std::string(address)};
  const std::string_view connection = get(variables, "ansible_connection");
  if (connection == "local") return ask;
  if (!connection.empty() && connection != "ssh" && connection != "smart")
    return base::fail("ansible_connection {} is not supported; use ssh or local", connection);

  std::vector<std::string> command = {"ssh", "-o", "BatchMode=yes", "-o",
                                      fmt::format("ConnectTimeout={}", connect_timeout.count())};
  append_pair(command, "-p", get(variables, "ansible_port"));
  append_pair(command, "-l", get(variables, "ansible_user"));
  append_pair(command, "-i", get(variables, "ansible_ssh_private_key_file"));
  for (const std::string_view name : {"ansible_ssh_common_args", "ansible_ssh_extra_args"}) {
    auto words = split_words(get(variables, name));
    if (!words) return base::in_context(name, words.error());
    command.insert(command.end(), words->begin(), words->end());
  }
  const std::string_view machine = get(variables, "ansible_host");
  command.insert(command.end(), {"--", std::string(machine.empty() ? host : machine)});
  command.insert(command.end(), ask.begin(), ask.end());
  return command;
}

std::vector<Target> targets_of(inventory::Inventory& inventory,
                               const std::vector<std::string>& hosts,
                               std::chrono::seconds connect_timeout,
                               river::diag::Diagnostics& diagnostics) {
  std::vector<inventory::RenderJob> jobs;
  for (const std::string& host : hosts) {
    inventory::RenderJob& job = jobs.emplace_back();
    job.host = inventory.find_host(host);
    for (const std::string_view name : kVariables)
      if (const yaml::Pair* pair = job.host->find(name)) collect_templated(*pair->value, job);
  }
  const bool is_templated =
      std::any_of(jobs.begin(), jobs.end(), [](const auto& job) { return !job.values.empty(); });
  std::vector<inventory::RenderedTexts> rendered(jobs.size());
  if (is_templated) rendered = render(jobs, inventory, diagnostics);
  std::vector<Target> targets;
  for (size_t i = 0; i < jobs.size(); ++i) {
    Target& target = targets.emplace_back();
    target.name = hosts[i];
    base::Arena arena;
    const auto variables = variables_of(*jobs[i].host, rendered[i], arena);
    auto command = variables ? command_of(target.name, *variables, connect_timeout)
                             : tl::unexpected(variables.error());
    if (command)
      target.command = std::move(*command);
    else
      target.problem = command.error().message;
  }
  return targets;
}

}  // namespace compiler::ask
