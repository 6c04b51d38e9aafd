#include "io/glob.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/folder.h"

TEST_CASE("glob: matches") {
  struct Case {
    std::string_view pattern, path;
    bool want;
  };
  for (const auto& c : {
           Case{"/var/log/*.log", "/var/log/a.log", true},
           Case{"/var/log/*.log", "/var/log/x/a.log", false},
           Case{"/var/log/*.log", "/var/log/.log", true},
           Case{"/var/log/a?c", "/var/log/abc", true},
           Case{"/var/log/a?c", "/var/log/ac", false},
           Case{"/l/[a-c].log", "/l/b.log", true},
           Case{"/l/[!a-c].log", "/l/b.log", false},
           Case{"/l/[^a-c]*.log", "/l/zz.log", true},
           Case{"/l/[]x].log", "/l/].log", true},
           Case{"/l/{a,b}.log", "/l/b.log", true},
           Case{"/l/{a,b{1,2}}.log", "/l/b2.log", true},
           Case{"/l/{x/y,z}/f", "/l/x/y/f", true},
           Case{"/l/**/f", "/l/f", true},
           Case{"/l/**/f", "/l/a/b/c/f", true},
           Case{"/l/**/f", "/l/a/b/c/g", false},
           Case{"/l/**", "/l/a/b", true},
           Case{"/**/a/**/b", "/x/a/y/a/z/b", true},
           Case{"/l/a**b", "/l/axxb", true},
           Case{"/l/a**b", "/l/ax/xb", false},
           Case{"/l/\\*", "/l/*", true},
           Case{"/l/\\*", "/l/a", false},
           Case{"/l/./m/../a", "/l/a", true},
           Case{"/l/*a*a*a*a*b", "/l/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
       }) {
    CAPTURE(c.pattern);
    CAPTURE(c.path);
    const auto glob = io::Glob::parse(c.pattern);
    REQUIRE(glob);
    CHECK(glob->matches(c.path) == c.want);
  }
}

TEST_CASE("glob: what cannot be a pattern") {
  for (const auto* bad : {"/a/[b", "/a/{b,c", "/a/{b,{c}", "/[!",
                          "/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"
                          "{a,b}{a,b}{a,b}{a,b}{a,b}"}) {
    CAPTURE(bad);
    CHECK(!io::Glob::parse(bad));
  }
}

TEST_CASE("glob: finds files and the folders to watch") {
  const support::Folder folder;
  for (const auto* name : {"a.log", "b.txt", ".hidden.log", "d/c.log", "d/e/f.log"})
    folder.write(name, "x");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "d" / "loop");
  std::filesystem::create_directory(folder.path() / "folder.log");

  io::Glob::Found flat;
  io::Glob::parse(folder / "*.log")->expand(flat);
  CHECK(flat.files == std::set<std::string>{folder / ".hidden.log", folder / "a.log"});
  CHECK(flat.folders == std::set<std::string>{folder / ""});

  io::Glob::Found deep;
  io::Glob::parse(folder / "**/*.log")->expand(deep);
  CHECK(deep.files == std::set<std::string>{folder / ".hidden.log", folder / "a.log",
                                            folder / "d/c.log", folder / "d/e/f.log"});
  CHECK(deep.folders ==
        std::set<std::string>{folder / "", folder / "d/", folder / "d/e/", folder / "folder.log/"});

  io::Glob::Found absent;
  io::Glob::parse(folder / "not/yet/*.log")->expand(absent);
  CHECK(absent.files.empty());
  CHECK(absent.folders == std::set<std::string>{folder / ""});

  io::Glob::Found plain;
  io::Glob::parse(folder / "d/c.log")->expand(plain);
  CHECK(plain.files == std::set<std::string>{folder / "d/c.log"});
  CHECK(plain.folders == std::set<std::string>{folder / "d/"});
}
