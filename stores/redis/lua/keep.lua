-- keep, format 1: kept totals of citizens beside their sets, and the citizens off the list; refused, on the list again.
-- KEYS   meta touched citizens*
-- ARGV   generation:text expected:integer nameAt:integer periods:text totals:bytes*
-- RESULT 1 kept
-- RESULT 0 refused position:integer
-- RESULT -1 moved
-- RESULT -3 corrupt what:text
--
-- periods: JSON, ids. totals, one a citizen: 12 bytes a period, its index in periods, then what is kept. A period is
-- kept under a name of one byte, its place in the shard's own list, so that the hash stays small.
local STRIDE, FIXED_KEYS, FIXED_ARGS, PERIODS_MAX = 12, 2, 4, 255
local LAST = '9007199254740991' -- as in touched.lua
local byte, char, sub = string.byte, string.char, string.sub
local meta, touched = KEYS[1], KEYS[2]
local standing = redis.call('HMGET', meta, 'generation', 'position', 'keptPeriods')
if standing[1] ~= ARGV[1] then return { -1 } end
local position = tonumber(standing[2])
if position ~= tonumber(ARGV[2]) then
  -- What the caller has told may be older than what was told since: it is to be told again.
  for citizen = FIXED_KEYS + 1, #KEYS do
    redis.call('ZADD', touched, 'NX', LAST, sub(KEYS[citizen], tonumber(ARGV[3])))
  end
  return { 0, position }
end
if #ARGV - FIXED_ARGS ~= #KEYS - FIXED_KEYS then return { -3, 'citizens and totals are not equally many' } end
local given = cjson.decode(ARGV[4])
local noted = cjson.decode(standing[3] or '[]')
local notedBefore = #noted
local places = {}
for place, id in ipairs(noted) do places[id] = place end
for _, id in ipairs(given) do
  if not places[id] then
    noted[#noted + 1] = id
    places[id] = #noted
  end
end
if #noted > PERIODS_MAX then return { -3, 'more periods than a shard can keep totals of' } end
for i = FIXED_ARGS + 1, #ARGV do
  for at = 1, #ARGV[i], STRIDE do
    if not given[byte(ARGV[i], at) + 1] then return { -3, 'a total of a period not named' } end
  end
end

if #noted > notedBefore then redis.call('HSET', meta, 'keptPeriods', cjson.encode(noted)) end
local names = {}
for place = 1, #noted do names[place] = char(place) end
for citizen = 1, #KEYS - FIXED_KEYS do
  local key, totals = KEYS[FIXED_KEYS + citizen], ARGV[FIXED_ARGS + citizen]
  local fields = {}
  for at = 1, #totals, STRIDE do
    fields[#fields + 1] = char(places[given[byte(totals, at) + 1]])
    fields[#fields + 1] = sub(totals, at + 1, at + STRIDE - 1)
  end
  if #fields < 2 * #noted and #noted > 0 then redis.call('HDEL', key, unpack(names)) end
  if #fields > 0 then redis.call('HSET', key, unpack(fields)) end
  redis.call('ZREM', touched, sub(key, tonumber(ARGV[3])))
end
return { 1 }
