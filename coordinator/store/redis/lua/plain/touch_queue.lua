-- Notes that a queue is in use. ARGV[1]: its name.
redis.call('ZADD', KEYS[1], redis.call('TIME')[1], ARGV[1])
return 0
