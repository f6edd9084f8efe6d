-- Sets field ARGV[1] of a registered worker to ARGV[2]. Result: 1 = it is.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
