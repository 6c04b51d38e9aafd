# The naming rule is the build rule: *_test.cc -> tests, *_bench.cc -> benchmarks, *_fuzz.cc -> fuzz
# targets, signature.cc -> signatures, main.cc -> program, the rest -> the room's library.
include_directories(${CMAKE_SOURCE_DIR})

# room(NAME LINK...): the library of the folder this is called in, and its test program NAME_test.
function(room name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|_fuzz|/main|signature|/catalog)\\.cc$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC tp_headers ${ARGN})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE tp_headers ${ARGN})
  endif()
  room_tests(${name} "${tests}" ${name})
endfunction()

function(room_tests name tests)
  if(tests)
    add_executable(${name}_test ${tests} ${CMAKE_SOURCE_DIR}/tests/support/doctest_main.cc
                   ${CMAKE_SOURCE_DIR}/tests/support/golden.cc)
    target_link_libraries(${name}_test PRIVATE ${ARGN} base)
    add_test(NAME ${name} COMMAND ${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()
