-- The bitmap of the Mandelbrot set of 2000 × 2000 points, 50 iterations each, as in the Computer Language Benchmarks Game; of it a checksum (FNV-1a).
local bit, ffi = require("bit"), require("ffi")
local bxor, bor, lshift, tobit, tohex = bit.bxor, bit.bor, bit.lshift, bit.tobit, bit.tohex
local function inside(cr, ci)
  local zr, zi, tr, ti = 0, 0, 0, 0
  for _ = 1, 50 do
    zi = 2 * zr * zi + ci
    zr = tr - ti + cr
    tr, ti = zr * zr, zi * zi
    if tr + ti > 4 then return false end
  end
  return true
end
local function row(y, size, bytes, length)
  local ci = 2 * y / size - 1
  for i = 0, length - 1 do
    local bits = 0
    for x = i * 8, i * 8 + 7 do
      bits = lshift(bits, 1)
      if x < size and inside(2 * x / size - 1.5, ci) then bits = bor(bits, 1) end
    end
    bytes[i] = bits
  end
end
local function checksum(bytes, length, hash)
  for i = 0, length - 1 do
    hash = bxor(hash, bytes[i])
    hash = tobit(lshift(hash, 24) + hash * 403)
  end
  return hash
end
local size = 2000
local length = math.floor((size + 7) / 8)
local bytes, hash = ffi.new("uint8_t[?]", length), tobit(2166136261)
for y = 0, size - 1 do
  row(y, size, bytes, length)
  hash = checksum(bytes, length, hash)
end
print("P4\n" .. size .. " " .. size .. "\n" .. tohex(hash))
