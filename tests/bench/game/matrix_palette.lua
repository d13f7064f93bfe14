-- 64 bones in a tree, 20 000 vertices of 4 weights, 1600 frames. All numbers but the sum are 32-bit floats, which Lua has none of: each result is
-- rounded by LuaJIT's arrays of them.
local ffi = require("ffi")
local floor = math.floor
local bones, count = 64, 20000
local seed = 42
local function draw()
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return floor(seed / 65536) % 64
end
local rounded = ffi.new("float[1]")
local function f(x)
  rounded[0] = x
  return rounded[0]
end
-- A bone is three rows of four numbers.
local palette, here = ffi.new("float[?]", bones * 12), ffi.new("float[12]")
local at, of, out = ffi.new("float[?]", count * 3), ffi.new("int32_t[?]", count * 4), ffi.new("float[?]", count * 3)
local weights = ffi.new("float[?]", count * 4)
local function compose(to, from)
  for row = 0, 8, 4 do
    local x, y, z = palette[from + row], palette[from + row + 1], palette[from + row + 2]
    for i = 0, 3 do
      palette[to + row + i] = f(f(x * here[i]) + f(y * here[4 + i])) + f(z * here[8 + i])
    end
    palette[to + row + 3] = palette[to + row + 3] + palette[from + row + 3]
  end
end
local function pose(frame)
  for i = 0, bones - 1 do
    local s = ((frame * 7 + i * 13) % 64 - 32) / 128
    local c = f(1 - f(s * s))
    here = ffi.new("float[12]", c, -s, 0, 0.25, s, c, 0, 0.5, 0, 0, 1, s)
    if i > 0 then compose(i * 12, floor((i - 1) / 2) * 12) else ffi.copy(palette, here, ffi.sizeof(here)) end
  end
end
local function dot(m, x, y, z)
  return f(f(f(f(palette[m] * x) + f(palette[m + 1] * y)) + f(palette[m + 2] * z)) + palette[m + 3])
end
local function skin()
  for i = 0, count - 1 do
    local x, y, z = at[i * 3], at[i * 3 + 1], at[i * 3 + 2]
    local to_x, to_y, to_z = 0, 0, 0
    for k = i * 4, i * 4 + 3 do
      local m, w = of[k] * 12, weights[k]
      to_x = f(to_x + f(dot(m, x, y, z) * w))
      to_y = f(to_y + f(dot(m + 4, x, y, z) * w))
      to_z = f(to_z + f(dot(m + 8, x, y, z) * w))
    end
    out[i * 3], out[i * 3 + 1], out[i * 3 + 2] = to_x, to_y, to_z
  end
end
for i = 0, count - 1 do
  for k = 0, 2 do at[i * 3 + k] = draw() / 16 end
  for k = 0, 3 do of[i * 4 + k] = draw() end
  for k = 0, 3 do weights[i * 4 + k] = ({ 0.5, 0.25, 0.125, 0.125 })[k + 1] end
end
local sum = 0
for frame = 0, 1599 do
  pose(frame)
  skin()
  for i = 0, count * 3 - 1, 3 do sum = sum + (out[i] + out[i + 1] + out[i + 2]) end
end
print(string.format("%d", sum))
