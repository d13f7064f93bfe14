-- Collisions of 100 aircraft in 200 frames, found by a map of voxels in red-black trees, 15 times, as in Are We Fast Yet.
local sqrt, floor, cos, sin = math.sqrt, math.floor, math.cos, math.sin
local function class()
  local c = {}
  c.__index = c
  return c
end

local Vec2 = class()
local function vec2(x, y) return setmetatable({ x = x, y = y }, Vec2) end
function Vec2:plus(v) return vec2(self.x + v.x, self.y + v.y) end
function Vec2:minus(v) return vec2(self.x - v.x, self.y - v.y) end
function Vec2:compare(v)
  if self.x ~= v.x then return self.x < v.x and -1 or 1 end
  if self.y == v.y then return 0 end
  return self.y < v.y and -1 or 1
end

local Vec3 = class()
local function vec3(x, y, z) return setmetatable({ x = x, y = y, z = z }, Vec3) end
function Vec3:plus(v) return vec3(self.x + v.x, self.y + v.y, self.z + v.z) end
function Vec3:minus(v) return vec3(self.x - v.x, self.y - v.y, self.z - v.z) end
function Vec3:times(k) return vec3(self.x * k, self.y * k, self.z * k) end
function Vec3:dot(v) return self.x * v.x + self.y * v.y + self.z * v.z end

local CallSign = class()
function CallSign:compare(other) return self.value - other.value end

local Node = class()
function Node:lowest()
  local node = self
  while node.left do node = node.left end
  return node
end
function Node:successor()
  if self.right then return self.right:lowest() end
  local node, parent = self, self.parent
  while parent and node == parent.right do
    node, parent = parent, parent.parent
  end
  return parent
end

local function is_red(node) return node and node.red end
local RedBlackTree = class()
function RedBlackTree.new() return setmetatable({ root = nil }, RedBlackTree) end
function RedBlackTree:find(key)
  local at = self.root
  while at do
    local order = key:compare(at.key)
    if order == 0 then return at end
    if order < 0 then at = at.left else at = at.right end
  end
  return nil
end
-- The value that the key had before.
function RedBlackTree:put(key, value)
  local parent, at, order = nil, self.root, 0
  while at do
    parent = at
    order = key:compare(at.key)
    if order == 0 then
      local old = at.value
      at.value = value
      return old
    end
    if order < 0 then at = at.left else at = at.right end
  end
  local node = setmetatable({ key = key, value = value, left = nil, right = nil, parent = parent, red = true }, Node)
  if not parent then
    self.root = node
  elseif order < 0 then
    parent.left = node
  else
    parent.right = node
  end
  self:balance(node)
  return nil
end
function RedBlackTree:balance(x)
  while x ~= self.root and x.parent.red do
    local parent = x.parent
    local above = parent.parent
    local is_left = parent == above.left
    local uncle
    if is_left then uncle = above.right else uncle = above.left end
    if is_red(uncle) then
      parent.red = false
      uncle.red = false
      above.red = true
      x = above
    else
      local inner
      if is_left then inner = parent.right else inner = parent.left end
      if x == inner then
        x = parent
        self:rotate(x, is_left)
        parent = x.parent
      end
      parent.red = false
      above.red = true
      self:rotate(above, not is_left)
    end
  end
  self.root.red = false
end
function RedBlackTree:hang(parent, old, node)
  if not parent then
    self.root = node
  elseif old == parent.left then
    parent.left = node
  else
    parent.right = node
  end
end
function RedBlackTree:rotate(x, to_left)
  local y
  if to_left then
    y = x.right
    x.right = y.left
    if y.left then y.left.parent = x end
  else
    y = x.left
    x.left = y.right
    if y.right then y.right.parent = x end
  end
  y.parent = x.parent
  self:hang(x.parent, x, y)
  if to_left then y.left = x else y.right = x end
  x.parent = y
end
function RedBlackTree:remove(key)
  local z = self:find(key)
  if not z then return end
  local y = z
  if z.left and z.right then y = z:successor() end
  local x, parent = y.left or y.right, y.parent
  if x then x.parent = parent end
  if not parent then
    self.root = x
  elseif y == parent.left then
    parent.left = x
  else
    parent.right = x
  end
  if not y.red then self:rebalance(x, parent) end
  if y ~= z then
    y.parent = z.parent
    y.red = z.red
    y.left = z.left
    y.right = z.right
    if z.left then z.left.parent = y end
    if z.right then z.right.parent = y end
    self:hang(z.parent, z, y)
  end
end
function RedBlackTree:rebalance(x, parent)
  while x ~= self.root and not is_red(x) do
    local is_left = x == parent.left
    local function sibling() return is_left and parent.right or not is_left and parent.left end
    local w = sibling()
    if w.red then
      w.red = false
      parent.red = true
      self:rotate(parent, is_left)
      w = sibling()
    end
    if not is_red(w.left) and not is_red(w.right) then
      w.red = true
      x = parent
      parent = x.parent
    else
      local far, near = w.right, w.left
      if not is_left then far, near = near, far end
      if not is_red(far) then
        near.red = false
        w.red = true
        self:rotate(w, not is_left)
        w = sibling()
      end
      w.red = parent.red
      parent.red = false
      local outer
      if is_left then outer = w.right else outer = w.left end
      if outer then outer.red = false end
      self:rotate(parent, is_left)
      x = self.root
      parent = nil
    end
  end
  if x then x.red = false end
end
function RedBlackTree:each(f)
  local at = self.root and self.root:lowest()
  while at do
    f(at.key, at.value)
    at = at:successor()
  end
end

