#pragma once
// The languages that a transcript can be in: those that espeak-ng 1.51 has
// voices for, which is what turns text into phonemes.
//
// A table and not a question to the library: the client checks languages too,
// and should neither link a library under GPL-3 nor answer by what happens to
// be installed beside it; and a job's key must not depend on that either.

#include <string>
#include <string_view>

#include "common/status/status.h"

namespace longtake::worker {

// The canonical code of "fr", "FR", "pt-BR" or "pt_BR": lower case, hyphens, in
// espeak-ng's spelling ("zh" becomes "cmn", "no" becomes "nb"). InvalidArgument
// without a place: unknown; names the nearest ones.
StatusOr<std::string> ParseLanguage(std::string_view text);

}  // namespace longtake::worker
