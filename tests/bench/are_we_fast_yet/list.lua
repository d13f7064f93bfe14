-- A recursive function over three linked lists, 1500 times 10, as in Are We Fast Yet.
local function make(length)
  if length == 0 then return nil end
  return { value = length, next = make(length - 1) }
end
local function length(list)
  if not list then return 0 end
  return 1 + length(list.next)
end
local function is_shorter(x, y)
  while y do
    if not x then return true end
    x, y = x.next, y.next
  end
  return false
end
local function tail(x, y, z)
  if not is_shorter(y, x) then return z end
  return tail(tail(x.next, y, z), tail(y.next, z, x), tail(z.next, x, y))
end
local sum = 0
for _ = 1, 15000 do
  local result = length(tail(make(15), make(10), make(6)))
  assert(result == 10, "wrong result")
  sum = sum + result
end
print(sum)
