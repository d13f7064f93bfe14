-- Every permutation of six elements by exchanging two of them, 1000 times 15, as in Are We Fast Yet.
local Permuter = {}
Permuter.__index = Permuter
function Permuter:permute(n)
  self.calls = self.calls + 1
  if n == 0 then return end
  self:permute(n - 1)
  local elements = self.elements
  for i = n, 1, -1 do
    elements[n], elements[i] = elements[i], elements[n]
    self:permute(n - 1)
    elements[n], elements[i] = elements[i], elements[n]
  end
end
local calls = 0
for _ = 1, 15000 do
  local permuter = setmetatable({ calls = 0, elements = { 0, 0, 0, 0, 0, 0 } }, Permuter)
  permuter:permute(6)
  assert(permuter.calls == 8660, "wrong result")
  calls = calls + permuter.calls
end
print(calls)
