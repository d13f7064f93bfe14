local floor = math.floor
local function insert(tree, key)
  if not tree then return { key = key } end
  if key < tree.key then
    tree.left = insert(tree.left, key)
  elseif key > tree.key then
    tree.right = insert(tree.right, key)
  end
  return tree
end
local function has(tree, key)
  if not tree then return false end
  if key < tree.key then return has(tree.left, key) end
  if key > tree.key then return has(tree.right, key) end
  return true
end
local function found(n)
  local tree
  for _ = 1, 100000 do
    n = (n * 1664525 + 1013904223) % 4294967296
    tree = insert(tree, floor(n / 1024) % 250000)
  end
  local found = 0
  for _ = 1, 100000 do
    n = (n * 1664525 + 1013904223) % 4294967296
    if has(tree, floor(n / 1024) % 250000) then found = found + 1 end
  end
  return found
end
local sum = 0
for i = 0, 5 do sum = sum + found(i) end
print(sum)
