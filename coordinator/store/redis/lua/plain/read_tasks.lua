-- All tasks of a job at one moment. KEYS as in read_task.lua. Empty: no such job.
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
return {redis.call('HGETALL', KEYS[2]), redis.call('HGETALL', KEYS[3]),
        redis.call('HGETALL', KEYS[4]), redis.call('HKEYS', KEYS[5])}
