#pragma once
// What processes of this machine use: CPU time and memory, from /proc.

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

namespace longtake::bench {

// Of all threads so far; 0 when there is no such process.
double CpuSeconds(pid_t pid);
// Resident memory, now and at its highest.
int64_t ResidentBytes(pid_t pid);
int64_t PeakResidentBytes(pid_t pid);

// Core seconds that the whole machine was not idle, since it came up.
double MachineBusySeconds();
int MachineCores();

// CPU seconds by the name of the thread.
std::map<std::string, double> CpuByThread(pid_t pid);

}  // namespace longtake::bench
