-- card-lookup, format 1: histories of cards, and how far the shard's fold is, in one read.
-- KEYS   meta cards
-- ARGV   generation:text wanted:bytes
-- RESULT 1 found position:integer through:text histories:bytes
-- RESULT -1 moved
--
-- wanted: 32 bytes a card, of at most some thousand. histories: of each a u16 length, then its packed history.
local CARD_BYTES = 32
local char, sub, call = string.char, string.sub, redis.call
local meta, cards = KEYS[1], KEYS[2]
local generation, wanted = ARGV[1], ARGV[2]
local standing = call('HMGET', meta, 'generation', 'position', 'through')
if standing[1] ~= generation then return { -1 } end
local fields = {}
for at = 1, #wanted, CARD_BYTES do fields[#fields + 1] = sub(wanted, at, at + CARD_BYTES - 1) end
local found = #fields > 0 and call('HMGET', cards, unpack(fields)) or {}
for i, history in ipairs(found) do
  local length = history and #history or 0
  found[i] = char((length - length % 256) / 256, length % 256) .. (history or '')
end
return { 1, tonumber(standing[2]), standing[3] or '', table.concat(found) }
