# How every target of the project is compiled, and the two helpers that declare
# one library a room and one test binary a suite.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# One meaning for floating point on every build: no contraction that depends on
# the optimiser's mood. Frames are compared bit for bit.
add_compile_options(-ffp-contract=off)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

set(LONGTAKE_WARNINGS -Wall -Wextra -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  list(APPEND LONGTAKE_WARNINGS -Wthread-safety)
endif()

# longtake_library(NAME SRCS a.cc b.cc DEPS x PRIVATE_DEPS y)
function(longtake_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(${name} STATIC ${ARG_SRCS})
    target_compile_options(${name} PRIVATE ${LONGTAKE_WARNINGS})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# longtake_vector_loops(a.cc b.cc): files of the calling directory that include
# common/simd/targets.h. Loops that become vector instructions want square roots
# without errno and no traps; the least that Highway's fixed sizes need on x86-64
# is SSSE3 (2006).
function(longtake_vector_loops)
  set(options -fno-math-errno -fno-trapping-math)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    list(APPEND options -mssse3)
  endif()
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${options}")
endfunction()

# longtake_test(NAME LABEL unit SRCS a_test.cc DEPS x [TIMEOUT seconds])
# One CTest entry a binary; GoogleTest's own filter finds single tests.
function(longtake_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_compile_options(${name} PRIVATE ${LONGTAKE_WARNINGS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock_main)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}"
    TIMEOUT ${ARG_TIMEOUT})
endfunction()

# Models and demo media that `./dev setup` fetches; binaries find them at
# <directory of the binary>/../share/longtake, tests at LONGTAKE_SHARE_DIR.
set(LONGTAKE_SHARE_DIR ${CMAKE_SOURCE_DIR}/.deps/share/longtake)
# Linked by those that read it alone: the path would keep every other object of
# one checkout out of the compiler cache of another.
add_library(lt_share_dir INTERFACE)
target_compile_definitions(lt_share_dir INTERFACE
  LONGTAKE_SHARE_DIR="${LONGTAKE_SHARE_DIR}")
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/.deps/share ${CMAKE_BINARY_DIR}/share SYMBOLIC)
