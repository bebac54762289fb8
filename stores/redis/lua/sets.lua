-- sets, format 1: citizens' sets, and where the shard stands, in one read.
-- KEYS   meta citizens*
-- ARGV   generation:text expected:integer
-- RESULT 1 read position:integer fingerprint:bytes frozen:integer sets:bytes*
-- RESULT 0 refused position:integer
-- RESULT -1 moved
--
-- expected: -1 = any position. A citizen's hash holds records (8-byte ids) and kept totals (1-byte names).
local ID_BYTES = 8
local standing = redis.call('HMGET', KEYS[1], 'generation', 'position', 'fingerprint', 'frozen')
if standing[1] ~= ARGV[1] then return { -1 } end
local position, expected = tonumber(standing[2]), tonumber(ARGV[2])
if expected >= 0 and expected ~= position then return { 0, position } end
local answer = { 1, position, standing[3] or '', tonumber(standing[4]) }
for citizen = 2, #KEYS do
  local flat = redis.call('HGETALL', KEYS[citizen])
  local set = {}
  for i = 1, #flat, 2 do
    if #flat[i] == ID_BYTES then set[#set + 1] = flat[i] .. flat[i + 1] end
  end
  answer[#answer + 1] = table.concat(set)
end
return answer
