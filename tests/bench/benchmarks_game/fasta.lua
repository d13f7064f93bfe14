-- Random DNA sequences, 10 × 3 000 000 letters in lines of 60, as in the Computer Language Benchmarks Game; of the text the first line, the last line and a checksum (FNV-1a).
local bit, ffi = require("bit"), require("ffi")
local bxor, lshift, tobit, tohex = bit.bxor, bit.lshift, bit.tobit, bit.tohex
local WIDTH = 60
local ALU = "GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGGGAGGCCGAGGCGGGCGGATCACCTGAGGTCAGGAGTTCGAGACCAGCCTGGCCAACATGGTGAAACCCCGTCTCTACTAAAAATACAAAAATTAGCCGGGCGTGGTGGCGCGCGCCTGTAATCCCAGCTACTCGGGAGGCTGAGGCAGGAGAATCGCTTGAACCCGGGAGGCGGAGGTTGCAGTGAGCCGAGATCGCGCCACTGCACTCCAGCCTGGGCGACAGAGCGAGACTCCGTCTCAAAAA"
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
local line, length, hash = ffi.new("uint8_t[?]", WIDTH), 0, tobit(2166136261)
local function add(byte)
  local h = bxor(hash, byte)
  hash = tobit(lshift(h, 24) + h * 403)
end
local function end_line()
  for i = 0, length - 1 do add(line[i]) end
  add(10)
end
local function header(text)
  length = #text
  ffi.copy(line, text, length)
  end_line()
end
local function repeated(pattern, n)
  local at = 1
  for left = n, 1, -WIDTH do
    length = math.min(left, WIDTH)
    for i = 0, length - 1 do
      line[i] = pattern:byte(at)
      at = at + 1
      if at > #pattern then at = 1 end
    end
    end_line()
  end
end
local function choose(letters, n)
  for left = n, 1, -WIDTH do
    length = math.min(left, WIDTH)
    for i = 0, length - 1 do line[i] = letter(letters) end
    end_line()
  end
end
local n = 3000000
header(">ONE Homo sapiens alu")
print(ffi.string(line, length))
repeated(ALU, 2 * n)
header(">TWO IUB ambiguity codes")
choose(iub, 3 * n)
header(">THREE Homo sapiens frequency")
choose(homo_sapiens, 5 * n)
print(ffi.string(line, length) .. "\n" .. tohex(hash))
