# SPDX-License-Identifier: Apache-2.0
#
# tenon_add_plugin(NAME KIND kind SOURCES file... [LIBRARIES target...])
#
# Builds the shared library KIND-NAME.so, which exports the datum `tenon_module` and nothing else, and
# carries the note of tenon/module.h.
# Static archives among LIBRARIES stay private to it. The target is called KIND-NAME. Works the same
# inside the repository and from an installed SDK, and needs C++17 or C11. TENON_SANITIZE builds it with a sanitizer
# (tenon_test_plugin.cmake).

# The first finding ends the process.
function(tenon_sanitize target)
  target_compile_options(${target} PRIVATE
    -fsanitize=${TENON_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1)
  target_link_options(${target} PRIVATE -fsanitize=${TENON_SANITIZE})
endfunction()

function(tenon_add_plugin name)
  cmake_parse_arguments(ARG "" "KIND" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_KIND OR NOT ARG_SOURCES)
    message(FATAL_ERROR "tenon_add_plugin(${name}): KIND and SOURCES are required")
  endif()
  set(target ${ARG_KIND}-${name})
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/tenon_module.map)
  add_library(${target} MODULE ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE tenon::sdk ${ARG_LIBRARIES})
  if(TARGET tenon_sdk)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/tenon/plugins)
    install(TARGETS ${target} LIBRARY DESTINATION lib/tenon/plugins)
  endif()
  set_target_properties(${target} PROPERTIES
    PREFIX "" SUFFIX ".so" POSITION_INDEPENDENT_CODE ON LINK_DEPENDS ${map}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-gnu-unique>)
  endif()
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${map} -Wl,--exclude-libs,ALL -Wl,-z,now)
  set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_C_FLAGS}")
  if(TENON_SANITIZE)
    tenon_sanitize(${target})
    string(APPEND flags " -fsanitize=${TENON_SANITIZE}")
  endif()
  # GCC has no macro for this sanitizer, and the note is to tell of it.
  if("${flags}" MATCHES "-fsanitize=[a-z,-]*undefined")
    target_compile_definitions(${target} PRIVATE TN_UNDEFINED_SANITIZER)
  endif()
  # Sanitizers leave their runtime to the program that loads the library.
  if(NOT "${flags}" MATCHES "-fsanitize")
    target_link_options(${target} PRIVATE -Wl,--no-undefined)
  endif()
endfunction()
