# SPDX-License-Identifier: Apache-2.0
# find_package(tenon-sdk): the targets tenon::sdk, tenon::conformance and tenon::rdkafka
# (the bridge, a file for librdkafka's plugin.library.paths), the function tenon_add_plugin.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/tenon-sdk-targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/tenon_add_plugin.cmake)
