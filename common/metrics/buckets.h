#pragma once
// Upper bounds of the histograms' buckets. Each is chosen so that the figures
// that promises and alerts speak of are bounds themselves: a quantile is only
// as good as the bucket that it falls into.

namespace longtake::metrics {

// From a loopback round trip to a long poll's 30 s.
inline constexpr double kRpcSeconds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01,
                                         0.025,  0.05,  0.1,    0.25,  0.5,
                                         1,      2.5,   5,      10,    30};

// A command of a healthy Redis takes 0.1 to 2 ms; the client's limit is above
// the last bound.
inline constexpr double kRedisSeconds[] = {0.0001, 0.00025, 0.0005, 0.001,
                                           0.0025, 0.005,   0.01,   0.025,
                                           0.05,   0.1,     0.25,   1};

// Ready to leased: at once when a slot is free (promised p99: 50 ms), hours in
// a full queue.
inline constexpr double kLeaseWaitSeconds[] = {
    0.005, 0.01, 0.025, 0.05, 0.1,  0.5,  1,    5,
    15,    60,   300,   900,  1800, 3600, 7200, 21600};

// An attempt, or a stage of one: a segment of 10 s takes a second on a GPU and
// minutes on a loaded core.
inline constexpr double kTaskSeconds[] = {0.05, 0.1, 0.25, 0.5, 1,   2.5, 5,
                                          10,   20,  40,   60,  120, 300, 900};

// A whole job, submitted to ended: seconds to a night.
inline constexpr double kJobSeconds[] = {
    5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200};

// Seconds of media made in a second of time; 1 = as fast as it plays.
inline constexpr double kRealtimeRatio[] = {
    0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 4, 8, 16, 32, 64, 128};

// Overlap of two neighbours at a seam: below 45 dB fails, 99 = the same bits.
inline constexpr double kSeamPsnrDecibels[] = {20, 25, 30, 35, 40,
                                               45, 50, 60, 80, 98};

// Jump at a seam over the median of its surroundings: 1 = like any other frame,
// above 1.5 warns, above 3 fails.
inline constexpr double kSeamJumpRatio[] = {0.5, 0.8, 1, 1.2, 1.5,
                                            2,   2.5, 3, 4,   8};

}  // namespace longtake::metrics
