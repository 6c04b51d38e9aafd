#include <fmt/format.h>

#include <algorithm>

#include "compiler/cli/commands.h"

/// The command line as shells complete it, and as cfgc(1) describes it; both are made of the
/// options themselves.
namespace compiler::cli {

namespace {

using Option = CommandPage::Option;

/// Calls visit(path, page) for a command and those below it; a path is " migrate report".
template <class Visit>
void each_command(const CommandPage& page, const std::string& path, const Visit& visit) {
  visit(path, page);
  for (const CommandPage& one : page.commands)
    each_command(one, fmt::format("{} {}", path, one.name), visit);
}

std::string names_of(const std::vector<CommandPage>& commands) {
  std::vector<std::string_view> names;
  for (const CommandPage& one : commands) names.push_back(one.name);
  return fmt::format("{}", fmt::join(names, " "));
}

std::string options_of(const CommandPage& page) {
  std::vector<std::string> names;
  for (const Option& one : page.options)
    names.insert(names.end(), one.names.begin(), one.names.end());
  return fmt::format("{}", fmt::join(names, " "));
}

/// bash, and zsh by its bashcompinit.
std::string for_bash(const CommandPage& root) {
  std::string paths, words, values;
  each_command(root, "", [&](const std::string& path, const CommandPage& page) {
    if (!path.empty()) paths += fmt::format("      \"{0}\") path=\"{0}\" ;;\n", path);
    words += fmt::format("    \"{}\") commands=\"{}\" options=\"{}\" ;;\n", path,
                         names_of(page.commands), options_of(page));
    for (const Option& one : page.options)
      for (const std::string& name : one.names)
        if (!one.values.empty())
          values += fmt::format("    \"{} {}\") values=\"{}\" ;;\n", path, name,
                                fmt::join(one.values, " "));
  });
  return fmt::format(R"(_cfgc() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}"
  local path="" word commands="" options="" values=""
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$path $word" in
{}    esac
  done
  case "$path" in
{}  esac
  case "$path $prev" in
{}  esac
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$cur"))
  elif [ "${{cur#-}}" != "$cur" ]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$cur"))
  fi
}}
complete -o default -F _cfgc cfgc
)",
                     paths, words, values);
}

/// A text in single quotes, as fish reads them.
std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') out += '\\';
    out += c;
  }
  return out + "'";
}

/// A condition of fish: the words of the path were given, and none of the commands below it.
std::string fish_condition(const std::string& path, const CommandPage& page) {
  std::string condition;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find(' ', at + 1), path.size());
    condition += fmt::format("{}__fish_seen_subcommand_from{}", condition.empty() ? "" : "; and ",
                             path.substr(at, end - at));
    at = end;
  }
  if (page.commands.empty()) return condition;
  return fmt::format("{}not __fish_seen_subcommand_from {}",
                     condition.empty() ? "" : condition + "; and ", names_of(page.commands));
}

std::string for_fish(const CommandPage& root) {
  std::string out;
  each_command(root, "", [&](const std::string& path, const CommandPage& page) {
    const std::string condition = fish_condition(path, page);
    const std::string head = fmt::format("complete -c cfgc -n {}", fish_quoted(condition));
    for (const CommandPage& one : page.commands)
      out += fmt::format("{} -f -a {} -d {}\n", head, one.name, fish_quoted(one.about));
    for (const Option& one : page.options) {
      out += head;
      for (const std::string& name : one.names)
        out += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2))
                                      : fmt::format(" -s {}", name.substr(1));
      if (one.takes_value) out += " -r";
      if (!one.values.empty())
        out += fmt::format(" -f -a {}", fish_quoted(fmt::format("{}", fmt::join(one.values, " "))));
      out += fmt::format(" -d {}\n", fish_quoted(one.about));
    }
  });
  return out;
}

/// Text of a roff page: no line of it is a request, a hyphen is one that can be copied.
std::string roff(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins_line = i == 0 || text[i - 1] == '\n';
    if (begins_line && (text[i] == '.' || text[i] == '\'')) out += "\\&";
    if (text[i] == '\\')
      out += "\\e";
    else if (text[i] == '-')
      out += "\\-";
    else
      out += text[i];
  }
  return out;
}

}  // namespace

std::string completion(const CommandPage& root, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return for_bash(root);
    case Shell::zsh:
      return "#compdef cfgc\nautoload -U +X bashcompinit && bashcompinit\n" + for_bash(root);
    case Shell::fish:
      return for_fish(root);
  }
  return {};
}

std::string man_page(const CommandPage& root, std::string_view examples, std::string_view version) {
  std::string out = fmt::format(
      ".TH CFGC 1 \"\" \"cfgc {}\" \"\"\n.SH NAME\ncfgc \\- {}\n.SH SYNOPSIS\n.B cfgc\n"
      ".I COMMAND\n[\\fIOPTION\\fR...]\n.SH COMMANDS\n",
      roff(version), roff(root.about));
  each_command(root, "", [&](const std::string& path, const CommandPage& page) {
    if (!path.empty()) out += fmt::format(".SS cfgc{}\n{}\n", roff(path), roff(page.about));
    for (const Option& one : page.options) {
      out += fmt::format(".TP\n\\fB{}\\fR", roff(fmt::format("{}", fmt::join(one.names, ", "))));
      if (one.takes_value)
        out += one.values.empty()
                   ? " \\fIVALUE\\fR"
                   : fmt::format(" {}", roff(fmt::format("{}", fmt::join(one.values, "|"))));
      out += fmt::format("\n{}\n", roff(one.about));
    }
  });
  return out + fmt::format(".SH EXAMPLES AND EXIT STATUS\n.nf\n{}\n.fi\n", roff(examples));
}

}  // namespace compiler::cli
