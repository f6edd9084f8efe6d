-- ARGV[1…3]: a worker's record, when it was seen, 1 = draining. Its health
-- stays.
redis.call('HSET', KEYS[1], 'record', ARGV[1], 'seen', ARGV[2], 'draining',
           ARGV[3])
return 1
