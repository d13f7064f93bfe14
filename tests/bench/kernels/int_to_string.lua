local byte = string.byte
local bytes, digits, n = 0, 0, 42
for _ = 1, 10000000 do
  n = (n * 1664525 + 1013904223) % 4294967296
  local text = tostring(n)
  bytes = bytes + #text
  digits = digits + byte(text, 1)
end
print(bytes .. " " .. digits)
