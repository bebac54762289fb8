-- settle, format 1: adjustments that a freeze finds due, and their citizens settled for it.
-- KEYS   meta late lateNotes outbox
-- ARGV   generation:text expected:integer rank:integer settlements:text*
-- RESULT 1 settled
-- RESULT 0 refused position:integer
-- RESULT -1 moved
-- RESULT -3 corrupt what:text
--
-- settlements: citizen and adjustment in turns, '' = none.
local FIRST_SETTLEMENT = 4
local meta, late, lateNotes, outbox = unpack(KEYS, 1, 4)
local standing = redis.call('HMGET', meta, 'generation', 'position', 'frozen')
if standing[1] ~= ARGV[1] then return { -1 } end
local position, frozen, rank = tonumber(standing[2]), tonumber(standing[3]), tonumber(ARGV[3])
if position ~= tonumber(ARGV[2]) then return { 0, position } end
if rank > frozen + 1 then return { -3, 'a freeze where an earlier one is missing' } end
for i = FIRST_SETTLEMENT, #ARGV, 2 do
  local name, adjustment = ARGV[i], ARGV[i + 1]
  local settledFor = redis.call('ZSCORE', late, name)
  if settledFor and tonumber(settledFor) < rank and rank > frozen then
    if string.byte(redis.call('HGET', lateNotes, name)) > rank then
      redis.call('ZADD', late, rank, name)
    else
      redis.call('ZREM', late, name)
      redis.call('HDEL', lateNotes, name)
    end
    if adjustment ~= '' then redis.call('RPUSH', outbox, adjustment) end
  end
end
return { 1 }
