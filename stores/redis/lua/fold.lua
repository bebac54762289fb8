-- fold, format 1: the decisions of one ledger record into their shard, all or nothing.
-- KEYS   meta index reversals touched late lateNotes outbox citizens*
-- ARGV   generation:text expected:integer next:integer fingerprint:bytes nameAt:integer
-- ARGV   chain:text follows:integer
-- ARGV   sourcePartition:text firstOffset:integer highest:integer arrival:text
-- ARGV   periods:text reviewed:integer entries:bytes origins:text lines:bytes adjustments:text*
-- RESULT 1 folded applied:integer duplicate:integer repeat:integer conflict:integer stragglers:integer
-- RESULT 2 review frozen:integer sets:bytes*
-- RESULT 0 refused position:integer
-- RESULT -1 moved
-- RESULT -2 other-rules period:text
-- RESULT -3 corrupt what:text
--
-- entries: as in processors/ledger-entry.ts. nameAt: where in a citizen's key the citizenId begins. chain: names a
-- pipeline of steps; one that follows another is refused where the last step folded was not of its chain, since the
-- shard may have been ahead, at this very position. highest, arrival: greatest source offset and arrival of the entries.
-- periods: JSON, [id, rules, rank] each. origins: JSON, [file or "", schema id] each. lines: one an entry, or none; both
-- for what is said of conflicts. reversals: of each that is held, its link and its citizen. sets: index of the
-- citizen in KEYS, and set, in turns. The caller has checked the entries' fields; what would break a write is checked
-- again, since Redis takes nothing back.
local STRIDE, LINE_BYTES, NO_PERIOD, FIRST_ADJUSTMENT, FIXED_KEYS, ID_BYTES = 51, 7, 255, 17, 7, 8
local byte, char, sub, max, call = string.byte, string.char, string.sub, math.max, redis.call
local meta, index, reversals, touched, late, lateNotes, outbox = unpack(KEYS, 1, FIXED_KEYS)
local generation, expected, next, fingerprint, nameAt = unpack(ARGV, 1, 5)
local chain, follows = ARGV[6], ARGV[7] == '1'
local partition, firstOffset, highest, arrival = unpack(ARGV, 8, 11)
local reviewed, entries, lines = ARGV[13] == '1', ARGV[14], ARGV[16]
expected, nameAt, firstOffset, highest = tonumber(expected), tonumber(nameAt), tonumber(firstOffset), tonumber(highest)
local citizens = #KEYS - FIXED_KEYS

