local ffi, bit = require("ffi"), require("bit")
local band, bor, bnot, bxor, lshift, rshift, ror, tobit = bit.band, bit.bor, bit.bnot, bit.bxor, bit.lshift, bit.rshift, bit.ror, bit.tobit
local rounds = ffi.new("uint32_t[64]", {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
})
local w = ffi.new("uint32_t[64]")
local function block(message, at, state)
  for i = 0, 15 do
    local b = at + i * 4
    w[i] = bor(lshift(message[b], 24), lshift(message[b + 1], 16), lshift(message[b + 2], 8), message[b + 3])
  end
  for i = 16, 63 do
    local x, y = tobit(w[i - 15]), tobit(w[i - 2])
    local s0 = bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
    local s1 = bxor(ror(y, 17), ror(y, 19), rshift(y, 10))
    w[i] = tobit(w[i - 16] + s0 + w[i - 7] + s1)
  end
  local a, b, c, d = tobit(state[0]), tobit(state[1]), tobit(state[2]), tobit(state[3])
  local e, f, g, h = tobit(state[4]), tobit(state[5]), tobit(state[6]), tobit(state[7])
  for i = 0, 63 do
    local s1 = bxor(ror(e, 6), ror(e, 11), ror(e, 25))
    local t1 = tobit(h + s1 + bxor(band(e, f), band(bnot(e), g)) + rounds[i] + w[i])
    local s0 = bxor(ror(a, 2), ror(a, 13), ror(a, 22))
    local t2 = s0 + bxor(band(a, b), band(a, c), band(b, c))
    h, g, f, e, d, c, b, a = g, f, e, tobit(d + t1), c, b, a, tobit(t1 + t2)
  end
  state[0] = tobit(state[0] + a)
  state[1] = tobit(state[1] + b)
  state[2] = tobit(state[2] + c)
  state[3] = tobit(state[3] + d)
  state[4] = tobit(state[4] + e)
  state[5] = tobit(state[5] + f)
  state[6] = tobit(state[6] + g)
  state[7] = tobit(state[7] + h)
end
local function digest(message, length)
  local state = ffi.new("uint32_t[8]", { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 })
  for at = 0, length - 1, 64 do block(message, at, state) end
  return state
end
local size = 65536
local message = ffi.new("uint8_t[?]", size + 64)
for i = 0, size - 1 do message[i] = i * 7 % 251 end
message[size] = 0x80
for i = 4, 7 do message[size + 56 + i] = band(rshift(size * 8, 56 - i * 8), 255) end
local state
for _ = 1, 2000 do
  state = digest(message, size + 64)
  for i = 0, 31 do message[i] = band(rshift(tobit(state[rshift(i, 2)]), 24 - i % 4 * 8), 255) end
end
local text = ""
for i = 0, 7 do text = text .. bit.tohex(state[i]) end
print(text)
