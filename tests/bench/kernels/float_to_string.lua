local format, byte = string.format, string.byte
local numbers = {}
for i = 0, 9999 do numbers[i + 1] = i + i / 10007 end
local bytes, digits = 0, 0
for _ = 1, 150 do
  for i = 1, #numbers do
    local text = format("%.6f", numbers[i])
    bytes = bytes + #text
    digits = digits + byte(text, #text)
  end
end
print(bytes .. " " .. digits)
