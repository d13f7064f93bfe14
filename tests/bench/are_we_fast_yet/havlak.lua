-- The loops of a control flow graph of 5213 blocks by Havlak's algorithm, and 1500 times those of a small one, six times, as in Are We
-- Fast Yet.
local max = math.max
local function class()
  local c = {}
  c.__index = c
  return c
end
local function contains(set, x)
  for i = 1, #set do
    if set[i] == x then return true end
  end
  return false
end
local function add(set, x)
  if not contains(set, x) then set[#set + 1] = x end
end

local Graph = class()
function Graph.new() return setmetatable({ blocks = {}, count = 0, edges = {} }, Graph) end
function Graph:block(name)
  while self.count <= name do
    self.blocks[self.count] = { name = self.count, ins = {}, outs = {} }
    self.count = self.count + 1
  end
  return self.blocks[name]
end
function Graph:connect(from_name, to_name)
  local from, to = self:block(from_name), self:block(to_name)
  from.outs[#from.outs + 1] = to
  to.ins[#to.ins + 1] = from
  self.edges[#self.edges + 1] = { from = from, to = to }
end
function Graph:diamond(start)
  self:connect(start, start + 1)
  self:connect(start, start + 2)
  self:connect(start + 1, start + 3)
  self:connect(start + 2, start + 3)
  return start + 3
end
function Graph:straight(start, count)
  for i = start, start + count - 1 do self:connect(i, i + 1) end
  return start + count
end
function Graph:base_loop(from)
  local header = self:straight(from, 1)
  local first = self:diamond(header)
  local between = self:straight(first, 1)
  local second = self:diamond(between)
  local footer = self:straight(second, 1)
  self:connect(second, between)
  self:connect(first, header)
  self:connect(footer, from)
  return self:straight(footer, 1)
end
function Graph:grow(trees, loops, inner)
  local n = 2
  for _ = 1, trees do
    self:block(n + 1)
    self:connect(2, n + 1)
    n = n + 1
    for _ = 1, loops do
      local top = n
      n = self:straight(n, 1)
      for _ = 1, inner do n = self:base_loop(n) end
      local bottom = self:straight(n, 1)
      self:connect(n, top)
      n = bottom
    end
    self:connect(n, 1)
  end
end

local Loop = class()
function Loop.new(header, is_reducible)
  local loop = { header = header, is_reducible = is_reducible, parent = nil, blocks = { header }, children = {}, nesting = 0, depth = 0 }
  return setmetatable(loop, Loop)
end
function Loop:set_parent(parent)
  self.parent = parent
  add(parent.children, self)
end
function Loop:nest(depth)
  self.depth = depth
  for _, child in ipairs(self.children) do
    child:nest(depth + 1)
    self.nesting = max(self.nesting, 1 + child.nesting)
  end
end

local LoopForest = class()
function LoopForest.new()
  local root = Loop.new(nil, true)
  return setmetatable({ root = root, loops = { root } }, LoopForest)
end
function LoopForest:add(header, is_reducible)
  local loop = Loop.new(header, is_reducible)
  self.loops[#self.loops + 1] = loop
  return loop
end
function LoopForest:nest()
  for _, loop in ipairs(self.loops) do
    if loop ~= self.root and not loop.parent then loop:set_parent(self.root) end
  end
  self.root:nest(0)
end

local Node = class()
function Node.new(number)
  local node = setmetatable({ parent = nil, block = nil, loop = nil, number = number }, Node)
  node.parent = node
  return node
end
function Node:set()
  local path, at = {}, self
  while at ~= at.parent do
    if at.parent ~= at.parent.parent then path[#path + 1] = at end
    at = at.parent
  end
  for i = 1, #path do path[i].parent = self.parent end
  return at
end

local NON_HEADER, REDUCIBLE, REPEATED, IRREDUCIBLE, DEAD = 0, 1, 2, 3, 4
local Finder = class()
function Finder.new(graph, forest)
  local number, last, header, kind, nodes, back, non_back = {}, {}, {}, {}, {}, {}, {}
  for i = 0, graph.count - 1 do
    number[i] = -1
    last[i] = 0
    header[i] = 0
    kind[i] = NON_HEADER
    nodes[i] = Node.new(i)
    back[i] = {}
    non_back[i] = {}
  end
  local finder = { graph = graph, forest = forest, number = number, last = last, header = header, kind = kind }
  finder.nodes, finder.back, finder.non_back = nodes, back, non_back
  return setmetatable(finder, Finder)
end
function Finder:search(block, current)
  self.nodes[current].block = block
  self.number[block.name] = current
  local last = current
  for _, target in ipairs(block.outs) do
    if self.number[target.name] < 0 then last = self:search(target, last + 1) end
  end
  self.last[current] = last
  return last
end
function Finder:is_ancestor(w, v) return w <= v and v <= self.last[w] end
function Finder:sort_edges()
  for w = 0, self.graph.count - 1 do
    local block = self.nodes[w].block
    if block then
      for _, from in ipairs(block.ins) do
        local v = self.number[from.name]
        if v >= 0 then
          if self:is_ancestor(w, v) then
            local back = self.back[w]
            back[#back + 1] = v
          else
            add(self.non_back[w], v)
          end
        end
      end
    else
      self.kind[w] = DEAD
    end
  end
end
function Finder:run()
  self:search(self.graph.blocks[0], 0)
  self:sort_edges()
  for w = self.graph.count - 1, 0, -1 do
    local block = self.nodes[w].block
    if block then
      local body, todo, at = {}, {}, 1
      for _, v in ipairs(self.back[w]) do
        if v == w then
          self.kind[w] = REPEATED
        else
          body[#body + 1] = self.nodes[v]:set()
        end
      end
      if #body > 0 then self.kind[w] = REDUCIBLE end
      for i = 1, #body do todo[i] = body[i] end
      while todo[at] do
        local preds = self.non_back[todo[at].number]
        if #preds > 32 * 1024 then return end
        for _, v in ipairs(preds) do
          local y = self.nodes[v]:set()
          if not self:is_ancestor(w, y.number) then
            self.kind[w] = IRREDUCIBLE
            add(self.non_back[w], y.number)
          elseif y.number ~= w and not contains(body, y) then
            todo[#todo + 1] = y
            body[#body + 1] = y
          end
        end
        at = at + 1
      end
      if #body > 0 or self.kind[w] == REPEATED then
        self:unite(w, body, self.forest:add(block, self.kind[w] ~= IRREDUCIBLE))
      end
    end
  end
end
function Finder:unite(w, body, loop)
  self.nodes[w].loop = loop
  for _, node in ipairs(body) do
    self.header[node.number] = w
    node.parent = self.nodes[w]
    if node.loop then
      node.loop:set_parent(loop)
    else
      add(loop.blocks, node.block)
    end
  end
end

local function simulate(dummies)
  local graph, forest = Graph.new(), LoopForest.new()
  graph:block(0)
  graph:base_loop(0)
  graph:block(1)
  graph:connect(0, 2)
  for _ = 1, dummies do Finder.new(graph, forest):run() end
  graph:grow(10, 10, 5)
  Finder.new(graph, forest):run()
  for _ = 1, 50 do Finder.new(graph, LoopForest.new()):run() end
  forest:nest()
  assert(#forest.loops == 6102 and graph.count == 5213, "wrong result")
  return #forest.loops + graph.count + forest.root.nesting
end
local sum = 0
for _ = 1, 6 do sum = sum + simulate(1500) end
print(sum)
