-- An incremental solver of constraints by the DeltaBlue algorithm, on a chain and on a projection of 12 000 constraints, 20 times, as in
-- Are We Fast Yet.
local max = math.max
local REQUIRED, PREFERRED, STRONG_DEFAULT, DEFAULT, ABSOLUTE_WEAKEST = 0, 1, 2, 3, 4
local NONE, FORWARD, BACKWARD = 0, 1, 2
local function class(parent)
  local c = setmetatable({}, { __index = parent })
  c.__index = c
  return c
end

local Variable = class()
function Variable.new(value)
  return setmetatable({ value = value, constraints = {}, determined_by = nil, walk_strength = ABSOLUTE_WEAKEST, stay = true, mark = 0 }, Variable)
end
function Variable:add(constraint)
  self.constraints[#self.constraints + 1] = constraint
end
function Variable:remove(constraint)
  local kept = {}
  for _, other in ipairs(self.constraints) do
    if other ~= constraint then kept[#kept + 1] = other end
  end
  self.constraints = kept
  if self.determined_by == constraint then self.determined_by = nil end
end
function Variable:add_consuming(to)
  local constraints, determining = self.constraints, self.determined_by
  for i = 1, #constraints do
    local c = constraints[i]
    if c ~= determining and c.direction ~= NONE then to[#to + 1] = c end
  end
end

local Constraint = class()
function Constraint:is_satisfied() return self.direction ~= NONE end
function Constraint:remove_from_graph()
  for _, v in ipairs(self:variables()) do v:remove(self) end
  self.direction = NONE
end
function Constraint:add_to(planner)
  for _, v in ipairs(self:variables()) do v:add(self) end
  planner:incremental_add(self)
  return self
end
function Constraint:destroy(planner)
  if self:is_satisfied() then planner:incremental_remove(self) end
  self:remove_from_graph()
end
function Constraint:satisfy(mark, planner)
  self.direction = self:choose(mark)
  if not self:is_satisfied() then
    assert(self.strength ~= REQUIRED, "a required constraint cannot be satisfied")
    return nil
  end
  self:mark_inputs(mark)
  local out = self:output()
  local overridden = out.determined_by
  if overridden then overridden.direction = NONE end
  out.determined_by = self
  assert(planner:add_propagate(self, mark), "the constraints form a circle")
  out.mark = mark
  return overridden
end

local Unary = class(Constraint)
function Unary:variables() return { self.variable } end
function Unary:output() return self.variable end
function Unary:choose(mark)
  return self.variable.mark ~= mark and self.strength < self.variable.walk_strength and FORWARD or NONE
end
function Unary:mark_inputs() end
function Unary:is_known() return true end
function Unary:recalculate()
  self.variable.walk_strength = self.strength
  self.variable.stay = not self.is_input
end
function Unary:execute() end
local function stay(variable, strength, planner)
  return setmetatable({ variable = variable, strength = strength, direction = NONE, is_input = false }, Unary):add_to(planner)
end
local function edit(variable, strength, planner)
  return setmetatable({ variable = variable, strength = strength, direction = NONE, is_input = true }, Unary):add_to(planner)
end

local Binary = class(Constraint)
function Binary:variables() return { self.from, self.to } end
function Binary:input()
  if self.direction == FORWARD then return self.from end
  return self.to
end
function Binary:output()
  if self.direction == BACKWARD then return self.from end
  return self.to
end
function Binary:choose(mark)
  local from, to = self.from, self.to
  local forward = to.mark ~= mark and self.strength < to.walk_strength and FORWARD or NONE
  if from.mark == mark then return forward end
  local backward = self.strength < from.walk_strength and BACKWARD or NONE
  if to.mark == mark or from.walk_strength > to.walk_strength then return backward end
  return forward
end
function Binary:mark_inputs(mark) self:input().mark = mark end
function Binary:is_known(mark)
  local v = self:input()
  return v.mark == mark or v.stay or not v.determined_by
end
function Binary:recalculate()
  local input, out = self:input(), self:output()
  out.walk_strength = max(self.strength, input.walk_strength)
  out.stay = input.stay
  if out.stay then self:execute() end
end

local Equal = class(Binary)
function Equal:execute() self:output().value = self:input().value end
local function equal(from, to, strength, planner)
  return setmetatable({ from = from, to = to, strength = strength, direction = NONE }, Equal):add_to(planner)
end

local Scale = class(Binary)
function Scale:variables() return { self.from, self.to, self.scale, self.offset } end
function Scale:mark_inputs(mark)
  self:input().mark = mark
  self.scale.mark = mark
  self.offset.mark = mark
end
function Scale:recalculate()
  local input, out = self:input(), self:output()
  out.walk_strength = max(self.strength, input.walk_strength)
  out.stay = input.stay and self.scale.stay and self.offset.stay
  if out.stay then self:execute() end
end
function Scale:execute()
  if self.direction == FORWARD then
    self.to.value = self.from.value * self.scale.value + self.offset.value
  else
    self.from.value = (self.to.value - self.offset.value) / self.scale.value
  end
end
local function scaled(from, scale, offset, to, strength, planner)
  local c = { from = from, to = to, scale = scale, offset = offset, strength = strength, direction = NONE }
  return setmetatable(c, Scale):add_to(planner)
end

local Planner = class()
function Planner.new() return setmetatable({ mark = 1 }, Planner) end
function Planner:new_mark()
  self.mark = self.mark + 1
  return self.mark
end
function Planner:incremental_add(constraint)
  local mark = self:new_mark()
  while constraint do constraint = constraint:satisfy(mark, self) end
end
function Planner:incremental_remove(constraint)
  local out = constraint:output()
  constraint.direction = NONE
  constraint:remove_from_graph()
  for _, other in ipairs(self:remove_propagate_from(out)) do self:incremental_add(other) end
end
function Planner:add_propagate(constraint, mark)
  local todo, at = { constraint }, 1
  while todo[at] do
    local next = todo[at]
    local out = next:output()
    if out.mark == mark then
      self:incremental_remove(constraint)
      return false
    end
    next:recalculate()
    out:add_consuming(todo)
    at = at + 1
  end
  return true
end
function Planner:remove_propagate_from(out)
  out.determined_by = nil
  out.walk_strength = ABSOLUTE_WEAKEST
  out.stay = true
  local unsatisfied, todo, at = {}, { out }, 1
  while todo[at] do
    local v = todo[at]
    for _, c in ipairs(v.constraints) do
      if not c:is_satisfied() then unsatisfied[#unsatisfied + 1] = c end
    end
    local consuming = {}
    v:add_consuming(consuming)
    for _, c in ipairs(consuming) do
      c:recalculate()
      todo[#todo + 1] = c:output()
    end
    at = at + 1
  end
  table.sort(unsatisfied, function(a, b) return a.strength < b.strength end)
  return unsatisfied
end
function Planner:plan(source)
  local mark, plan, todo, at = self:new_mark(), {}, {}, 1
  if source.is_input and source:is_satisfied() then todo[1] = source end
  while todo[at] do
    local c = todo[at]
    local out = c:output()
    if out.mark ~= mark and c:is_known(mark) then
      plan[#plan + 1] = c
      out.mark = mark
      out:add_consuming(todo)
    end
    at = at + 1
  end
  return plan
end
local function run(plan)
  for i = 1, #plan do plan[i]:execute() end
end
function Planner:change(variable, value)
  local source = edit(variable, PREFERRED, self)
  local plan = self:plan(source)
  for _ = 1, 10 do
    variable.value = value
    run(plan)
  end
  source:destroy(self)
end

local function chain(n)
  local planner, vars = Planner.new(), {}
  for i = 0, n do vars[i] = Variable.new(0) end
  for i = 0, n - 1 do equal(vars[i], vars[i + 1], REQUIRED, planner) end
  stay(vars[n], STRONG_DEFAULT, planner)
  local source = edit(vars[0], PREFERRED, planner)
  local plan = planner:plan(source)
  for i = 0, 99 do
    vars[0].value = i
    run(plan)
    assert(vars[n].value == i, "wrong result")
  end
  source:destroy(planner)
  return #plan
end
local function projection(n)
  local planner, dests, scale, offset = Planner.new(), {}, Variable.new(10), Variable.new(1000)
  local source, dest
  for i = 1, n do
    source, dest = Variable.new(i), Variable.new(i)
    dests[i] = dest
    stay(source, DEFAULT, planner)
    scaled(source, scale, offset, dest, REQUIRED, planner)
  end
  planner:change(source, 17)
  assert(dest.value == 1170, "wrong result")
  planner:change(dest, 1050)
  assert(source.value == 5, "wrong result")
  planner:change(scale, 5)
  for i = 1, n - 1 do assert(dests[i].value == i * 5 + 1000, "wrong result") end
  planner:change(offset, 2000)
  for i = 1, n - 1 do assert(dests[i].value == i * 5 + 2000, "wrong result") end
  return dest.value
end
local sum = 0
for _ = 1, 20 do sum = sum + chain(12000) + projection(12000) end
print(sum)