local MAX_X, MAX_Y, MAX_Z, RADIUS, VOXEL = 1000, 1000, 10, 1, 2
local function in_frame(low, high) return low <= 1 and 1 <= high or low <= 0 and 0 <= high or 0 <= low and high <= 1 end
local Motion = class()
function Motion:touches(v)
  if v.x > MAX_X or v.x < 0 or v.y > MAX_Y or v.y < 0 then return false end
  local from, to, r = self.from, self.to, RADIUS / 2
  local dx, dy = to.x - from.x, to.y - from.y
  local low_x, high_x = (v.x - r - from.x) / dx, (v.x + VOXEL + r - from.x) / dx
  if dx < 0 then low_x, high_x = high_x, low_x end
  local low_y, high_y = (v.y - r - from.y) / dy, (v.y + VOXEL + r - from.y) / dy
  if dy < 0 then low_y, high_y = high_y, low_y end
  return (dx == 0 and v.x <= from.x + r and from.x - r <= v.x + VOXEL or in_frame(low_x, high_x))
    and (dy == 0 and v.y <= from.y + r and from.y - r <= v.y + VOXEL or in_frame(low_y, high_y))
    and (dx == 0 or dy == 0 or low_y <= high_x and high_x <= high_y or low_y <= low_x and low_x <= high_y
      or low_x <= low_y and high_y <= high_x)
end
function Motion:collision(other)
  local a_delta, b_delta, between = self.to:minus(self.from), other.to:minus(other.from), other.from:minus(self.from)
  local relative = b_delta:minus(a_delta)
  local a = relative:dot(relative)
  if a == 0 then
    if sqrt(between:dot(between)) <= RADIUS then return self.from:plus(other.from):times(0.5) end
    return nil
  end
  local b = 2 * self.from:minus(other.from):dot(a_delta:minus(b_delta))
  local c = -RADIUS * RADIUS + between:dot(between)
  local discriminant = b * b - 4 * a * c
  if discriminant < 0 then return nil end
  local first, last = (-b - sqrt(discriminant)) / (2 * a), (-b + sqrt(discriminant)) / (2 * a)
  if first > last or not in_frame(first, last) then return nil end
  local time = first
  if first <= 0 then time = 0 end
  local at = self.from:plus(a_delta:times(time)):plus(other.from:plus(b_delta:times(time))):times(0.5)
  if at.x >= 0 and at.x <= MAX_X and at.y >= 0 and at.y <= MAX_Y and at.z >= 0 and at.z <= MAX_Z then return at end
  return nil
end

local ACROSS, ALONG = vec2(VOXEL, 0), vec2(0, VOXEL)
local function trunc(x) return x < 0 and -floor(-x) or floor(x) end
local function voxel_of(p)
  local v = vec2(VOXEL * trunc(p.x / VOXEL), VOXEL * trunc(p.y / VOXEL))
  if p.x < 0 then v.x = v.x - VOXEL end
  if p.y < 0 then v.y = v.y - VOXEL end
  return v
end
local function draw(map, seen, v, motion)
  if not motion:touches(v) then return end
  if seen:put(v, true) then return end
  local node = map:find(v)
  if node then
    node.value[#node.value + 1] = motion
  else
    map:put(v, { motion })
  end
  draw(map, seen, v:minus(ACROSS), motion)
  draw(map, seen, v:plus(ACROSS), motion)
  draw(map, seen, v:minus(ALONG), motion)
  draw(map, seen, v:plus(ALONG), motion)
  draw(map, seen, v:minus(ACROSS):minus(ALONG), motion)
  draw(map, seen, v:minus(ACROSS):plus(ALONG), motion)
  draw(map, seen, v:plus(ACROSS):minus(ALONG), motion)
  draw(map, seen, v:plus(ACROSS):plus(ALONG), motion)
end

local Detector = class()
function Detector:frame(frame)
  local motions, seen, gone = {}, RedBlackTree.new(), {}
  for i, aircraft in ipairs(frame) do
    local old = self.state:put(aircraft.callsign, aircraft.position)
    seen:put(aircraft.callsign, true)
    motions[i] = setmetatable({ callsign = aircraft.callsign, from = old or aircraft.position, to = aircraft.position }, Motion)
  end
  self.state:each(function(callsign)
    if not seen:find(callsign) then gone[#gone + 1] = callsign end
  end)
  for _, callsign in ipairs(gone) do self.state:remove(callsign) end
  local map = RedBlackTree.new()
  for _, motion in ipairs(motions) do draw(map, RedBlackTree.new(), voxel_of(motion.from), motion) end
  local collisions = {}
  map:each(function(_, near)
    for i = 1, #near do
      for j = i + 1, #near do
        local position = near[i]:collision(near[j])
        if position then collisions[#collisions + 1] = { a = near[i].callsign, b = near[j].callsign, position = position } end
      end
    end
  end)
  return collisions
end
local function simulate(count, frames)
  local detector = setmetatable({ state = RedBlackTree.new() }, Detector)
  local callsigns, collisions = {}, 0
  for i = 0, count - 1 do callsigns[i] = setmetatable({ value = i }, CallSign) end
  for i = 0, frames - 1 do
    local time, frame = i / 10, {}
    for c = 0, count - 1, 2 do
      frame[#frame + 1] = { callsign = callsigns[c], position = vec3(time, cos(time) * 2 + c * 3, 10) }
      frame[#frame + 1] = { callsign = callsigns[c + 1], position = vec3(time, sin(time) * 2 + c * 3, 10) }
    end
    collisions = collisions + #detector:frame(frame)
  end
  return collisions
end
local sum = 0
for _ = 1, 15 do
  local collisions = simulate(100, 200)
  assert(collisions == 4305, "wrong result")
  sum = sum + collisions
end
print(sum)
