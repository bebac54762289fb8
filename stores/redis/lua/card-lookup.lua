-- card-lookup, format 1: histories of cards, and how far the shard's fold is, in one read.
-- KEYS   meta buckets*
-- ARGV   generation:text cards:bytes
-- RESULT 1 found position:integer through:text histories:bytes
-- RESULT -1 moved
--
-- cards: 30 bytes a bucket, the card's field in it. histories: of each a u16 length, then its packed history.
local FIELD_BYTES = 30
local byte, char, sub, call = string.byte, string.char, string.sub, redis.call
local cards = ARGV[2]
local standing = call('HMGET', KEYS[1], 'generation', 'position', 'through')
if standing[1] ~= ARGV[1] then return { -1 } end
local found = {}
local at = 1
for i = 2, #KEYS do
  local history = call('HGET', KEYS[i], sub(cards, at, at + FIELD_BYTES - 1))
  if history then
    local length = #history
    found[#found + 1] = char((length - length % 256) / 256, length % 256)
    found[#found + 1] = history
  else
    found[#found + 1] = '\0\0'
  end
  at = at + FIELD_BYTES
end
return { 1, tonumber(standing[2]), standing[3] or '', table.concat(found) }
