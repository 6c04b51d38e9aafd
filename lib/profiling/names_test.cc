#include "profiling/names.h"

#include <doctest/doctest.h>

#include <array>

using profiling::Demangle;
using profiling::demangle;

TEST_CASE("demangle: C++ and old Rust") {
  struct Case {
    std::string_view mangled, simplified, templates, full;
  };
  const Case cases[] = {
      {"main", "main", "main", "main"},
      {"_ZN4work5ChainILi3EE2goEm", "work::Chain::go", "work::Chain<3>::go",
       "work::Chain<3>::go(unsigned long)"},
      {"_Z4castIiEvT_", "cast", "cast<int>", "void cast<int>(int)"},
      {"_ZN12_GLOBAL__N_13runEv", "(anonymous namespace)::run", "(anonymous namespace)::run",
       "(anonymous namespace)::run()"},
      {"_ZN1AclEi", "A::operator()", "A::operator()", "A::operator()(int)"},
      {"_ZN1AlsEi", "A::operator<<", "A::operator<<", "A::operator<<(int)"},
      {"_ZN1AltERKS_", "A::operator<", "A::operator<", "A::operator<(A const&)"},
      {"_ZNK1AcvbEv", "A::operator bool", "A::operator bool", "A::operator bool() const"},
      {"_ZZ4mainENKUlvE_clEv", "main::{lambda()#1}::operator()", "main::{lambda()#1}::operator()",
       "main::{lambda()#1}::operator()() const"},
      {"_ZN3foo3barEv.constprop.0", "foo::bar [clone .constprop.0]",
       "foo::bar [clone .constprop.0]", "foo::bar() [clone .constprop.0]"},
      {"_ZN3std2io5Write9write_all17h0123456789abcdefE", "std::io::Write::write_all",
       "std::io::Write::write_all", "std::io::Write::write_all"},
      {"_ZN4core3ptr31drop_in_place$LT$alloc..Vec$GT$17h0123456789abcdefE",
       "core::ptr::drop_in_place<alloc::Vec>", "core::ptr::drop_in_place<alloc::Vec>",
       "core::ptr::drop_in_place<alloc::Vec>"},
      {"_Zbroken", "_Zbroken", "_Zbroken", "_Zbroken"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.mangled);
    CHECK(demangle(c.mangled, Demangle::none) == c.mangled);
    CHECK(demangle(c.mangled, Demangle::simplified) == c.simplified);
    CHECK(demangle(c.mangled, Demangle::templates) == c.templates);
    CHECK(demangle(c.mangled, Demangle::full) == c.full);
  }
  const std::string huge = "_ZN" + std::string(100'000, '1');
  CHECK(demangle(huge, Demangle::full) == huge);
}

TEST_CASE("demangle: Rust v0") {
  struct Case {
    std::string_view mangled, name;
  };
  const Case cases[] = {
      {"_RNvCs1234_7mycrate4main", "mycrate::main"},
      {"_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar"},
      {"_RINvCs1234_7mycrate3foolE", "mycrate::foo::<i32>"},
      {"_RNCNvCs1234_7mycrate4main0B3_", "mycrate::main::{closure}"},
      {"_RNvXCs1234_7mycrateNtB2_3FooNtB2_3Bar3baz", "<mycrate::Foo as mycrate::Bar>::baz"},
      {"_RNvMCs1234_7mycrateNtB2_3Foo3new", "<mycrate::Foo>::new"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.mangled);
    CHECK(profiling::demangle_rust(c.mangled).value_or("") == c.name);
  }
  for (const std::string_view bad :
       {"_R", "_RB_", "_RNvC", "_RC99999999999999999999x", "_RIB0_B0_E"})
    CHECK(!profiling::demangle_rust(bad));
}
