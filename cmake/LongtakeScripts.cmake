# longtake_embed_scripts(TARGET HEADER x/scripts.h NAMESPACE a::b DIR lua
#                        PRELUDE lua/prelude.lua ...)
# Writes <build>/x/scripts.h with one redis::Script constant for each .lua file
# in DIR but the prelude's: create_job.lua becomes kCreateJob, its text the
# prelude's files', in the order given, and its own. Built anew when a script
# changes.
# See coordinator/store/redis/script.h.
function(longtake_embed_scripts target)
  cmake_parse_arguments(ARG "" "HEADER;NAMESPACE;DIR" "PRELUDE" ${ARGN})
  get_filename_component(dir ${ARG_DIR} ABSOLUTE)
  set(prelude)
  foreach(part IN LISTS ARG_PRELUDE)
    get_filename_component(part ${part} ABSOLUTE)
    list(APPEND prelude ${part})
  endforeach()
  file(GLOB scripts CONFIGURE_DEPENDS ${dir}/*.lua)
  list(REMOVE_ITEM scripts ${prelude})
  set(header ${CMAKE_BINARY_DIR}/${ARG_HEADER})
  list(JOIN scripts "," script_list)
  list(JOIN prelude "," prelude_list)
  add_custom_command(OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DHEADER=${header} -DNAMESPACE=${ARG_NAMESPACE}
            -DPRELUDE=${prelude_list} -DSCRIPTS=${script_list}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_scripts.cmake
    DEPENDS ${prelude} ${scripts} ${PROJECT_SOURCE_DIR}/cmake/embed_scripts.cmake
    COMMENT "Embedding Lua scripts in ${ARG_HEADER}" VERBATIM)
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR})
endfunction()
