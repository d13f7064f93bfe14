-- Full binary trees up to depth 16, built, counted and dropped, as in the Computer Language Benchmarks Game.
local function tree(depth)
  if depth == 0 then return { left = false, right = false } end
  return { left = tree(depth - 1), right = tree(depth - 1) }
end
local function check(t)
  if not t then return 0 end
  return 1 + check(t.left) + check(t.right)
end
local min_depth, max_depth = 4, 16
print("stretch tree of depth " .. max_depth + 1 .. "\t check: " .. check(tree(max_depth + 1)))
local long_lived = tree(max_depth)
for depth = min_depth, max_depth, 2 do
  local count, sum = 2 ^ (max_depth - depth + min_depth), 0
  for _ = 1, count do sum = sum + check(tree(depth)) end
  print(count .. "\t trees of depth " .. depth .. "\t check: " .. sum)
end
print("long lived tree of depth " .. max_depth .. "\t check: " .. check(long_lived))
