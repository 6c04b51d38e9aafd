# Warnings are errors; sanitizers and libFuzzer come in through presets.
option(TRIBUTARY_FUZZ "Build the libFuzzer targets, too (needs clang)" OFF)
# Several sources in one compilation unit: whole builds take a third of the time. The preset dev keeps them
# apart, for after a change of one file that is quicker, and it shows an include that is missing.
option(TRIBUTARY_UNITY "Compile the sources of libraries and of tests in batches" OFF)
set(TRIBUTARY_UNIT_SOURCES 8 CACHE STRING "Sources in a batch: more for a whole build, fewer for one after a change")
set(TRIBUTARY_SANITIZE "" CACHE STRING "Value for -fsanitize=, such as address,undefined")

# char is signed on x86 and unsigned on arm64: signed everywhere, so that both behave alike.
add_compile_options(-fsigned-char)
# __FILE__ without the checkout's own path: objects do not depend on where they were compiled, so that a second clone
# finds them in ccache, and nobody's folders are in the programs.
add_compile_options(-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Wno-missing-field-initializers
                    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(-Wthread-safety -Wno-gnu-zero-variadic-macro-arguments)
endif()
if(TRIBUTARY_SANITIZE)
  add_compile_options(-fsanitize=${TRIBUTARY_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TRIBUTARY_SANITIZE})
  if(TRIBUTARY_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio's fences are not seen by the sanitizer.
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
  # The compiler collects its garbage rarely: a tenth of its time.
  add_compile_options("SHELL:--param ggc-min-heapsize=1048576")
endif()
find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()
