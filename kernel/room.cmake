# SPDX-License-Identifier: Apache-2.0
#
# tenon_room(NAME [DEPENDS room...] [LIBRARIES target...] [ASIO])
#
# Makes the static library tenon_NAME of every .cpp in the calling folder that is not a test, and the
# test program NAME_test of every x_test.cpp beside it. DEPENDS names rooms of lower layers, LIBRARIES
# outside packages. ASIO adds Boost.Asio to the precompiled header, for the rooms that speak to sockets.

add_library(tenon_flags INTERFACE)
target_compile_options(tenon_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Wunused -Werror
  -fno-strict-aliasing -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_include_directories(tenon_flags INTERFACE ${CMAKE_SOURCE_DIR}/kernel ${CMAKE_SOURCE_DIR}/sdk/include)
target_link_libraries(tenon_flags INTERFACE fmt::fmt Threads::Threads)

set(TENON_STD_HEADERS
  <algorithm> <array> <atomic> <chrono> <coroutine> <cstdint> <cstring> <deque> <expected> <functional>
  <map> <memory> <mutex> <optional> <span> <string> <string_view> <unordered_map> <utility> <vector>
  <fmt/format.h>)
set(TENON_ASIO_HEADERS
  <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/steady_timer.hpp>
  <boost/asio/post.hpp> <boost/asio/write.hpp>)

if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Makes precompiled headers reproducible, so that ccache can serve what was built from them.
  target_compile_options(tenon_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  add_link_options(-fuse-ld=lld)
endif()

# One carrier per set of headers; every room reuses its precompiled header. The tests' carrier is a
# program, because programs are compiled as such (-fPIE) and a precompiled header must agree.
function(tenon_pch_carrier name)
  set(source ${CMAKE_BINARY_DIR}/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "int main() { return 0; }\n")
  if(name STREQUAL "tenon_pch_test")
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE GTest::gtest)
  else()
    add_library(${name} STATIC ${source})
  endif()
  target_link_libraries(${name} PRIVATE tenon_flags)
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()
tenon_pch_carrier(tenon_pch ${TENON_STD_HEADERS})
tenon_pch_carrier(tenon_pch_asio ${TENON_STD_HEADERS} ${TENON_ASIO_HEADERS})
tenon_pch_carrier(tenon_pch_test ${TENON_STD_HEADERS} <gtest/gtest.h>)
set_target_properties(tenon_pch_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

function(tenon_test name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE tenon_flags GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM tenon_pch_test)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

function(tenon_room name)
  cmake_parse_arguments(ARG "ASIO" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/main\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM ARG_DEPENDS PREPEND tenon_ OUTPUT_VARIABLE rooms)
  if(sources)
    add_library(tenon_${name} STATIC ${sources})
    target_link_libraries(tenon_${name} PUBLIC tenon_flags ${rooms} ${ARG_LIBRARIES})
    if(ARG_ASIO)
      target_precompile_headers(tenon_${name} REUSE_FROM tenon_pch_asio)
    else()
      target_precompile_headers(tenon_${name} REUSE_FROM tenon_pch)
    endif()
  else()
    add_library(tenon_${name} INTERFACE)
    target_link_libraries(tenon_${name} INTERFACE tenon_flags ${rooms} ${ARG_LIBRARIES})
  endif()
  if(tests)
    tenon_test(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE tenon_${name})
  endif()
endfunction()
