-- The towers of Hanoi with 13 disks, 600 times 20, as in Are We Fast Yet.
local Towers = {}
Towers.__index = Towers
function Towers:push(disk, pile)
  local top = self.piles[pile]
  assert(not top or disk.size < top.size, "a disk may not lie on a smaller one")
  disk.below = top
  self.piles[pile] = disk
end
function Towers:pop(pile)
  local top = assert(self.piles[pile], "there is no disk on the pile")
  self.piles[pile] = top.below
  top.below = false
  return top
end
function Towers:move_top(from, to)
  self:push(self:pop(from), to)
  self.moves = self.moves + 1
end
function Towers:move_disks(disks, from, to)
  if disks == 1 then
    self:move_top(from, to)
    return
  end
  local other = 6 - from - to
  self:move_disks(disks - 1, from, other)
  self:move_top(from, to)
  self:move_disks(disks - 1, other, to)
end
local moves = 0
for _ = 1, 12000 do
  local towers = setmetatable({ piles = { false, false, false }, moves = 0 }, Towers)
  for size = 13, 0, -1 do towers:push({ size = size, below = false }, 1) end
  towers:move_disks(13, 1, 2)
  assert(towers.moves == 8191, "wrong result")
  moves = moves + towers.moves
end
print(moves)
