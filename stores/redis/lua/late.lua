-- late, format 1: citizens to be looked at before the period of this rank freezes.
-- KEYS   meta late lateNotes
-- ARGV   generation:text rank:integer limit:integer
-- RESULT 1 read position:integer citizens:bytes*
-- RESULT -1 moved
-- RESULT -3 corrupt what:text
--
-- late: by citizen, the rank they are settled for. citizens: name and note in turns; a note is deadlinesPassed (u8),
-- arrival (f64), then sourcePartition:sourceOffset. All of the list have passed the deadline of the next freeze.
local standing = redis.call('HMGET', KEYS[1], 'generation', 'position', 'frozen')
if standing[1] ~= ARGV[1] then return { -1 } end
local rank, frozen = tonumber(ARGV[2]), tonumber(standing[3])
if rank > frozen + 1 then return { -3, 'a freeze where an earlier one is missing' } end
local answer = { 1, tonumber(standing[2]) }
if rank <= frozen then return answer end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. rank, 'LIMIT', 0, ARGV[3])) do
  answer[#answer + 1] = name
  answer[#answer + 1] = redis.call('HGET', KEYS[3], name)
end
return answer
