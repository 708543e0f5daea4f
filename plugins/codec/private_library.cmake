# SPDX-License-Identifier: Apache-2.0
#
# tenon_private_library(NAME): makes the imported target tenon_private_NAME of the library NAME.
#
# Two plugins that bring libraries of one soname get the first one's code in both, so a plugin takes the
# static archive, hidden by its version script, wherever that archive can go into a shared library; and
# the shared library where it cannot. Headers are expected where the compiler looks.

include_guard()
set(TENON_MODULE_MAP ${PROJECT_SOURCE_DIR}/sdk/cmake/tenon_module.map)

function(tenon_private_library name)
  if(TARGET tenon_private_${name})
    return()
  endif()
  find_library(TENON_ARCHIVE_${name} NAMES lib${name}.a)
  if(TENON_ARCHIVE_${name} AND NOT DEFINED TENON_ARCHIVE_${name}_FITS)
    set(dir ${CMAKE_BINARY_DIR}/private_library/${name})
    file(WRITE ${dir}/probe.cpp "extern \"C\" int tenon_module; int tenon_module = 1; int main() { return 0; }\n")
    try_compile(fits ${dir}/build ${dir}/probe.cpp
      CMAKE_FLAGS -DCMAKE_POSITION_INDEPENDENT_CODE=ON
      LINK_OPTIONS -shared -Wl,--version-script=${TENON_MODULE_MAP}
        -Wl,--whole-archive ${TENON_ARCHIVE_${name}} -Wl,--no-whole-archive)
    set(TENON_ARCHIVE_${name}_FITS ${fits} CACHE INTERNAL "")
    message(STATUS "Archive ${TENON_ARCHIVE_${name}} goes into plugins: ${fits}")
  endif()
  add_library(tenon_private_${name} INTERFACE IMPORTED GLOBAL)
  if(TENON_ARCHIVE_${name}_FITS)
    target_link_libraries(tenon_private_${name} INTERFACE ${TENON_ARCHIVE_${name}})
  else()
    find_library(TENON_SHARED_${name} NAMES ${name} REQUIRED)
    target_link_libraries(tenon_private_${name} INTERFACE ${TENON_SHARED_${name}})
  endif()
endfunction()

# tenon_codec(NAME LIBRARY): the codec plugin NAME of NAME_codec.cpp, and its test codec_NAME_test.
function(tenon_codec name library)
  tenon_private_library(${library})
  tenon_add_plugin(${name} KIND codec SOURCES ${name}_codec.cpp LIBRARIES tenon_private_${library})
  tenon_test(codec_${name}_test ${name}_codec_test.cpp ${name}_codec.cpp)
  target_link_libraries(codec_${name}_test PRIVATE tenon_conformance tenon_private_${library})
  add_dependencies(codec_${name}_test codec-${name})
  target_compile_definitions(codec_${name}_test PRIVATE TENON_PLUGIN="$<TARGET_FILE:codec-${name}>")
endfunction()
