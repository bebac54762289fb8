-- card-commit, format 1: new histories of cards, and the position, all or nothing.
-- KEYS   meta cards
-- ARGV   generation:text expected:integer next:integer fingerprint:bytes counts:text changed:bytes histories:bytes*
-- RESULT 1 committed
-- RESULT 0 refused position:integer
-- RESULT -1 moved
-- RESULT -3 corrupt what:text
--
-- changed: 32 bytes a card. histories: of each, empty = none any more. counts: JSON, what to add by outcome.
local CARD_BYTES, FIRST_HISTORY = 32, 7
local meta, cards = KEYS[1], KEYS[2]
local generation, expected, next, fingerprint, counts, changed = unpack(ARGV, 1, 6)
local standing = redis.call('HMGET', meta, 'generation', 'position')
if standing[1] ~= generation then return { -1 } end
local position = tonumber(standing[2])
if position ~= tonumber(expected) then return { 0, position } end
local changes = #ARGV - FIRST_HISTORY + 1
if #changed ~= changes * CARD_BYTES then return { -3, 'cards and histories are not equally many' } end
local added = cjson.decode(counts)

for i = 1, changes do
  local card, history = string.sub(changed, (i - 1) * CARD_BYTES + 1, i * CARD_BYTES), ARGV[FIRST_HISTORY - 1 + i]
  if history == '' then
    redis.call('HDEL', cards, card)
  else
    redis.call('HSET', cards, card, history)
  end
end
for outcome, count in pairs(added) do redis.call('HINCRBY', meta, 'count:' .. outcome, count) end
redis.call('HSET', meta, 'position', next, 'fingerprint', fingerprint)
return { 1 }
