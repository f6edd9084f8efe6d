#pragma once
// Text for people and programs, on streams that may be closed or full.

#include <cstdio>
#include <string>

#include "common/status/status.h"

namespace longtake::client {

// Writes `text` to `out`. What can't be written is dropped: a log that is full
// is no reason to end a render. (fmt::print throws there.)
void Print(FILE* out, const std::string& text);

// Writes out what standard output still holds; an error when anything printed
// there was lost.
Status FlushStandardOutput();

// Opens /dev/null for each of the three standard streams that the caller has
// closed; else the next file opened would take its place, and its text. Before
// anything is opened.
void FillStandardStreams();

}  // namespace longtake::client
