-- Answers. The first field is the status code, the second its message or the
-- result; version and route tell the caller where the job is now, then its own
-- newest transition, and the one before, whose it was.
local function reply(code, result, ...)
  local newest, before = 0, 0
  if job then newest, before = newest_of_maker() end
  return {code, result, job and job.version or 0, job and job.route or 0,
          newest, before, ...}
end
local function refuse(code, message, ...)
  return reply(code, message, {}, {}, ...)
end
local function no_job()
  if has_forgotten then
    return refuse('FORGOTTEN', 'its newest changes are gone')
  end
  return refuse('NOT_FOUND', 'no such job')
end
local function no_task() return refuse('NOT_FOUND', 'no such task') end
local function accept(result, ...)
  return reply('OK', result, hints, drops, ...)
end
-- The call was done already and its answer lost.
local function is_repeated_request()
  return REQUEST ~= '' and
    string.sub(texts.request, 1, #REQUEST + 1) == REQUEST .. ' '
end
local function repeated_result()
  return tonumber(string.sub(texts.request, #REQUEST + 2))
end

-- Writes the job and its event; the last thing a transition does. `result` is
-- what a repeated request is answered with.
local function commit(task_id, worker_id, result)
  job.version = job.version + 1
  note_maker()
  if REQUEST ~= '' then
    texts.request = REQUEST .. ' ' .. string.format('%d', result or 0)
  end
  if EVENT_TEXT ~= '' then
    job.event = job.event + 1
    job.event_at = now
    redis.call('XADD', EVENTS, 'MAXLEN', '~', EVENTS_KEPT,
      string.format('%.0f-0', job.event), 'at', ARGV[1], 'text', EVENT_TEXT,
      'state', texts.state, 'stage', stage(), 'frames_total', job.frames_total,
      'frames_done', job.frames_done, 'segments_total', job.segments_total,
      'segments_done', job.segments_done, 'segments_rendered',
      job.segments_rendered, 'task', task_id or '', 'worker', worker_id or '')
  end
  write_holds()
  redis.call('HSET', JOB, 'numbers', cmsgpack.pack(job))
  if texts.state ~= loaded_texts[1] or
     texts.binding_digest ~= loaded_texts[2] or
     texts.request ~= loaded_texts[3] then
    redis.call('HSET', JOB, 'state', texts.state, 'binding_digest',
               texts.binding_digest, 'request', texts.request)
  end
  -- For who watches the job; what makes an event the caller publishes.
  if texts.state ~= loaded_texts[1] then
    redis.call('PUBLISH', CHANNEL, 'job ' .. texts.job_id)
  end
end
