-- How often which pieces of a DNA sequence of 5 × 400 000 letters occur, counted in maps, as in the Computer Language Benchmarks Game.
local ffi = require("ffi")
local function cumulative(bytes, shares)
  local letters, sum = { bytes = {}, shares = {} }, 0
  for i = 1, #bytes do
    sum = sum + shares[i]
    letters.bytes[i], letters.shares[i] = bytes:byte(i), sum
  end
  return letters
end
local iub = cumulative("acgtBDHKMNRSVWY", { 0.27, 0.12, 0.12, 0.27, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02 })
local homo_sapiens = cumulative("acgt", { 0.3029549426680, 0.1979883004921, 0.1975473066391, 0.3015094502008 })
local seed = 42
local function letter(letters)
  seed = (seed * 3877 + 29573) % 139968
  local r, shares, i = seed / 139968, letters.shares, 1
  while r >= shares[i] do i = i + 1 end
  return letters.bytes[i]
end
local LETTERS = "ACGT"
local codes_of = {}
for i = 1, 4 do
  codes_of[LETTERS:byte(i)] = i - 1
  codes_of[LETTERS:lower():byte(i)] = i - 1
end
local function sequence(n)
  for _ = 1, 3 * n do letter(iub) end
  local codes = ffi.new("uint8_t[?]", 5 * n)
  for i = 0, 5 * n - 1 do codes[i] = codes_of[letter(homo_sapiens)] end
  return codes, 5 * n
end
local function counts(codes, n, length)
  local counts, pieces, piece = {}, 4 ^ length, 0
  for i = 0, n - 1 do
    piece = (piece * 4 + codes[i]) % pieces
    if i >= length - 1 then counts[piece] = (counts[piece] or 0) + 1 end
  end
  return counts
end
local function name(piece, length)
  local name = ""
  for _ = 1, length do
    local code = piece % 4
    name = LETTERS:sub(code + 1, code + 1) .. name
    piece = (piece - code) / 4
  end
  return name
end
local function print_shares(codes, n, length)
  local entries = {}
  for piece, count in pairs(counts(codes, n, length)) do entries[#entries + 1] = { piece = piece, count = count } end
  table.sort(entries, function(a, b)
    if a.count ~= b.count then return a.count > b.count end
    return a.piece < b.piece
  end)
  for _, e in ipairs(entries) do print(string.format("%s %.3f", name(e.piece, length), e.count * 100 / (n - length + 1))) end
  print()
end
local function print_count(codes, n, text)
  local piece = 0
  for i = 1, #text do piece = piece * 4 + codes_of[text:byte(i)] end
  print((counts(codes, n, #text)[piece] or 0) .. "\t" .. text)
end
local codes, n = sequence(400000)
print_shares(codes, n, 1)
print_shares(codes, n, 2)
for _, text in ipairs({ "GGT", "GGTA", "GGTATT", "GGTATTTTAATT", "GGTATTTTAATTTATAGT" }) do print_count(codes, n, text) end
