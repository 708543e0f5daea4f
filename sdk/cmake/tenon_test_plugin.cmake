# SPDX-License-Identifier: Apache-2.0
#
# tenon_test_plugin(KIND-NAME [OPTIONS name=value...])
#
# Registers the conformance kit and the lint of a plugin that tenon_add_plugin builds, as the tests KIND-NAME_kit
# and KIND-NAME_lint. With -DTENON_SANITIZE=address,undefined or thread the plugin is built with that sanitizer, and
# the same properties run in a program that is built with it, too: `tenon` itself cannot open such a library.

# The plugin is under test, not the kits: they are built as fast as can be, and without UBSan, which needs no more
# than its runtime.
function(tenon_add_checker)
  if(TARGET tenon_checker)
    return()
  endif()
  add_executable(tenon_checker ${TENON_CHECKER_SOURCE})
  target_link_libraries(tenon_checker PRIVATE tenon::conformance)
  target_compile_features(tenon_checker PRIVATE cxx_std_17)
  string(REGEX REPLACE ",?undefined,?" "" sanitize "${TENON_SANITIZE}")
  target_compile_options(tenon_checker PRIVATE -O0 $<$<BOOL:${sanitize}>:-fsanitize=${sanitize}>)
  target_link_options(tenon_checker PRIVATE -fsanitize=${TENON_SANITIZE})
endfunction()

function(tenon_test_plugin target)
  cmake_parse_arguments(ARG "" "" "OPTIONS" ${ARGN})
  list(TRANSFORM ARG_OPTIONS PREPEND "--option=" OUTPUT_VARIABLE options)
  if(TENON_SANITIZE)
    tenon_add_checker()
    add_test(NAME ${target}_kit COMMAND tenon_checker $<TARGET_FILE:${target}> ${options})
    return()
  endif()
  find_program(TENON tenon HINTS ${tenon-sdk_DIR}/../../../bin REQUIRED)
  add_test(NAME ${target}_kit COMMAND ${TENON} plugin check $<TARGET_FILE:${target}> ${options})
  add_test(NAME ${target}_lint COMMAND ${TENON} plugin lint $<TARGET_FILE:${target}>)
endfunction()
