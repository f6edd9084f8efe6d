#pragma once
// SIGTERM and SIGINT for a service: taken by the one thread that waits for
// them.

#include <csignal>

namespace longtake {

// Blocks SIGTERM and SIGINT for the calling thread and those it starts from now
// on; the caller then takes them with sigwait or sigtimedwait on the set that
// this returns. Libraries that start threads before main leave them unblocked:
// such a thread hands the signal on to the caller instead of dying of it. Call
// once, first in main, on the thread that will wait.
sigset_t HoldStopSignals();

// Gives both signals their default action again.
void ReleaseStopSignals();

}  // namespace longtake
