# SPDX-License-Identifier: Apache-2.0
#
# tenon_assignor(NAME): the assignor plugin NAME of NAME_assignor.cpp, and its test assignor_NAME_test.

include_guard()

function(tenon_assignor name)
  tenon_add_plugin(${name} KIND assignor SOURCES ${name}_assignor.cpp)
  set(test assignor_${name}_test)
  tenon_test(${test} ${name}_assignor_test.cpp ${name}_assignor.cpp)
  target_link_libraries(${test} PRIVATE tenon_conformance)
  add_dependencies(${test} assignor-${name})
  target_compile_definitions(${test} PRIVATE TENON_PLUGIN="$<TARGET_FILE:assignor-${name}>")
endfunction()
