# SPDX-License-Identifier: Apache-2.0
#
# tenon_partitioner(NAME STEM): the partitioner plugin NAME of STEM_partitioner.cpp, and its test
# partitioner_STEM_test.

include_guard()

function(tenon_partitioner name stem)
  tenon_add_plugin(${name} KIND partitioner SOURCES ${stem}_partitioner.cpp)
  set(test partitioner_${stem}_test)
  tenon_test(${test} ${stem}_partitioner_test.cpp ${stem}_partitioner.cpp)
  target_link_libraries(${test} PRIVATE tenon_conformance)
  add_dependencies(${test} partitioner-${name})
  target_compile_definitions(${test} PRIVATE
    TENON_PLUGIN="$<TARGET_FILE:partitioner-${name}>"
    TENON_FIXTURES="${PROJECT_SOURCE_DIR}/tests/fixtures")
endfunction()
