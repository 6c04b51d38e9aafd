// textfile: metrics that other programs leave in *.prom files. A file with a line that cannot be
// read, or with a timestamp, is left out whole.
#include <glob.h>
#include <sys/stat.h>

#include <map>

#include "base/files.h"
#include "base/text.h"
#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

constexpr size_t kTextfileBytesMax = size_t{8} << 20;

struct TextFamily {
  std::string type = "untyped", help;
  std::string lines;
};
using TextFamilies = std::map<std::string, TextFamily, std::less<>>;

bool is_name_character(char c) {
  return base::is_letter(c) || base::is_digit(c) || c == '_' || c == ':';
}

std::string_view take_name(std::string_view& text) {
  size_t end = 0;
  while (end < text.size() && is_name_character(text[end])) ++end;
  const std::string_view name = text.substr(0, end);
  text.remove_prefix(end);
  return name;
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

/// labels = "{" [ NAME "=" QUOTED { "," NAME "=" QUOTED } [","] ] "}"
bool skip_labels(std::string_view& text) {
  if (!text.starts_with('{')) return true;
  text.remove_prefix(1);
  for (;;) {
    skip_blanks(text);
    if (text.starts_with('}')) {
      text.remove_prefix(1);
      return true;
    }
    if (take_name(text).empty()) return false;
    skip_blanks(text);
    if (!text.starts_with('=')) return false;
    text.remove_prefix(1);
    skip_blanks(text);
    if (!text.starts_with('"')) return false;
    size_t end = 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    if (end >= text.size()) return false;
    text.remove_prefix(end + 1);
    skip_blanks(text);
    if (text.starts_with(','))
      text.remove_prefix(1);
    else if (!text.starts_with('}'))
      return false;
  }
}

/// The family of a sample: "x_bucket", "x_sum" and "x_count" belong to a histogram or summary x.
std::string family_of(std::string_view name, const TextFamilies& families) {
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (!name.ends_with(suffix)) continue;
    const auto found = families.find(name.substr(0, name.size() - suffix.size()));
    if (found != families.end() &&
        (found->second.type == "histogram" || found->second.type == "summary"))
      return found->first;
  }
  return std::string(name);
}

/// "# HELP NAME TEXT", "# TYPE NAME TYPE"; other comments mean nothing.
bool read_comment(std::string_view line, TextFamilies& families) {
  line.remove_prefix(1);
  const std::string_view keyword = next_word(line);
  if (keyword != "HELP" && keyword != "TYPE") return true;
  skip_blanks(line);
  const std::string_view name = take_name(line);
  if (name.empty()) return false;
  TextFamily& family = families[std::string(name)];
  line = trim(line);
  if (keyword == "HELP") {
    family.help = line;
    return true;
  }
  for (const std::string_view type : {"counter", "gauge", "histogram", "summary", "untyped"})
    if (line == type) {
      family.type = type;
      return true;
    }
  return false;
}

bool read_textfile(std::string_view text, TextFamilies& families) {
  if (!base::is_utf8(text)) return false;
  std::string_view line;
  while (next_line(text, line)) {
    line = trim(line);
    if (line.empty()) continue;
    if (line.front() == '#') {
      if (!read_comment(line, families)) return false;
      continue;
    }
    std::string_view rest = line;
    const std::string_view name = take_name(rest);
    if (name.empty() || base::is_digit(name.front())) return false;
    skip_blanks(rest);
    if (!skip_labels(rest)) return false;
    if (!number_of(next_word(rest)) || !next_word(rest).empty()) return false;
    std::string& lines = families[family_of(name, families)].lines;
    lines += line;
    lines += '\n';
  }
  return true;
}

/// The *.prom files of a folder, which may be a pattern; sorted.
std::vector<std::string> textfiles(const std::string& directory) {
  std::vector<std::string> paths;
  glob_t found{};
  if (::glob((directory + "/*.prom").c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

struct Modified {
  std::string path;
  double seconds;
};

Collect make_textfile(const Arguments& arguments) {
  return [directory = arguments.textfile.directory](Scrape& scrape) {
    bool has_error = false;
    TextFamilies all;
    std::vector<Modified> modified;
    if (!directory.empty()) {
      for (const std::string& path : textfiles(directory)) {
        TextFamilies families;
        struct stat status {};
        const auto text = base::read_regular_file(path, kTextfileBytesMax);
        if (!text || ::stat(path.c_str(), &status) != 0 || !read_textfile(*text, families)) {
          has_error = true;
          continue;
        }
        modified.push_back({path, static_cast<double>(status.st_mtim.tv_sec) +
                                      static_cast<double>(status.st_mtim.tv_nsec) / 1e9});
        for (auto& [name, family] : families) {
          auto [place, is_new] = all.try_emplace(name, family);
          if (!is_new) place->second.lines += family.lines;
        }
      }
    }
    for (const auto& [name, family] : all) {
      if (family.lines.empty()) continue;
      if (!family.help.empty()) scrape.out.raw("# HELP " + name + " " + family.help + "\n");
      scrape.out.raw("# TYPE " + name + " " + family.type + "\n" + family.lines);
    }
    scrape.out.family("node_textfile_", "mtime_seconds", kGauge,
                      "Unixtime mtime of textfiles successfully read.");
    for (const Modified& file : modified) scrape.out.sample(file.seconds, {{"file", file.path}});
    scrape.out.single("node_textfile_", "scrape_error", kGauge,
                      "1 if there was an error opening or reading a file, 0 otherwise", has_error);
    return true;
  };
}

constexpr CollectorKind kTextfileKinds[] = {{"textfile", make_textfile}};

}  // namespace

std::span<const CollectorKind> textfile_collectors() {
  return kTextfileKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
