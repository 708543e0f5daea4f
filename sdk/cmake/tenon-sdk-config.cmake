# SPDX-License-Identifier: Apache-2.0
# find_package(tenon-sdk): the targets tenon::sdk, tenon::conformance and tenon::rdkafka
# (the bridge, a file for librdkafka's plugin.library.paths), the functions tenon_add_plugin and tenon_test_plugin.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/tenon-sdk-targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/tenon_add_plugin.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/tenon_test_plugin.cmake)
get_filename_component(TENON_CHECKER_SOURCE
  ${CMAKE_CURRENT_LIST_DIR}/../../../include/tenon-sdk/conformance/checker.cpp ABSOLUTE)
set(TENON_SANITIZE "" CACHE STRING "Build plugins and what checks them with this: address,undefined or thread")
if(TENON_SANITIZE)
  enable_language(CXX) # what checks a plugin in C is C++
endif()
