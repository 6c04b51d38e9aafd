# The naming rule is the build rule: *_test.cc -> tests, *_bench.cc -> benchmarks, *_fuzz.cc -> fuzz
# targets, signature.cc -> signatures, process/stages -> stages, main.cc -> program, the rest -> the
# room's library.
include_directories(${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/lib)

find_package(doctest REQUIRED)
include(doctest)

# What scripts/test runs from a build: test programs and fuzz targets, without what is shipped.
add_custom_target(all_tests)

# room(NAME [FOLDERS FOLDER...] LINK LIBRARY...): the library of these folders (default: NAME's) and its
# test program NAME_test. A folder that was made a room before is not part of a room around it, and neither are the
# directory's `sources_of_others`.
function(room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FOLDERS;LINK")
  if(NOT arg_FOLDERS)
    set(arg_FOLDERS ${name})
  endif()
  list(TRANSFORM arg_FOLDERS APPEND "/*.cc" OUTPUT_VARIABLE patterns)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${patterns})
  get_property(rooms DIRECTORY PROPERTY room_folders)
  foreach(folder ${rooms})
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/${folder}/")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY room_folders ${arg_FOLDERS})
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|_fuzz|/main|signature|/catalog|/alloy_names|/process/stages/[^/]*)\\.cc$")
  get_property(others DIRECTORY PROPERTY sources_of_others)
  if(others)
    list(REMOVE_ITEM sources ${others})
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC tp_headers ${arg_LINK})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${TRIBUTARY_UNITY} UNITY_BUILD_BATCH_SIZE ${TRIBUTARY_UNIT_SOURCES})
  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} test_main)
    math(EXPR batch "${TRIBUTARY_UNIT_SOURCES} / 2")  # Tests are longer than what they test.
    set_target_properties(${name}_test PROPERTIES UNITY_BUILD ${TRIBUTARY_UNITY} UNITY_BUILD_BATCH_SIZE ${batch})
    add_dependencies(all_tests ${name}_test)
    # Each case is a test of its own: one that hangs or dies does not hide the others.
    doctest_discover_tests(${name}_test TEST_PREFIX "${name}/" WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                           PROPERTIES TIMEOUT 300)
  endif()
endfunction()

# cold(TARGET...): what runs once a start, a command or a request, and not for each line or sample. It is compiled
# with fewer optimizations, which takes a quarter off its compile time.
function(cold)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  endforeach()
endfunction()

# fuzzed(TARGET...): what has fuzz targets. Their coverage guides them; libraries without any, and tests, do not pay
# for that.
function(fuzzed)
  if(TRIBUTARY_FUZZ)
    foreach(target ${ARGN})
      target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    endforeach()
  endif()
endfunction()

# hot(TARGET...): optimized under sanitizers, too, for fuzz targets or long tests spend their time in it. All else is
# not, as it compiles in half the time.
function(hot)
  if(TRIBUTARY_SANITIZE)
    foreach(target ${ARGN})
      target_compile_options(${target} PRIVATE -O1)
    endforeach()
  endif()
endfunction()

# program(NAME MAIN LIBRARY): a program that is shipped. Released, it runs on older systems than the one it
# was built on.
function(program name main library)
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE ${library})
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/packaging/glibc_floor.c)
  endif()
endfunction()
