# SPDX-License-Identifier: Apache-2.0
# Installs the SDK of the build tree BUILD, and builds and tests the project SOURCE against it with the
# compilers C and CXX and the further OPTIONS, all below WORK.

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(warnings "-Wall -Wextra -Wpedantic -Wshadow -Werror")
file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --component tenon-sdk --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix
  -DCMAKE_C_COMPILER=${C} -DCMAKE_CXX_COMPILER=${CXX} "-DCMAKE_C_FLAGS=${warnings}"
  "-DCMAKE_CXX_FLAGS=${warnings}" --no-warn-unused-cli ${OPTIONS})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure --no-tests=error)
