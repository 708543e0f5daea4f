# SPDX-License-Identifier: Apache-2.0
#
# tenon_codec(NAME LIBRARY): the codec plugin NAME of NAME_codec.cpp over the library LIBRARY, and its
# test codec_NAME_test.
#
# Two plugins that bring libraries of one soname get the first one's code in both, so a plugin takes the
# static archive, hidden by its version script, wherever that archive can go into a shared library
# (tried once, with the plugin's own source); and the shared library where it cannot. Headers are
# expected where the compiler looks.

include_guard()

# Sets `fits` in the caller to whether `archive` links into a shared library together with `source`.
function(tenon_try_archive archive source fits)
  get_directory_property(options LINK_OPTIONS)
  cmake_path(GET archive STEM name)
  try_compile(linked ${CMAKE_BINARY_DIR}/private_library/${name} ${source}
    CMAKE_FLAGS -DCMAKE_POSITION_INDEPENDENT_CODE=ON "-DINCLUDE_DIRECTORIES=${PROJECT_SOURCE_DIR}/sdk/include"
    LINK_OPTIONS ${options} -shared -Wl,--no-undefined
      -Wl,--version-script=${PROJECT_SOURCE_DIR}/sdk/cmake/tenon_module.map
    LINK_LIBRARIES ${archive} CXX_STANDARD 17)
  set(${fits} ${linked} PARENT_SCOPE)
endfunction()

function(tenon_codec name library)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${name}_codec.cpp)
  find_library(TENON_${library}_ARCHIVE NAMES lib${library}.a)
  if(TENON_${library}_ARCHIVE AND NOT DEFINED TENON_${library}_ARCHIVE_FITS)
    tenon_try_archive(${TENON_${library}_ARCHIVE} ${source} fits)
    set(TENON_${library}_ARCHIVE_FITS ${fits} CACHE INTERNAL "")
    message(STATUS "codec ${name}: ${TENON_${library}_ARCHIVE} fits into a plugin: ${fits}")
  endif()
  if(TENON_${library}_ARCHIVE_FITS)
    set(chosen ${TENON_${library}_ARCHIVE})
  else()
    find_library(TENON_${library}_SHARED NAMES ${library} REQUIRED)
    set(chosen ${TENON_${library}_SHARED})
  endif()

  tenon_add_plugin(${name} KIND codec SOURCES ${source} LIBRARIES ${chosen})
  tenon_test(codec_${name}_test ${name}_codec_test.cpp ${source})
  target_link_libraries(codec_${name}_test PRIVATE tenon_conformance ${chosen})
  add_dependencies(codec_${name}_test codec-${name})
  target_compile_definitions(codec_${name}_test PRIVATE TENON_PLUGIN="$<TARGET_FILE:codec-${name}>")
endfunction()
