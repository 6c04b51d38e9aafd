#include "components/prometheus/exporter_unix/unix.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/files.h"
#include "tests/support/folder.h"
#include "tests/support/golden.h"

namespace components::prometheus::exporter_unix {
namespace {

/// "=== PATH" and the content of the file, or "=== PATH -> TARGET" for a symbolic link.
void unpack(std::string_view archive, const std::filesystem::path& root) {
  while (!archive.empty()) {
    std::string_view heading = archive.substr(4, archive.find('\n') - 4);
    take_until(archive, '\n');
    size_t end = archive.starts_with("=== ") ? 0 : archive.find("\n=== ");
    end = end == 0 ? 0 : end == archive.npos ? archive.size() : end + 1;
    const size_t arrow = heading.find(" -> ");
    const auto path = root / heading.substr(0, arrow);
    std::filesystem::create_directories(path.parent_path());
    if (arrow != heading.npos)
      std::filesystem::create_symlink(heading.substr(arrow + 4), path);
    else
      REQUIRE(base::write_file_atomic(path, archive.substr(0, end)));
    archive.remove_prefix(end);
  }
}

Arguments arguments_of(const std::filesystem::path& folder) {
  Arguments arguments;
  arguments.procfs_path = folder / "proc";
  arguments.sysfs_path = folder / "sys";
  arguments.rootfs_path = folder / "root";
  arguments.udev_data_path = folder / "udev";
  return arguments;
}

/// Without what differs from run to run.
std::string exposed(Unix& exporter, const std::string& folder) {
  std::string text, kept;
  exporter.expose(text);
  std::string_view left = text, line;
  while (next_line(left, line)) {
    if (line.find("collector_duration_seconds") != line.npos) continue;
    if (line.find("exporter_build_info") != line.npos) continue;
    kept += line;
    kept += '\n';
  }
  for (size_t at; (at = kept.find(folder)) != kept.npos;) kept.replace(at, folder.size(), "ROOT");
  return kept;
}

/// The lines that begin with the name.
std::string lines_of(std::string_view text, std::string_view name) {
  std::string found;
  std::string_view line;
  while (next_line(text, line))
    if (line.starts_with(name)) found.append(line).append("\n");
  return found;
}

}  // namespace

TEST_CASE("golden: host metrics") {
  golden::run(
      "tests/golden/host_metrics",
      [](const golden::Input& input) {
        const support::Folder folder;
        unpack(input.source, folder.path());
        Arguments arguments = arguments_of(folder.path());
        arguments.enable_collectors = {"cgroups", "interrupts", "softirqs"};
        // What does not come from these files.
        arguments.disable_collectors = {"filesystem", "time", "timex", "uname"};
        arguments.cpu.guest = arguments.cpu.info = true;
        arguments.cpu.flags_include.source = "^(aes|avx.*)$";
        arguments.cpu.bugs_include.source = "mds";
        Unix exporter(arguments);
        const std::string first = exposed(exporter, folder.path());
        CHECK(first == exposed(exporter, folder.path()));
        return first;
      },
      ".tree");
}

TEST_CASE("unix: every collector that is available has a making") {
  Arguments arguments;
  for (const CollectorName& name : kCollectorNames)
    arguments.enable_collectors.emplace_back(name.name);
  Unix exporter(arguments);  // Aborts when one has none.
  std::string text;
  exporter.expose(text);
  for (const CollectorName& name : kCollectorNames) {
    CAPTURE(std::string(name.name));
    const bool is_there = text.find("scrape_collector_success{collector=\"" +
                                    std::string(name.name) + "\"}") != text.npos;
    CHECK(is_there == name.is_available);
  }
}

TEST_CASE("unix: which collectors run") {
  struct Case {
    std::vector<std::string> enable, disable, set;
    bool loadavg, cgroups;
  };
  for (const auto& c :
       {Case{{}, {}, {}, true, false}, Case{{"cgroups"}, {}, {}, true, true},
        Case{{}, {"loadavg"}, {}, false, false}, Case{{}, {}, {"cgroups"}, false, true},
        Case{{}, {"cgroups"}, {"cgroups"}, false, false},
        Case{{"cgroups"}, {"cgroups"}, {"loadavg"}, true, true}}) {
    const Arguments arguments{
        .enable_collectors = c.enable, .disable_collectors = c.disable, .set_collectors = c.set};
    CHECK(is_enabled(arguments, {"loadavg"}) == c.loadavg);
    CHECK(is_enabled(arguments, {"cgroups", false}) == c.cgroups);
  }
}

TEST_CASE("unix: cpu time does not fall, until the CPU has been offline") {
  const support::Folder folder;
  std::filesystem::create_directories(folder.path() / "proc");
  const auto write = [&](std::string_view line) {
    REQUIRE(base::write_file_atomic(folder.path() / "proc/stat", line));
  };
  Arguments arguments = arguments_of(folder.path());
  arguments.set_collectors = {"cpu"};
  Unix exporter(arguments);
  const auto user = [&] {
    const std::string text = exposed(exporter, folder.path());
    return lines_of(text, "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"}");
  };
  write("cpu0 500 0 0 1000 0 0 0 0 0 0\n");
  CHECK(user() == "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 5\n");
  write("cpu0 400 0 0 900 0 0 0 0 0 0\n");
  CHECK(user() == "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 5\n");
  write("cpu0 400 0 0 700 0 0 0 0 0 0\n");
  CHECK(user() == "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 4\n");
}

TEST_CASE("unix: mounts with blanks, listed twice, below rootfs_path, gone") {
  const support::Folder folder;
  const std::string root = folder.path();
  std::filesystem::create_directories(folder.path() / "proc/1");
  std::filesystem::create_directories(folder.path() / "root/a b");
  REQUIRE(base::write_file_atomic(folder.path() / "proc/1/mounts",
                                  "/dev/sda1 " + root + "/root ext4 rw,relatime 0 0\n" +
                                      "/dev/sda2 " + root + "/root/a\\040b ext4 ro,errors=x 0 0\n" +
                                      "/dev/sda2 " + root + "/root/a\\040b ext4 rw 0 0\n" +
                                      "server:/x /gone nfs4 rw 0 0\n" +
                                      "proc /proc proc rw 0 0\n"));
  Arguments arguments = arguments_of(folder.path());
  arguments.set_collectors = {"filesystem"};
  Unix exporter(arguments);
  const std::string text = exposed(exporter, root);
  CHECK(lines_of(text, "node_filesystem_readonly") ==
        "node_filesystem_readonly{device=\"/dev/sda1\",fstype=\"ext4\",mountpoint=\"/\"} 0\n"
        "node_filesystem_readonly{device=\"/dev/sda2\",fstype=\"ext4\",mountpoint=\"/a b\"} 1\n");
  CHECK(lines_of(text, "node_filesystem_device_error") ==
        "node_filesystem_device_error{device=\"/dev/sda1\",fstype=\"ext4\",mountpoint=\"/\"} 0\n"
        "node_filesystem_device_error{device=\"/dev/sda2\",fstype=\"ext4\",mountpoint=\"/a b\"} 0\n"
        "node_filesystem_device_error{device=\"server:/x\",fstype=\"nfs4\",mountpoint=\"/gone\"} "
        "1\n");
}

TEST_CASE("unix: textfiles are taken whole or not at all") {
  const support::Folder folder;
  Arguments arguments = arguments_of(folder.path());
  arguments.set_collectors = {"textfile"};
  arguments.textfile.directory = folder.path();
  struct Case {
    std::string_view text;
    bool is_good;
  };
  for (const auto& c :
       {Case{"a 1\n", true}, Case{"a{b=\"c\\\"}\",} 1e3", true}, Case{"a 1 1700000000\n", false},
        Case{"a 1\nb", false}, Case{"a{b=\"c} 1\n", false}, Case{"# TYPE a unknown\na 1\n", false},
        Case{"# a comment\n\na NaN\n", true}, Case{"a{b=\"\xff\"} 1\n", false},
        Case{"# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n", true}}) {
    CAPTURE(std::string(c.text));
    REQUIRE(base::write_file_atomic(folder.path() / "x.prom", c.text));
    Unix exporter(arguments);
    const std::string text = exposed(exporter, folder.path());
    CHECK(lines_of(text, "node_textfile_scrape_error") ==
          (c.is_good ? "node_textfile_scrape_error 0\n" : "node_textfile_scrape_error 1\n"));
    CHECK(lines_of(text, "node_textfile_mtime_seconds").empty() == !c.is_good);
  }
}

TEST_CASE("unix: a family that two textfiles hold has one heading") {
  const support::Folder folder;
  Arguments arguments = arguments_of(folder.path());
  arguments.set_collectors = {"textfile"};
  arguments.textfile.directory = folder.path();
  for (const std::string_view name : {"1", "2"})
    REQUIRE(base::write_file_atomic(
        folder.path() / (std::string(name) + ".prom"),
        "# HELP a Text.\n# TYPE a counter\na{n=\"" + std::string(name) + "\"} 1\n"));
  Unix exporter(arguments);
  const std::string text = exposed(exporter, folder.path());
  CHECK(text.starts_with("# HELP a Text.\n# TYPE a counter\na{n=\"1\"} 1\na{n=\"2\"} 1\n# HELP"));
}

}  // namespace components::prometheus::exporter_unix
