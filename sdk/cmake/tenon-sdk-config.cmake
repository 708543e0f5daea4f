# SPDX-License-Identifier: Apache-2.0
# find_package(tenon-sdk): the targets tenon::sdk and tenon::conformance, the function tenon_add_plugin.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/tenon-sdk-targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/tenon_add_plugin.cmake)
