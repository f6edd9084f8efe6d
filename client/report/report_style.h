#pragma once
// How a report looks: one style sheet, in the page itself.

#include <string_view>

namespace longtake::client {

// Without "<", "&" or any address. Light and dark by the reader's own setting.
extern const std::string_view kReportStyle;

}  // namespace longtake::client
