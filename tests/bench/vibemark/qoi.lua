-- A picture of 407 * 286 to QOI and back, 100 times. A pixel is four numbers; without operators for bits, since not every Lua has the same.
local width, height = 407, 286
local count = width * height
local floor = math.floor
local function place(r, g, b, a) return (r * 3 + g * 5 + b * 7 + a * 11) % 64 end
local function picture()
  local to, at, seed = {}, 0, 42
  local function pixel(r, g, b, a)
    to[at + 1], to[at + 2], to[at + 3], to[at + 4] = r % 256, g % 256, b % 256, a % 256
    at = at + 4
  end
  for y = 0, height - 1 do
    local part = floor(y / 72)
    for x = 0, width - 1 do
      seed = (seed * 1664525 + 1013904223) % 4294967296
      if part == 0 then pixel(floor(x / 16) * 9, y, 200, 255)
      elseif part == 1 then pixel(x + y, x, x + floor(seed / 65536) % 8, 255)
      elseif part == 2 then pixel(floor(seed / 256), floor(seed / 65536), floor(seed / 16777216), 255)
      else pixel(x * 3, y * 5, 40, floor(x / 4) * 19) end
    end
  end
  return to
end
local function none_seen()
  local seen = {}
  for i = 0, 255 do seen[i] = 0 end
  return seen
end
local function encode(pixels, out)
  local seen = none_seen()
  local size, run, lr, lg, lb, la = 0, 0, 0, 0, 0, 255
  for i = 0, count * 4 - 4, 4 do
    local r, g, b, a = pixels[i + 1], pixels[i + 2], pixels[i + 3], pixels[i + 4]
    if r == lr and g == lg and b == lb and a == la then
      run = run + 1
      if run == 62 then
        size = size + 1
        out[size] = 0xc0 + 61
        run = 0
      end
    else
      if run > 0 then
        size = size + 1
        out[size] = 0xc0 + run - 1
        run = 0
      end
      local at = place(r, g, b, a)
      local s = at * 4
      if seen[s] == r and seen[s + 1] == g and seen[s + 2] == b and seen[s + 3] == a then
        size = size + 1
        out[size] = at
      else
        seen[s], seen[s + 1], seen[s + 2], seen[s + 3] = r, g, b, a
        local dr, dg, db = r - lr, g - lg, b - lb
        local nr, ng, nb = (dr + 2) % 256, (dg + 2) % 256, (db + 2) % 256
        local far, rg, bg = (dg + 32) % 256, (dr - dg + 8) % 256, (db - dg + 8) % 256
        if a ~= la then
          out[size + 1], out[size + 2], out[size + 3], out[size + 4], out[size + 5] = 0xff, r, g, b, a
          size = size + 5
        elseif nr < 4 and ng < 4 and nb < 4 then
          size = size + 1
          out[size] = 0x40 + nr * 16 + ng * 4 + nb
        elseif far < 64 and rg < 16 and bg < 16 then
          out[size + 1], out[size + 2] = 0x80 + far, rg * 16 + bg
          size = size + 2
        else
          out[size + 1], out[size + 2], out[size + 3], out[size + 4] = 0xfe, r, g, b
          size = size + 4
        end
      end
      lr, lg, lb, la = r, g, b, a
    end
  end
  if run > 0 then
    size = size + 1
    out[size] = 0xc0 + run - 1
  end
  return size
end
local function decode(bytes, size, out)
  local seen = none_seen()
  local at, to, r, g, b, a = 1, 0, 0, 0, 0, 255
  while at <= size do
    local tag = bytes[at]
    at = at + 1
    if tag >= 0xfe then
      r, g, b = bytes[at], bytes[at + 1], bytes[at + 2]
      at = at + 3
      if tag == 0xff then
        a = bytes[at]
        at = at + 1
      end
    elseif tag >= 0xc0 then
      for _ = 1, tag - 0xc0 do
        out[to + 1], out[to + 2], out[to + 3], out[to + 4] = r, g, b, a
        to = to + 4
      end
    elseif tag >= 0x80 then
      local more, dg = bytes[at], tag % 64 - 32
      at = at + 1
      r, g, b = (r + dg + floor(more / 16) - 8) % 256, (g + dg) % 256, (b + dg + more % 16 - 8) % 256
    elseif tag >= 0x40 then
      r, g, b = (r + floor(tag / 16) % 4 - 2) % 256, (g + floor(tag / 4) % 4 - 2) % 256, (b + tag % 4 - 2) % 256
    else
      r, g, b, a = seen[tag * 4], seen[tag * 4 + 1], seen[tag * 4 + 2], seen[tag * 4 + 3]
    end
    local s = place(r, g, b, a) * 4
    seen[s], seen[s + 1], seen[s + 2], seen[s + 3] = r, g, b, a
    out[to + 1], out[to + 2], out[to + 3], out[to + 4] = r, g, b, a
    to = to + 4
  end
  return to
end
local pixels, back, bytes = picture(), {}, {}
local size, hash = 0, 0
for _ = 1, 100 do
  local length = encode(pixels, bytes)
  size = size + length
  assert(decode(bytes, length, back) == count * 4)
  for i = 1, count * 4 do assert(back[i] == pixels[i]) end
  for i = 0, count * 4 - 4, 4 do
    hash = (hash * 31 + back[i + 1] + back[i + 2] * 3 + back[i + 3] * 5 + back[i + 4] * 7) % 16777216
  end
end
print(string.format("%d %d", size, hash))
