# Third-party code from Debian packages, linked statically so that one binary is shipped
# (docs/architecture.md, "Dependencies"). Header-only: fmt, spdlog, tl::expected, CLI11, nlohmann/json,
# RapidJSON, Boost.Asio and Beast, doctest.
find_package(Threads REQUIRED)

add_library(tp_headers INTERFACE)

target_link_libraries(tp_headers INTERFACE Threads::Threads ${CMAKE_DL_LIBS})

function(static_library name archive)
  find_library(${name}_archive NAMES ${archive} REQUIRED)
  add_library(${name} INTERFACE)
  target_link_libraries(${name} INTERFACE ${${name}_archive})
endfunction()

static_library(tp_re2 libre2.a)
static_library(tp_yaml libyaml-cpp.a)
static_library(tp_snappy libsnappy.a)
static_library(tp_zlib libz.a)
static_library(tp_zstd libzstd.a)
static_library(tp_bz2 libbz2.a)
static_library(tp_crypto libcrypto.a)
static_library(tp_ssl libssl.a)
target_link_libraries(tp_ssl INTERFACE tp_crypto)

# gRPC, and the archives that it is made of, which refer to each other. Its Abseil is all of Debian's: the linker
# takes what is used.
file(GLOB abseil_archives /usr/lib/*/libabsl_*.a)
add_library(tp_grpc INTERFACE)
target_link_libraries(tp_grpc INTERFACE
  -Wl,--start-group -l:libgrpc++.a -l:libgrpc.a -l:libgpr.a -l:libupb.a -l:libaddress_sorting.a -l:libcares.a
  ${abseil_archives} -Wl,--end-group tp_re2 tp_ssl tp_zlib)

add_link_options($<$<CONFIG:Release>:-static-libstdc++> $<$<CONFIG:Release>:-static-libgcc>)
# Stripped as shipped; the dev preset is the one to profile and debug.
add_link_options($<$<CONFIG:Release>:-s>)
