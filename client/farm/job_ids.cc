#include "client/farm/job_ids.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"

namespace longtake::client {
namespace {

constexpr int kPageSize = 1000;
// Of a prefix that fits many jobs, so many are named.
constexpr size_t kMostNamed = 8;

Status Ambiguous(const std::string& prefix,
                 const std::vector<std::string>& ids) {
  const bool more = ids.size() > kMostNamed;
  const std::vector<std::string> named(
      ids.begin(),
      ids.begin() + static_cast<int64_t>(std::min(ids.size(), kMostNamed)));
  return InvalidArgument(fmt::format(
      "job {}: the ids of {} jobs begin so ({}{}): give more "
      "digits",
      prefix, ids.size(), fmt::join(named, ", "), more ? ", ..." : ""));
}

}  // namespace

StatusOr<std::string> ResolveJobId(FarmConnection& farm,
                                   const std::string& text) {
  const bool hex = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
  if (!hex || text.size() < kLeastPrefixDigits || text.size() > kJobIdDigits) {
    return InvalidArgument(fmt::format(
        "'{}' is not a job's id: give its {} hex digits or the first {} or "
        "more; longtake list shows them",
        text, kJobIdDigits, kLeastPrefixDigits));
  }
  std::string prefix = text;
  for (char& c : prefix) c = absl::ascii_tolower(c);
  if (prefix.size() == kJobIdDigits) return prefix;
  std::vector<std::string> ids;
  std::string page_token;
  do {
    LT_ASSIGN_OR_RETURN(const JobList page,
                        farm.ListJobs("", kPageSize, page_token));
    for (const JobView& job : page.jobs) {
      if (job.job_id.compare(0, prefix.size(), prefix) == 0) {
        ids.push_back(job.job_id);
      }
    }
    page_token = page.next_page_token;
  } while (!page_token.empty());
  if (ids.empty()) {
    return NotFound(fmt::format(
        "no job's id begins with {}: longtake list shows them", prefix));
  }
  // A list that moves while it is paged may name a job twice.
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.size() > 1) return Ambiguous(prefix, ids);
  return ids.front();
}

}  // namespace longtake::client
