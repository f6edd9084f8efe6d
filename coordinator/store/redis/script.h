#pragma once
// A Lua script that the build embedded from a .lua file, after the prelude's
// texts. longtake_embed_scripts (cmake/LongtakeScripts.cmake) writes a header
// with one Script constant a file: create_job.lua becomes kCreateJob.

#include <string_view>

namespace longtake::coordinator::redis {

struct Script {
  std::string_view name;  // the file's name without .lua
  std::string_view text;
  std::string_view sha1;  // of text, 40 lower-case hex digits: EVALSHA's name
};

}  // namespace longtake::coordinator::redis
