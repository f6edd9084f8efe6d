-- Appends ARGV[1] and returns the new length and the server's time.
return {redis.call('APPEND', KEYS[1], ARGV[1]), now_us()}
