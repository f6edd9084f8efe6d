-- What every script may use: its text stands before each script's own.

-- The server's time in microseconds. A double holds it exactly until 2255.
local function now_us()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

