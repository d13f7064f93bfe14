-- The reverse complement of DNA sequences, 21 times over 10 × 1 000 000 letters in lines of 60, as in the Computer Language Benchmarks Game; of the text the first line, the last line and a checksum (FNV-1a).
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
local bytes, length
local function put(byte)
  bytes[length] = byte
  length = length + 1
end
local function header(text)
  ffi.copy(bytes + length, text, #text)
  length = length + #text
  put(10)
end
local function repeated(pattern, n)
  local at = 1
  for i = 1, n do
    put(pattern:byte(at))
    at = at + 1
    if at > #pattern then at = 1 end
    if i % WIDTH == 0 or i == n then put(10) end
  end
end
local function choose(letters, n)
  for i = 1, n do
    put(letter(letters))
    if i % WIDTH == 0 or i == n then put(10) end
  end
end
local function fasta(n)
  bytes, length = ffi.new("uint8_t[?]", 10 * n * (WIDTH + 1) / WIDTH + 1000), 0
  header(">ONE Homo sapiens alu")
  repeated(ALU, 2 * n)
  header(">TWO IUB ambiguity codes")
  choose(iub, 3 * n)
  header(">THREE Homo sapiens frequency")
  choose(homo_sapiens, 5 * n)
end
local complements = ffi.new("uint8_t[256]")
do
  local a, b = "ACGTUMRWSYKVHDBN", "TGCAAKYWSRMBDHVN"
  for i = 1, #a do
    complements[a:byte(i)] = b:byte(i)
    complements[a:lower():byte(i)] = b:byte(i)
  end
end
local function reverse_complement(i, to)
  local j = to - 1
  while i <= j do
    local a, b = bytes[i], bytes[j]
    if a == 10 then
      i = i + 1
    elseif b == 10 then
      j = j - 1
    else
      bytes[i], bytes[j] = complements[b], complements[a]
      i, j = i + 1, j - 1
    end
  end
end
local function find(byte, from)
  while from < length and bytes[from] ~= byte do from = from + 1 end
  return from
end
local function reverse_all()
  local at = 0
  while at < length do
    local from = find(10, at) + 1
    at = find(62, from)
    reverse_complement(from, at)
  end
end
fasta(1000000)
for _ = 1, 21 do reverse_all() end
local hash = tobit(2166136261)
for i = 0, length - 1 do
  local h = bxor(hash, bytes[i])
  hash = tobit(lshift(h, 24) + h * 403)
end
local last = length - 1
while bytes[last - 1] ~= 10 do last = last - 1 end
print(ffi.string(bytes, find(10, 0)) .. "\n" .. ffi.string(bytes + last, length - last) .. tohex(hash))
