-- freeze, format 1: the end of a freeze: one more period frozen, and the position past the marker.
-- KEYS   meta late
-- ARGV   generation:text expected:integer next:integer fingerprint:bytes rank:integer
-- RESULT 1 frozen
-- RESULT 0 refused position:integer
-- RESULT -1 moved
-- RESULT -3 corrupt what:text
--
-- Ends the chain of a pipeline of steps, if there is one: see fold.lua.
local meta, late = KEYS[1], KEYS[2]
local standing = redis.call('HMGET', meta, 'generation', 'position', 'frozen')
if standing[1] ~= ARGV[1] then return { -1 } end
local position, frozen, rank = tonumber(standing[2]), tonumber(standing[3]), tonumber(ARGV[5])
if position ~= tonumber(ARGV[2]) then return { 0, position } end
if rank > frozen + 1 then return { -3, 'a freeze where an earlier one is missing' } end
if rank > frozen and redis.call('ZCOUNT', late, '-inf', '(' .. rank) > 0 then
  return { -3, 'a period freezes before its late citizens are settled' }
end
redis.call('HSET', meta, 'position', ARGV[3], 'fingerprint', ARGV[4], 'frozen', math.max(rank, frozen), 'chain', '')
-- Everybody's total of the period is closed now, which is to be told: touched.lua goes through them from here on.
if rank > frozen then redis.call('HSET', meta, 'untold', '') end
return { 1 }
