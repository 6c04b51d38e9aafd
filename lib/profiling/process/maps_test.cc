#include "profiling/process/maps.h"

#include <doctest/doctest.h>

using namespace profiling::process;

TEST_CASE("maps: executable lines in order") {
  const auto maps = parse_maps(
      "5600-5700 r--p 00000000 08:01 1234                    /usr/bin/a b\n"
      "5700-5900 r-xp 00001000 08:01 1234                    /usr/bin/a b\n"
      "damaged\n"
      "5a00-5a00 r-xp 00001000 08:01 1234                    /empty\n"
      "5800-5b00 r-xp 00001000 08:01 1234                    /overlapping\n"
      "7f00-7f10 rwxp 00000000 00:00 0\n"
      "7fff0000-7fff1000 r-xp 00000000 00:00 0               [vdso]\n"
      "8000-9000 r-xp 00000000 00:00 7                       /tmp/x (deleted)");
  REQUIRE(maps.size() == 3);
  CHECK(maps[0].begin == 0x5700);
  CHECK(maps[0].end == 0x5900);
  CHECK(maps[0].offset == 0x1000);
  CHECK(maps[0].inode == 1234);
  CHECK(maps[0].device == "08:01");
  CHECK(maps[0].path == "/usr/bin/a b");
  CHECK(maps[1].path.empty());
  CHECK(maps[2].path == "[vdso]");
}

TEST_CASE("perf map: the last function at an address counts") {
  const std::string text =
      "1000 10 first\n0x2000 0x20 LazyCompile:~f /a b.js:1\n1000 8 second\n"
      "zz 10 bad\n3000 10 \nffffffffffffffff 10 overflow\n";
  const auto functions = parse_perf_map(text);
  REQUIRE(functions.size() == 2);
  CHECK(find_function(functions, 0x1007)->name == "second");
  CHECK(find_function(functions, 0x1008) == nullptr);
  CHECK(find_function(functions, 0xFFF) == nullptr);
  CHECK(find_function(functions, 0x201F)->name == "LazyCompile:~f /a b.js:1");
}

TEST_CASE("kallsyms: functions, modules and hidden addresses") {
  const auto symbols = parse_kallsyms(
      "ffffffff81000000 T _text\nffffffff81000100 t __pfx_do_it\nffffffff81000110 T do_it\n"
      "ffffffff81000200 D data\nffffffffc0000000 t probe\t[nf_tables]\n");
  CHECK(symbols.find(0xffffffff81000110) == "do_it");
  CHECK(symbols.find(0xffffffff81000250) == "do_it");
  CHECK(symbols.find(0xffffffffc0000001) == "probe [nf_tables]");
  CHECK(symbols.find(0x1000).empty());
  CHECK(parse_kallsyms("0000000000000000 T _text\n0000000000000000 T do_it\n").sorted.empty());
}