-- Where the shard stands.
local periods = cjson.decode(ARGV[12])
local fields = {
  'generation', 'position', 'frozen', 'arrival', 'stragglers',
  'applied', 'duplicate', 'repeat', 'conflict', 'highest:' .. partition, 'chain',
}
local fixedFields = #fields
for _, period in ipairs(periods) do
  fields[#fields + 1] = 'rules:' .. period[1]
  fields[#fields + 1] = 'payments:' .. period[1]
  fields[#fields + 1] = 'gross:' .. period[1]
end
local stored = call('HMGET', meta, unpack(fields))
if stored[1] ~= generation then return { -1 } end
if tonumber(stored[2]) ~= expected or (follows and stored[11] ~= chain) then return { 0, tonumber(stored[2]) } end
local frozen = tonumber(stored[3])
local highestBefore = tonumber(stored[10] or -1)

-- Decide: nothing is written from here to "Write".
if #entries % STRIDE ~= 0 then return { -3, 'entries that are not a whole number of strides' } end
if #lines > 0 and #lines / LINE_BYTES ~= #entries / STRIDE then return { -3, 'lines that are not one an entry' } end
local origins = cjson.decode(ARGV[15])
for i, period in ipairs(periods) do
  local rules = stored[fixedFields + 3 * i - 2]
  if rules and rules ~= period[2] then return { -2, period[1] } end
end
local function nameOf(citizen) return sub(KEYS[FIXED_KEYS + citizen], nameAt) end
local review = frozen > 0 and not reviewed
local function reversalOf(at, citizen) return sub(entries, at + 39, at + 46) .. nameOf(citizen) end
local holders, wanted = {}, {}
for at = 1, #entries, STRIDE do
  local high, low, period = byte(entries, at, at + 2)
  local citizen = high * 256 + low + 1
  if citizen > citizens then return { -3, 'an entry of a citizen not named' } end
  if period ~= NO_PERIOD and not periods[period + 1] then return { -3, 'an entry of a period not named' } end
  if review then
    holders[#holders + 1] = citizen
    wanted[#wanted + 1] = reversalOf(at, citizen)
  end
end
local reversed = #wanted > 0 and call('SMISMEMBER', reversals, unpack(wanted)) or {}
local concerned, sets = {}, {}
for i, citizen in ipairs(holders) do
  local at = (i - 1) * STRIDE + 1
  local period = byte(entries, at + 2)
  if not concerned[citizen]
    and (period == NO_PERIOD or reversed[i] == 1 or max(byte(entries, at + 25), frozen) >= periods[period + 1][3])
    and call('HEXISTS', KEYS[FIXED_KEYS + citizen], sub(entries, at + 16, at + 23)) == 0
  then
    concerned[citizen] = true
    local set = {}
    local flat = call('HGETALL', KEYS[FIXED_KEYS + citizen])
    for f = 1, #flat, 2 do
      if #flat[f] == ID_BYTES then set[#set + 1] = flat[f] .. flat[f + 1] end
    end
    sets[#sets + 1] = tostring(citizen)
    sets[#sets + 1] = table.concat(set)
  end
end
if #sets > 0 then return { 2, frozen, unpack(sets) } end

-- Header `source` and schema id behind the entry, as JSON.
local function originOf(at)
  local o1, o2, l1, l2, l3, l4, l5 = byte(lines, (at - 1) / STRIDE * LINE_BYTES + 1, (at - 1) / STRIDE * LINE_BYTES + LINE_BYTES)
  local origin = o1 and origins[o1 * 256 + o2 + 1]
  if not origin then return 'null,null' end
  local line = (((l1 * 256 + l2) * 256 + l3) * 256 + l4) * 256 + l5
  local source = origin[1] == '' and 'null' or string.format('"%s:%.0f"', origin[1], line)
  return string.format('%s,%.0f', source, origin[2])
end

-- Write.
local applied, duplicate, repeated, conflict, stragglers = 0, 0, 0, 0, 0
local payments, gross = {}, {}
local isTouched, touches, indexed = {}, {}, {}
for at = 1, #entries, STRIDE do
  local high, low, period, counts, d1, d2, d3, d4 = byte(entries, at, at + 7)
  local citizen = high * 256 + low + 1
  local key = KEYS[FIXED_KEYS + citizen]
  local id, state = sub(entries, at + 16, at + 23), sub(entries, at + 24, at + 50)
  local kind, passed = byte(state, 1, 2)
  if passed < frozen then state = char(kind, frozen) .. sub(state, 3) end
  if call('HSETNX', key, id, state) == 1 then
    if not isTouched[citizen] then
      isTouched[citizen] = true
      local name = nameOf(citizen)
      touches[#touches + 1] = expected * 256 + (at - 1) / STRIDE
      touches[#touches + 1] = name
      indexed[#indexed + 1] = '0'
      indexed[#indexed + 1] = name
    end
    if kind % 2 == 1 then call('SADD', reversals, reversalOf(at, citizen)) end
    if period ~= NO_PERIOD and max(passed, frozen) < periods[period + 1][3] then
      local a, b, c, d, e = byte(state, 11, 15)
      payments[period] = (payments[period] or 0) + 1
      gross[period] = (gross[period] or 0) + (((a * 256 + b) * 256 + c) * 256 + d) * 256 + e
    end
    if passed > frozen then
      local name = nameOf(citizen)
      local before = call('HGET', lateNotes, name)
      local offset = firstOffset + ((d1 * 256 + d2) * 256 + d3) * 256 + d4
      local greatest = max(passed, before and byte(before) or 0)
      call('ZADD', late, frozen, name)
      call('HSET', lateNotes, name, char(greatest) .. sub(entries, at + 8, at + 15) .. partition .. ':' .. string.format('%.0f', offset))
    end
    if counts == 1 then
      applied = applied + 1
      if passed < frozen then stragglers = stragglers + 1 end
    end
  elseif counts == 1 then
    local offset = firstOffset + ((d1 * 256 + d2) * 256 + d3) * 256 + d4
    if offset <= highestBefore then
      repeated = repeated + 1
    elseif sub(call('HGET', key, id), 24) == sub(state, 24) then
      duplicate = duplicate + 1
    else
      conflict = conflict + 1
      local arrivalMs = struct.unpack('>d', entries, at + 8)
      call('RPUSH', outbox, string.format('["conflict",%s,%.0f,%.0f,%s]', partition, offset, arrivalMs, originOf(at)))
    end
  end
end
for i = FIRST_ADJUSTMENT, #ARGV do call('RPUSH', outbox, ARGV[i]) end
if #touches > 0 then
  call('ZADD', touched, 'LT', unpack(touches))
  call('ZADD', index, 'NX', unpack(indexed))
end
local writes = {
  'position', next, 'fingerprint', fingerprint, 'chain', chain,
  'applied', (stored[6] or 0) + applied, 'duplicate', (stored[7] or 0) + duplicate,
  'repeat', (stored[8] or 0) + repeated, 'conflict', (stored[9] or 0) + conflict,
  'stragglers', (stored[5] or 0) + stragglers, 'highest:' .. partition, max(highestBefore, highest),
}
if arrival ~= '' and tonumber(arrival) > tonumber(stored[4] or -math.huge) then
  writes[#writes + 1] = 'arrival'
  writes[#writes + 1] = arrival
end
for i, period in ipairs(periods) do
  local at = fixedFields + 3 * i
  writes[#writes + 1] = 'rules:' .. period[1]
  writes[#writes + 1] = period[2]
  if payments[i - 1] then
    writes[#writes + 1] = 'payments:' .. period[1]
    writes[#writes + 1] = (stored[at - 1] or 0) + payments[i - 1]
    writes[#writes + 1] = 'gross:' .. period[1]
    writes[#writes + 1] = (stored[at] or 0) + gross[i - 1]
  end
end
call('HSET', meta, unpack(writes))
return { 1, applied, duplicate, repeated, conflict, stragglers }
