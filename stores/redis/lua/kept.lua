-- kept, format 1: the kept totals of a citizen, unless they are older than the set.
-- KEYS   meta touched citizen
-- ARGV   generation:text nameAt:integer
-- RESULT 1 kept periods:text totals:bytes*
-- RESULT 2 none
-- RESULT -1 moved
--
-- periods: JSON, the ids of all that may be kept; totals: of each what is kept, empty = nothing.
local standing = redis.call('HMGET', KEYS[1], 'generation', 'keptPeriods')
if standing[1] ~= ARGV[1] then return { -1 } end
if not standing[2] or redis.call('ZSCORE', KEYS[2], string.sub(KEYS[3], tonumber(ARGV[2]))) then return { 2 } end
local names = {}
for place = 1, #cjson.decode(standing[2]) do names[place] = string.char(place) end
local answer = redis.call('HMGET', KEYS[3], unpack(names))
for place = 1, #names do answer[place] = answer[place] or '' end
table.insert(answer, 1, 1)
table.insert(answer, 2, standing[2])
return answer
