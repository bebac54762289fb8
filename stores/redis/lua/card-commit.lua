-- card-commit, format 1: new histories of cards, and the position, all or nothing.
-- KEYS   meta buckets*
-- ARGV   generation:text expected:integer next:integer fingerprint:bytes counts:text cards:bytes histories:bytes*
-- RESULT 1 committed
-- RESULT 0 refused position:integer
-- RESULT -1 moved
-- RESULT -3 corrupt what:text
--
-- cards: 30 bytes a bucket, the card's field in it. counts: JSON, what to add by outcome.
local FIELD_BYTES, FIRST_HISTORY = 30, 7
local meta = KEYS[1]
local generation, expected, next, fingerprint, counts, cards = unpack(ARGV, 1, 6)
local standing = redis.call('HMGET', meta, 'generation', 'position')
if standing[1] ~= generation then return { -1 } end
local position = tonumber(standing[2])
if position ~= tonumber(expected) then return { 0, position } end
local changes = #KEYS - 1
if #cards ~= changes * FIELD_BYTES or #ARGV ~= FIRST_HISTORY - 1 + changes then
  return { -3, 'cards, buckets and histories are not equally many' }
end
local added = cjson.decode(counts)

for i = 1, changes do
  local at = (i - 1) * FIELD_BYTES
  local field, history = string.sub(cards, at + 1, at + FIELD_BYTES), ARGV[FIRST_HISTORY - 1 + i]
  if history == '' then
    redis.call('HDEL', KEYS[1 + i], field)
  else
    redis.call('HSET', KEYS[1 + i], field, history)
  end
end
for outcome, count in pairs(added) do redis.call('HINCRBY', meta, 'count:' .. outcome, count) end
redis.call('HSET', meta, 'position', next, 'fingerprint', fingerprint)
return { 1 }
