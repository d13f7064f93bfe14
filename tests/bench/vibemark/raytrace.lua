-- 60 mirrors on a chequered floor under one lamp, 960 * 640 points, up to 4 reflections.
local width, height, deepest = 960, 640, 4
local floor, sqrt = math.floor, math.sqrt
local function vec(x, y, z) return {x = x, y = y, z = z} end
local function add(a, b) return vec(a.x + b.x, a.y + b.y, a.z + b.z) end
local function sub(a, b) return vec(a.x - b.x, a.y - b.y, a.z - b.z) end
local function mul(a, k) return vec(a.x * k, a.y * k, a.z * k) end
local function dot(a, b) return a.x * b.x + a.y * b.y + a.z * b.z end
local function unit(a) return mul(a, 1 / sqrt(dot(a, a))) end
local spheres, lamp = {}, vec(-20, 40, -30)
-- 0 if it is not met.
local function distance(s, from, along)
  local to = sub(s.at, from)
  local b = dot(to, along)
  local c = b * b - dot(to, to) + s.radius * s.radius
  if c <= 0 then return 0 end
  local t = b - sqrt(c)
  if t > 0.0001 then return t else return 0 end
end
local light_field, dark_field = vec(0.9, 0.9, 0.9), vec(0.1, 0.1, 0.2)
local function meet(from, along)
  local nearest, which = 1000.0, nil
  for i = 1, #spheres do
    local t = distance(spheres[i], from, along)
    if t > 0 and t < nearest then nearest, which = t, spheres[i] end
  end
  if along.y < 0 then
    local t = -from.y / along.y
    if t > 0.0001 and t < nearest then
      local at = add(from, mul(along, t))
      local odd = (floor(at.x + 10000) + floor(at.z + 10000)) % 2 == 1
      return at, vec(0, 1, 0), odd and light_field or dark_field, 0.2
    end
  end
  if not which then return nil end
  local at = add(from, mul(along, nearest))
  return at, mul(sub(at, which.at), 1 / which.radius), which.color, which.mirror
end
local function is_dark(at)
  local along = unit(sub(lamp, at))
  for i = 1, #spheres do
    if distance(spheres[i], at, along) > 0 then return true end
  end
  return false
end
local function trace(from, along, depth)
  local at, normal, color, mirror = meet(from, along)
  if not at then return mul(vec(0.3, 0.5, 0.8), 1 - 0.5 * along.y) end
  local facing = dot(normal, unit(sub(lamp, at)))
  local light = 0.1
  if facing > 0 and not is_dark(at) then light = 0.1 + 0.9 * facing end
  local own = mul(color, light * (1 - mirror))
  if depth == deepest then return own end
  local back = sub(along, mul(normal, 2 * dot(along, normal)))
  return add(own, mul(trace(at, back, depth + 1), mirror))
end
local seed = 42
local function draw()
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return seed / 4294967296
end
for _ = 1, 60 do
  local d = {}
  for k = 0, 7 do d[k] = draw() end
  local radius = 0.3 + d[0] * 0.7
  local at = vec(d[1] * 16 - 8, radius + d[2] * 4, d[3] * 16 - 2)
  spheres[#spheres + 1] = {at = at, radius = radius, color = vec(d[4], d[5], d[6]), mirror = d[7] * 0.6}
end
local eye, hash = vec(0, 3, -12), 0
for y = 0, height - 1 do
  for x = 0, width - 1 do
    local color = trace(eye, unit(vec((x - 480) / 640, (320 - y) / 640, 1)), 0)
    hash = (hash * 31 + floor(color.x * 255)) % 16777216
    hash = (hash * 31 + floor(color.y * 255)) % 16777216
    hash = (hash * 31 + floor(color.z * 255)) % 16777216
  end
end
print(string.format("%d", hash))
