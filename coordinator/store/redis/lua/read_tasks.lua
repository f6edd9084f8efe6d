-- All tasks at one moment.
if redis.call('EXISTS', JOB) == 0 then return no_job() end
return {'OK', 0, 0, 0, {}, {}, redis.call('HGETALL', TASKS),
        redis.call('HGETALL', SPECS), redis.call('HGETALL', RESULTS),
        redis.call('HKEYS', QUEUED)}
